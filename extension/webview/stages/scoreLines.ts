import { mostLikely, nucleusOf, sumOver } from '../../arithmetic/likeliest.ts';
import { softmax } from '../../arithmetic/softmax.ts';
import type { StageAnswers } from '../../protocol/stages.ts';
import type { Selection } from '../selection.ts';

/** Tokens that are listed one by one. */
const listed = 20;

/** A token's way from its score to its probability, at the temperature; `filtered` is its share among those that are drawn from. */
export interface ScoreLine {
  readonly id: number;
  readonly bytes: string;
  readonly logit: number;
  readonly divided: number;
  readonly below: number;
  readonly power: number;
  readonly probability: number;
  readonly filtered: number;
}

export interface Scores {
  readonly lines: readonly ScoreLine[];
  readonly others: { readonly count: number; readonly probability: number; readonly filtered: number };
}

/** The whole vocabulary's probabilities; no engine is asked for another temperature. */
export function scoresOf(
  answer: Pick<StageAnswers['scores'], 'logits' | 'named'>,
  selection: Pick<Selection, 'temperature' | 'topK' | 'topP'>,
): Scores {
  const logits = new Float32Array(answer.logits);
  const names = new Map(answer.named.map(({ id, bytes }) => [id, bytes]));
  const { topK, topP } = selection;
  // At 0 all of it goes to the largest: as cold as can be computed with.
  const temperature = Math.max(1e-3, selection.temperature);
  const probabilities = softmax(logits, temperature);
  const kept = nucleusOf(logits, probabilities, { ...(topK === 0 ? {} : { topK }), topP });
  const keptTotal = sumOver(kept, probabilities);
  const isKept = new Set(kept);
  const top = mostLikely(logits, Math.min(listed, logits.length));
  const largest = logits[top[0]!]!;
  const lines = top.map((id) => ({
    id,
    bytes: names.get(id) ?? '',
    logit: logits[id]!,
    divided: logits[id]! / temperature,
    below: (logits[id]! - largest) / temperature,
    power: Math.exp((logits[id]! - largest) / temperature),
    probability: probabilities[id]!,
    filtered: isKept.has(id) ? probabilities[id]! / keptTotal : 0,
  }));
  const shown = new Set(top);
  let [probability, filtered] = [0, 0];
  probabilities.forEach((value, id) => {
    if (shown.has(id)) return;
    probability += value;
    if (isKept.has(id)) filtered += value / keptTotal;
  });
  return { lines, others: { count: logits.length - top.length, probability, filtered } };
}
