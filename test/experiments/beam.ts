import type { SequenceModel } from '../../extension/counts/sequenceModel.ts';
import type { GeneratedLine } from '../../extension/evaluation/lineGenerator.ts';
import type { AgreeingTokens } from '../../extension/prediction/agreeingTokens.ts';
import { shownEnds } from '../../extension/prediction/gate.ts';
import { type GrownText, growText } from '../../extension/prediction/growText.ts';
import { ModelSource } from '../../extension/prediction/modelSource.ts';
import type { ScoredToken } from '../../extension/protocol/prediction.ts';
import { heal } from '../../extension/tokenizer/healing.ts';
import type { Tokenizer } from '../../extension/tokenizer/tokenizer.ts';

/** A beginning of a line that may go on. */
interface Hypothesis {
  readonly tokens: readonly ScoredToken[];
  /** of all its tokens together, one that only ends the line among them */
  readonly probability: number;
  /** for each token but the last, as the gate wants it: whether the likeliest of what comes next goes on with the word, chosen here or not */
  readonly withinWord: readonly boolean[];
}

/** As many tokens as the evaluation grows a line to. */
const maxTokens = 128;

/**
 * Lines by beam search, with token healing: of all lines that are one token longer the `width` likeliest are kept. With a width of 1 it is
 * what completions do. Leaves the model as it was.
 */
export class BeamGenerator {
  readonly #model: SequenceModel;
  readonly #tokenizer: Tokenizer;
  readonly #source: ModelSource;
  readonly #width: number;
  /** tokens that are supposed now */
  #supposed: readonly number[] = [];
  /** places at which the model was asked for the next token */
  places = 0;

  constructor(model: SequenceModel, tokenizer: Tokenizer, agreeing: AgreeingTokens, width: number) {
    this.#model = model;
    this.#tokenizer = tokenizer;
    this.#source = new ModelSource(model, agreeing, tokenizer);
    this.#width = width;
  }

  /**
   * @param typed of the line, from where the model stands to the cursor
   * @param leastProbability no line is grown whose tokens' probabilities have a product below this; 0: the likeliest whole line is wanted
   * @returns every line that the beam has not left for a longer one: whole ones first, then the likeliest first
   */
  rests(typed: Uint8Array, leastProbability: number): GeneratedLine[] {
    const healed = heal(this.#tokenizer, [...this.#tokenizer.encode(typed)], typed, 0);
    const [whole, ended]: [Ended[], Ended[]] = [[], []];
    let growing: Hypothesis[] = [{ tokens: [], probability: 1, withinWord: [] }];
    try {
      while (growing.length > 0) {
        const steps = growing.map((one) => this.#step(one, healed, leastProbability));
        const kept = steps
          .flatMap(({ longer }) => longer)
          .sort((a, b) => b.probability - a.probability)
          .slice(0, this.#width);
        for (const { from, longer, next } of steps) {
          if (!longer.some((one) => kept.includes(one))) ended.push(this.#ended(from, next, healed.typed));
        }
        growing = [];
        for (const one of kept) {
          const text = this.#ended(one, null, healed.typed);
          if (text.stop === 'lineEnd') whole.push(text);
          else if (one.tokens.length === maxTokens) ended.push(text);
          else growing.push(one);
        }
        // What grows becomes less likely with each token.
        const best = Math.max(0, ...whole.map(({ probability }) => probability));
        if (leastProbability === 0 && best >= (growing[0]?.probability ?? 0)) growing = [];
      }
    } finally {
      this.#model.rewind();
      this.#supposed = [];
    }
    return [...inOrder(whole), ...inOrder(ended)];
  }

  #step(from: Hypothesis, { ids, typed }: ReturnType<typeof heal>, least: number): Step {
    this.#goTo([...ids, ...from.tokens.map(({ id }) => id)]);
    this.places++;
    const chosen = from.tokens.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const ranked = this.#source.ranked(typed.subarray(Math.min(chosen, typed.length)), this.#width);
    const next = ranked[0] ?? null;
    // A next token that is certain is grown, too.
    const withinWord = this.#ended(from, next, typed).withinWord.slice(0, from.tokens.length);
    const longer = ranked
      .map((token) => ({
        tokens: [...from.tokens, token],
        probability: from.probability * token.probability,
        withinWord,
      }))
      .filter(({ probability }) => probability >= least);
    return { from, longer, next };
  }

  /** Nothing is done twice for a line that goes on. */
  #goTo(ids: readonly number[]): void {
    if (!this.#supposed.every((id, i) => id === ids[i])) {
      this.#model.rewind();
      this.#supposed = [];
    }
    for (const id of ids.slice(this.#supposed.length)) this.#model.suppose(id);
    this.#supposed = ids;
  }

  /** The text of a line. @param next what it would have gone on with */
  #ended(
    { tokens, probability, withinWord }: Hypothesis,
    next: ScoredToken | null,
    typed: Uint8Array,
  ): Ended {
    const left = next === null ? [...tokens] : [...tokens, next];
    const source = {
      full: false,
      choose: () => left.shift() ?? ('cancelled' as const),
      follow: () => {},
    };
    const limits = { leastProbability: probability, maxTokens, maxLines: 1, cancelled: () => false };
    const text = growText(source, this.#tokenizer, typed, limits);
    return { ...text, withinWord: text.withinWord.map((last, i) => withinWord[i] ?? last), probability };
  }
}

interface Step {
  readonly from: Hypothesis;
  readonly longer: readonly Hypothesis[];
  readonly next: ScoredToken | null;
}

type Ended = GrownText & Pick<Hypothesis, 'probability'>;

function inOrder(texts: readonly Ended[]): GeneratedLine[] {
  return texts
    .toSorted((a, b) => b.probability - a.probability)
    .map(({ bytes, ends, probabilities, withinWord, stop }) => ({
      bytes,
      ends,
      probabilities,
      withinWord,
      complete: stop === 'lineEnd',
    }));
}

/** The line of which the gate shows what saves most keys on average. @param lines at least one */
export function bestShown(lines: readonly GeneratedLine[], threshold: number): GeneratedLine {
  const saved = (line: GeneratedLine): number => {
    const count = shownEnds(line, threshold);
    return count === 0 ? 0 : line.probabilities[count - 1]! * (line.ends[count - 1]! - 1);
  };
  return lines.reduce((best, line) => (saved(line) > saved(best) ? line : best));
}
