import type { SequenceModel } from '../counts/sequenceModel.ts';
import type { HeldOutText } from './heldOutText.ts';
import { mostTotal, RangeDecoder, RangeEncoder, type Share } from './rangeCoder.ts';
import type { Breath, ScoringTask } from './scoring.ts';

/** Held-out texts encoded by a predictor and decoded again, byte for byte. */
export interface RoundTrip {
  readonly texts: number;
  /** of them that count */
  readonly bytes: number;
  /** what the code takes */
  readonly codedBits: number;
  /** what the score of the same texts says */
  readonly scoredBits: number;
  /** largest |Σ P − 1| of all positions */
  readonly mostDeviation: number;
}

/** The code may take so much more, or less, than the score says: 0.1 %. */
export const codeTolerance = 0.001;

/** What ends a code: at most so many bits, whatever was encoded. */
const endBits = 16;

/** Bytes of the texts that are coded; two distributions are computed for each of their tokens. */
const mostBytes = 60_000;

/**
 * Encodes the first texts with one model and decodes them with another in the same state.
 * @param make a model as it was before the first text was scored
 * @param scoredBits of each text, as `score` found them
 * @throws {Error} when another text comes back or the code's size is not what the score says
 */
export async function roundTrip(
  make: () => Promise<SequenceModel>,
  { tokenizer, texts }: Pick<ScoringTask, 'tokenizer' | 'texts'>,
  scoredBits: readonly number[],
  breathe: Breath,
): Promise<RoundTrip> {
  const covered = withinBytes(texts);
  const all = 2 * covered.reduce((sum, { ids }) => sum + ids.length + 1, 0);
  let done = 0;
  const coder = new TextCoder(await make(), tokenizer.endOfText, () => breathe(++done, all));
  const encoder = new RangeEncoder();
  for (const text of covered) await coder.encode(text, encoder);
  const code = encoder.finish();
  const other = new TextCoder(await make(), tokenizer.endOfText, () => breathe(++done, all));
  const decoder = new RangeDecoder(code);
  for (const text of covered) {
    const ids = await other.decode(text, decoder);
    const bytes = tokenizer.decode(ids);
    if (bytes.length !== text.bytes.length || bytes.some((byte, i) => byte !== text.bytes[i])) {
      throw new Error(`Expected ${text.path} to come back from its code byte for byte, got another text.`);
    }
  }
  const result = {
    texts: covered.length,
    bytes: covered.reduce((sum, { countedBytes }) => sum + countedBytes, 0),
    codedBits: 8 * code.length,
    scoredBits: scoredBits.slice(0, covered.length).reduce((sum, bits) => sum + bits, 0),
    mostDeviation: coder.mostDeviation,
  };
  const excess = result.codedBits - result.scoredBits;
  if (excess > codeTolerance * result.scoredBits + endBits || excess < -codeTolerance * result.scoredBits) {
    throw new Error(
      `Expected a code of ${result.scoredBits.toFixed(0)} bits ± 0.1 %, as the score says, got ${result.codedBits}.`,
    );
  }
  return result;
}

/** At least one text. */
function withinBytes(texts: readonly HeldOutText[]): readonly HeldOutText[] {
  let bytes = 0;
  return texts.filter((text, i) => {
    bytes += text.bytes.length;
    return i === 0 || bytes <= mostBytes;
  });
}

class TextCoder {
  readonly #model: SequenceModel;
  readonly #endOfText: number;
  readonly #breathe: () => Promise<void>;
  readonly #distribution: Float64Array;
  /** [vocabulary] of the current position, and what they add up to */
  readonly #frequencies: Float64Array;
  #total = 0;
  mostDeviation = 0;

  constructor(model: SequenceModel, endOfText: number, breathe: () => Promise<void>) {
    this.#model = model;
    this.#endOfText = endOfText;
    this.#breathe = breathe;
    this.#distribution = new Float64Array(model.vocabSize);
    this.#frequencies = new Float64Array(model.vocabSize);
  }

  async encode({ ids, counts }: HeldOutText, encoder: RangeEncoder): Promise<void> {
    this.#model.begin();
    for (let i = 0; i <= ids.length; i++) {
      const id = ids[i] ?? this.#endOfText;
      if (counts[i] === 1) {
        this.#predict();
        encoder.encode(this.#shareOf(id));
      }
      this.#model.learn(id);
      await this.#breathe();
    }
  }

  /** @returns the ids of the text, of which only those are taken as known that do not count */
  async decode({ ids, counts }: HeldOutText, decoder: RangeDecoder): Promise<number[]> {
    this.#model.begin();
    const decoded: number[] = [];
    for (let i = 0; i <= ids.length; i++) {
      let id = ids[i] ?? this.#endOfText;
      if (counts[i] === 1) {
        this.#predict();
        id = this.#symbolAt(decoder.target(this.#total));
        decoder.take(this.#shareOf(id));
      }
      this.#model.learn(id);
      await this.#breathe();
      if (id === this.#endOfText) break;
      decoded.push(id);
    }
    return decoded;
  }

  /** Frequencies of all tokens, each at least 1. */
  #predict(): void {
    this.#model.distribution(this.#distribution);
    const scale = mostTotal - this.#distribution.length;
    let sum = 0;
    this.#total = 0;
    for (let id = 0; id < this.#distribution.length; id++) {
      const probability = this.#distribution[id]!;
      sum += probability;
      const frequency = 1 + Math.floor(scale * probability);
      this.#frequencies[id] = frequency;
      this.#total += frequency;
    }
    this.mostDeviation = Math.max(this.mostDeviation, Math.abs(sum - 1));
    if (!(this.#total < 2 * mostTotal)) throw new Error(`Expected probabilities, got a sum of ${sum}.`);
  }

  #shareOf(id: number): Share {
    let before = 0;
    for (let other = 0; other < id; other++) before += this.#frequencies[other]!;
    return { before, frequency: this.#frequencies[id]!, total: this.#total };
  }

  #symbolAt(target: number): number {
    let id = 0;
    let end = this.#frequencies[0]!;
    while (end <= target) end += this.#frequencies[++id]!;
    return id;
  }
}
