import { BytePairMerger, type Merge } from './bytePairMerger.ts';
import { ByteStrings } from './byteStrings.ts';
import { preTokenEnd } from './preTokens.ts';

/**
 * Tokens that no text is ever encoded as: they stand between and around texts. The first ends a text; a model asks its application by the
 * others: call … end, and is answered: result … end. Tokenizers from before them have the first alone.
 */
export const controlNames = ['<|endoftext|>', '<|call|>', '<|result|>', '<|end|>'] as const;

/** ids are 16 bits wide, and the pair (65535, 65535) is kept free */
export const mostTokens = 65_535;

/** Code repeats its pre-tokens, so nearly all are found here; more of them than this would cost more memory than they save time. */
const mostRemembered = 1 << 16;
const longestRemembered = 128;

const noBytes = new Uint8Array();

/** Bytes ↔ token ids. Ids are places in the vocabulary: most frequent token of the training text first, `endOfText` and its like last. */
export class Tokenizer {
  readonly vocabSize: number;
  /** stands between documents; no text is ever encoded as it, not even its name. It and what follows it are the control tokens. */
  readonly endOfText: number;
  /** `controlNames`, or the first of them */
  readonly controls: readonly string[];
  /** in the order in which they were learnt */
  readonly merges: readonly Merge[];
  readonly #tokens: readonly Uint8Array[];
  readonly #merger: BytePairMerger;
  readonly #remembered = new ByteStrings();
  /** ids of the remembered pre-tokens one behind the other, and where each one's begin */
  #ids = new Uint16Array(1024);
  readonly #starts = new Int32Array(mostRemembered + 1);

  /**
   * @param tokens bytes by id, without the control tokens: the 256 single bytes, and one for each merge
   * @param merges in the order of learning
   */
  constructor(
    tokens: readonly Uint8Array[],
    merges: readonly Merge[],
    controls: readonly string[] = controlNames,
  ) {
    this.vocabSize = tokens.length + controls.length;
    this.controls = controls;
    this.endOfText = tokens.length;
    this.merges = merges;
    this.#tokens = tokens;
    const byteIds = new Uint16Array(256);
    for (const [id, token] of tokens.entries()) if (token.length === 1) byteIds[token[0]!] = id;
    this.#merger = new BytePairMerger(byteIds, merges);
  }

  /** Ids of one document. Bytes that are not UTF-8 are encoded like any others. */
  encode(bytes: Uint8Array): Uint16Array {
    const ids = new Uint16Array(bytes.length);
    let length = 0;
    for (let start = 0; start < bytes.length;) {
      const end = preTokenEnd(bytes, start);
      length = this.#encodePreToken(bytes, start, end, ids, length);
      start = end;
    }
    return ids.slice(0, length);
  }

  /** The bytes that were encoded; control tokens add none. */
  decode(ids: Iterable<number>): Uint8Array {
    const parts = Array.from(ids, (id) => this.tokenBytes(id));
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  /** Not to be written to. Empty for control tokens. */
  tokenBytes(id: number): Uint8Array {
    return id >= this.endOfText ? noBytes : this.#tokens[id]!;
  }

  /** @returns where `out` ends, having been written from `at` */
  #encodePreToken(bytes: Uint8Array, start: number, end: number, out: Uint16Array, at: number): number {
    if (end - start > longestRemembered) return this.#merger.encode(bytes, start, end, out, at);
    if (this.#remembered.size === mostRemembered) this.#remembered.clear();
    const known = this.#remembered.size;
    const index = this.#remembered.add(bytes, start, end);
    if (index === known) {
      const to = this.#merger.encode(bytes, start, end, out, at);
      this.#remember(index, out.subarray(at, to));
      return to;
    }
    let to = at;
    const last = this.#starts[index + 1]!;
    for (let i = this.#starts[index]!; i < last; i++) out[to++] = this.#ids[i]!;
    return to;
  }

  #remember(index: number, ids: Uint16Array): void {
    const from = this.#starts[index]!;
    const to = from + ids.length;
    if (to > this.#ids.length) {
      const larger = new Uint16Array(2 * to);
      larger.set(this.#ids);
      this.#ids = larger;
    }
    this.#ids.set(ids, from);
    this.#starts[index + 1] = to;
  }
}
