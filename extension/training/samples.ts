import type { Document } from '../corpus/split.ts';
import { lineCount, lineInFile } from '../corpus/lines.ts';
import { weightFormat } from '../engine/decodePlan.ts';
import { Decoder } from '../engine/decoder.ts';
import type { CompiledKernels } from '../engine/instantiate.ts';
import { likeliest } from '../engine/sampler.ts';
import type { ModelConfig } from '../protocol/model.ts';
import type { SamplePrompt } from '../protocol/training.ts';
import { latin1 } from '../tokenizer/latin1.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { Weights } from './between.ts';

/** A held-out text and its tokens. */
export interface HeldOutText {
  readonly document: Pick<Document, 'path' | 'linesBefore' | 'removed'>;
  readonly ids: Uint16Array;
}

export function heldOutTexts(tokenizer: Tokenizer, documents: readonly Document[]): HeldOutText[] {
  return documents
    .filter(({ heldOut }) => heldOut)
    .map((document) => ({ document, ids: tokenizer.encode(document.bytes) }));
}

/** As many as a few lines have; a model of a short context takes half of it for each. */
const mostBefore = 48;
const mostAfter = 24;

interface Place {
  readonly prompt: SamplePrompt;
  /** of `prompt.before` */
  readonly ids: readonly number[];
}

/**
 * The beginning of a line near the middle of the first held-out text that is long enough: what is held out follows from the seed, and with
 * it the place. Nothing there is learnt from.
 */
export function choosePlace(
  texts: readonly HeldOutText[],
  tokenizer: Tokenizer,
  { maxPositionEmbeddings: context }: Pick<ModelConfig, 'maxPositionEmbeddings'>,
): Place | null {
  const before = Math.min(mostBefore, Math.floor(context / 2));
  const after = Math.min(mostAfter, context - before);
  const text = texts.find(({ ids }) => ids.length >= before + after);
  if (text === undefined) return null;
  const { ids, document } = text;
  const at = lineStart(ids, tokenizer, before, ids.length - after);
  const bytesOf = (some: Uint16Array): string[] => Array.from(some, (id) => latin1(tokenizer.tokenBytes(id)));
  const linesAbove = lineCount(tokenizer.decode(ids.subarray(0, at)));
  return {
    ids: [...ids.subarray(at - before, at)],
    prompt: {
      file: document.path,
      line: lineInFile(document, linesAbove),
      before: bytesOf(ids.subarray(at - before, at)),
      after: bytesOf(ids.subarray(at, at + after)),
    },
  };
}

const lineFeed = 10;

/** The place between `least` and `most` where a line begins that is not empty, nearest to the middle; the middle where there is none. */
function lineStart(ids: Uint16Array, tokenizer: Tokenizer, least: number, most: number): number {
  const hasLineFeed = (at: number): boolean => tokenizer.tokenBytes(ids[at]!).includes(lineFeed);
  const middle = Math.min(most, Math.max(least, Math.floor(ids.length / 2)));
  for (let distance = 0; distance <= most - least; distance++) {
    for (const at of [middle + distance, middle - distance]) {
      const isInside = at >= least && at <= most;
      if (isInside && hasLineFeed(at - 1) && !hasLineFeed(at)) return at;
    }
  }
  return middle;
}

/** Goes on with one prompt, with whatever weights, always by the likeliest token: what changes from sample to sample was learnt. */
export class Samples {
  readonly #tokenizer: Tokenizer;
  readonly #ids: readonly number[];
  readonly #length: number;
  readonly #open: (weights: Weights) => Decoder;
  #decoder: Decoder | null = null;

  /** @param open a decoder of these weights, once */
  private constructor(tokenizer: Tokenizer, place: Place, open: (weights: Weights) => Decoder) {
    this.#tokenizer = tokenizer;
    this.#ids = place.ids;
    this.#length = place.prompt.after.length;
    this.#open = open;
  }

  /** Computes as completions do, in memory of its own. @param bytes that it may take @returns null where they are too few */
  static within(
    bytes: number,
    compiled: CompiledKernels,
    config: ModelConfig,
    tokenizer: Tokenizer,
    place: Place,
  ): Samples | null {
    const format = weightFormat(config);
    if (Decoder.bytes(compiled, config, format) > bytes) return null;
    return new Samples(tokenizer, place, (weights) => new Decoder(compiled, config, weights, format));
  }

  /** @returns bytes of each token as Latin-1; none from where the text would end */
  goOn(weights: Weights): string[] {
    if (this.#decoder === null) this.#decoder = this.#open(weights);
    else this.#decoder.load(weights);
    const ids = [...this.#ids];
    const told: string[] = [];
    while (told.length < this.#length) {
      const id = likeliest(this.#decoder.next(ids)!);
      // A control token has no bytes: the text ends there, or the application would be asked.
      if (id >= this.#tokenizer.endOfText) break;
      told.push(latin1(this.#tokenizer.tokenBytes(id)));
      ids.push(id);
    }
    return told;
  }
}
