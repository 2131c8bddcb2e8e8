import type { LeftOutCounts } from '../corpus/leftOut.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { byteLengths } from './heldOut.ts';

/** A place in the stream of all documents: which one, and which of its tokens; token 0 is the end-of-text token before it. */
export type StreamPlace = readonly [document: number, token: number];

/** A stretch of the stream, as u16, little-endian. */
export interface Shard {
  readonly file: string;
  readonly tokens: number;
  /** of the text that the tokens spell */
  readonly bytes: number;
  readonly sha256: string;
  readonly from: StreamPlace;
  /** where the next shard begins */
  readonly to: StreamPlace;
  /** SHA-256 over the SHA-256 of each file that begins here, as it was on the disk, in the order of reading; files left out are among them */
  readonly source: string;
  /** replaced in the files that begin here */
  readonly secrets: number;
  /** of these files, by what they hold */
  readonly leftOut: LeftOutCounts;
}

/** Of `shards.json`: another one where texts are read by other rules, since no shard of theirs may be gone on with. 1 had texts as they were, 2 more of their secrets. */
export const shardFormat = 3;

/** What `shards.json` says. */
export interface ShardIndex {
  /** `shardFormat` */
  readonly format: number;
  /** false while shards are being made */
  readonly complete: boolean;
  /** SHA-256 of tokenizer.json */
  readonly tokenizer: string;
  readonly endOfText: number;
  readonly vocabSize: number;
  readonly tokens: number;
  readonly bytes: number;
  readonly seed: number;
  readonly tokensPerShard: number;
  /** files that neither name nor size keeps out */
  readonly documents: number;
  /** SHA-256 of the paths and sizes of the files, in the order of reading */
  readonly listing: string;
  /** that were replaced */
  readonly secrets: number;
  /** by name, size or what they hold; a folder counts as one */
  readonly leftOut: LeftOutCounts;
  readonly shards: readonly Shard[];
}

export function shardName(number: number): string {
  return `shard-${String(number).padStart(5, '0')}.bin`;
}

/**
 * Documents one after the other, each behind the end-of-text token that also ends the last one, from any place on. As
 * `joinDocuments` joins them, without ever holding more than one.
 */
export class DocumentStream {
  readonly #documents: number;
  readonly #read: (document: number) => Promise<Uint8Array | null>;
  readonly #tokenizer: Tokenizer;
  readonly #byteLengths: Uint16Array;
  #at: StreamPlace = [0, 0];
  #current: { readonly document: number; readonly tokens: Uint16Array } | null = null;

  /** @param read a document's bytes; null for one that is left out */
  constructor(
    documents: number,
    read: (document: number) => Promise<Uint8Array | null>,
    tokenizer: Tokenizer,
  ) {
    this.#documents = documents;
    this.#read = read;
    this.#tokenizer = tokenizer;
    this.#byteLengths = byteLengths(tokenizer);
  }

  get place(): StreamPlace {
    return this.#at;
  }

  /** The end-of-text token that closes the last document is a document of its own. */
  get ended(): boolean {
    return this.#at[0] > this.#documents;
  }

  seek(place: StreamPlace): void {
    this.#at = place;
  }

  /**
   * Goes on until `out` is full or the stream ends.
   * @param out u16[] written from the front
   * @returns tokens written, and bytes of text that they spell
   */
  async fill(out: Uint16Array): Promise<{ tokens: number; bytes: number }> {
    let filled = 0;
    while (filled < out.length && !this.ended) {
      const [document, from] = this.#at;
      const tokens = await this.#tokens(document);
      const part = tokens.subarray(from, from + out.length - filled);
      out.set(part, filled);
      filled += part.length;
      this.#at = from + part.length < tokens.length ? [document, from + part.length] : [document + 1, 0];
    }
    let bytes = 0;
    for (let i = 0; i < filled; i++) bytes += this.#byteLengths[out[i]!]!;
    return { tokens: filled, bytes };
  }

  async #tokens(document: number): Promise<Uint16Array> {
    if (this.#current?.document !== document) {
      this.#current = { document, tokens: await this.#encode(document) };
    }
    return this.#current.tokens;
  }

  async #encode(document: number): Promise<Uint16Array> {
    const { endOfText } = this.#tokenizer;
    if (document === this.#documents) return Uint16Array.of(endOfText);
    const bytes = await this.#read(document);
    if (bytes === null) return new Uint16Array();
    const ids = this.#tokenizer.encode(bytes);
    const tokens = new Uint16Array(ids.length + 1);
    tokens[0] = endOfText;
    tokens.set(ids, 1);
    return tokens;
  }
}
