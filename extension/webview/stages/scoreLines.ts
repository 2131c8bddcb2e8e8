import { mostLikely, nucleusOf, sumOver } from '../../arithmetic/likeliest.ts';
import { softmax } from '../../arithmetic/softmax.ts';
import type { StageAnswers } from '../../protocol/stages.ts';
import type { Selection } from '../selection.ts';

/** Tokens that are listed one by one, and exponentials that a sheet writes out. */
const [listed, writtenOut] = [20, 50];

/** A token's way from its score to its probability, in the sampler's order; `filtered` is its share among those that are drawn from. */
export interface ScoreLine {
  readonly id: number;
  readonly bytes: string;
  readonly logit: number;
  /** less the largest score */
  readonly below: number;
  /** `below` ÷ T, and e to the power of that; null: nothing is divided by 0 */
  readonly divided: number | null;
  readonly power: number | null;
  readonly probability: number;
  readonly filtered: number;
}

export interface Scores {
  readonly lines: readonly ScoreLine[];
  /** scores of those that are drawn from, the largest first, as far as they are written out, and e^ of the rest; null: of all */
  readonly kept: { readonly scores: readonly number[]; readonly rest: number } | null;
  readonly others: { readonly count: number; readonly probability: number; readonly filtered: number };
}

/** The whole vocabulary's probabilities; no engine is asked for another temperature. At 0 nothing is drawn: the likeliest token is taken. */
export function scoresOf(
  answer: Pick<StageAnswers['scores'], 'logits' | 'named'>,
  selection: Pick<Selection, 'temperature' | 'topK' | 'topP'>,
): Scores {
  const logits = new Float32Array(answer.logits);
  const names = new Map(answer.named.map(({ id, bytes }) => [id, bytes]));
  const { topK, topP } = selection;
  const { temperature } = selection;
  const probabilities = temperature === 0 ? greedy(logits) : softmax(logits, temperature);
  const kept = nucleusOf(logits, probabilities, { ...(topK === 0 ? {} : { topK }), topP });
  const keptTotal = sumOver(kept, probabilities);
  const isKept = new Set(kept);
  const top = mostLikely(logits, Math.min(listed, logits.length));
  const largest = logits[top[0]!]!;
  const lines = top.map((id) => {
    const below = logits[id]! - largest;
    const divided = temperature === 0 ? null : below / temperature;
    return {
      id,
      bytes: names.get(id) ?? '',
      logit: logits[id]!,
      below,
      divided,
      power: divided === null ? null : Math.exp(divided),
      probability: probabilities[id]!,
      filtered: isKept.has(id) ? probabilities[id]! / keptTotal : 0,
    };
  });
  const shown = new Set(top);
  let [probability, filtered] = [0, 0];
  probabilities.forEach((value, id) => {
    if (shown.has(id)) return;
    probability += value;
    if (isKept.has(id)) filtered += value / keptTotal;
  });
  const isFiltered = kept.length < logits.length && temperature > 0;
  return {
    lines,
    kept: isFiltered ? keptScores(kept, logits, temperature) : null,
    others: { count: logits.length - top.length, probability, filtered },
  };
}

function keptScores(
  kept: readonly number[],
  logits: Float32Array,
  temperature: number,
): NonNullable<Scores['kept']> {
  const scores = kept.map((id) => logits[id]!);
  const power = (score: number): number => Math.exp((score - scores[0]!) / temperature);
  const rest = scores.slice(writtenOut).reduce((sum, score) => sum + power(score), 0);
  return { scores: scores.slice(0, writtenOut), rest };
}

/** All of it is the token's that the sampler takes without a draw: of equal scores the more frequent one's. */
function greedy(logits: Float32Array): Float64Array {
  const probabilities = new Float64Array(logits.length);
  probabilities[mostLikely(logits, 1)[0]!] = 1;
  return probabilities;
}
