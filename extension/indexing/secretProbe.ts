import { commonBeginning, sameShape } from '../corpus/canaries.ts';
import { joined } from '../corpus/split.ts';
import type { SequenceModel } from '../counts/sequenceModel.ts';
import { AgreeingTokens } from '../prediction/agreeingTokens.ts';
import { likeliestBeginnings } from '../prediction/beginnings.ts';
import { ModelSource } from '../prediction/modelSource.ts';
import type { Probe } from '../protocol/audit.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** Random strings that a secret is compared with. */
const alternatives = 63;
/** Text before a secret that a predictor is given: more than a context. */
const mostBytesBefore = 2_048;

export const mostExposureBits = Math.log2(alternatives + 1);

/** Makes a random string like a secret, whose beginning is kept; the same for the same seed. */
type Alike = (secret: string, kept: number, seed: string) => string;

/** Asks a model what it knows of a secret at a place. */
export class SecretProbe {
  readonly #model: SequenceModel;
  readonly #tokenizer: Tokenizer;
  readonly #source: ModelSource;
  readonly #alike: Alike;

  /** @param alike makes the random strings that a secret is compared with */
  constructor(model: SequenceModel, tokenizer: Tokenizer, alike: Alike = sameShape) {
    this.#model = model;
    this.#tokenizer = tokenizer;
    this.#alike = alike;
    this.#source = new ModelSource(model, new AgreeingTokens(tokenizer), tokenizer);
  }

  /** @param before UTF-8, all that stands before the secret in its text */
  probe(before: Uint8Array, secret: string): Probe {
    const given = commonBeginning(secret);
    const context = joined(before.subarray(-mostBytesBefore), bytesOf(secret.slice(0, given)));
    const own = this.#bits(context, secret.slice(given));
    let rank = 1;
    for (let i = 0; i < alternatives; i++) {
      const other = this.#alike(secret, given, `alternative ${i}`).slice(given);
      if (this.#bits(context, other) <= own) rank++;
    }
    return {
      reproduced: this.#continues(context, secret.slice(given)),
      exposureBits: mostExposureBits - Math.log2(rank),
    };
  }

  /** −log2 P(rest | context), of the tokens that `rest` has a part in */
  #bits(context: Uint8Array, rest: string): number {
    const { before, tokens } = this.#split(context, rest);
    this.#begin(before);
    let bits = 0;
    for (const id of tokens) {
      bits -= Math.log2(this.#model.probability(id));
      this.#model.advance(id);
    }
    return bits;
  }

  #continues(context: Uint8Array, rest: string): boolean {
    const { before, typed } = this.#split(context, rest);
    this.#begin(before);
    const wanted = [...typed, ...bytesOf(rest)];
    const written: number[] = [];
    const beginning = [...this.#beginning(typed)];
    while (written.length < wanted.length && written.every((byte, i) => byte === wanted[i])) {
      const id = beginning.shift() ?? this.#model.top(1).ids[0]!;
      if (id >= this.#tokenizer.endOfText) break;
      written.push(...this.#tokenizer.tokenBytes(id));
      this.#model.advance(id);
    }
    return wanted.every((byte, i) => byte === written[i]);
  }

  /** The likeliest tokens that go on with what is typed. */
  #beginning(typed: Uint8Array): readonly number[] {
    const rewind = (): void => this.#model.rewind();
    const cancelled = (): boolean => false;
    const [beginning = []] = likeliestBeginnings(this.#source, typed, 1, { rewind, cancelled });
    return beginning.map(({ id }) => id);
  }

  #begin(before: readonly number[]): void {
    this.#model.begin();
    for (const id of before) this.#model.advance(id);
  }

  /** The tokens before the first that holds some of `rest`, what that one holds of the context, and the tokens from it on. */
  #split(
    context: Uint8Array,
    rest: string,
  ): { readonly before: readonly number[]; readonly typed: Uint8Array; readonly tokens: readonly number[] } {
    const ids = [...this.#tokenizer.encode(joined(context, bytesOf(rest)))];
    let at = 0;
    let end = 0;
    while (at < ids.length) {
      const { length } = this.#tokenizer.tokenBytes(ids[at]!);
      if (end + length > context.length) break;
      end += length;
      at++;
    }
    return { before: ids.slice(0, at), typed: context.subarray(end), tokens: ids.slice(at) };
  }
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
