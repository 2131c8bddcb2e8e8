import { createHash } from 'node:crypto';
import path from 'node:path';
import { mapConcurrently } from '../corpus/concurrency.ts';
import { countLeftOut, type LeftOutCounts } from '../corpus/leftOut.ts';
import type { ReadFile, TextFolder } from '../corpus/textFolder.ts';
import { makeFolder, nodeFiles, replaceFile } from '../platform/nodeFiles.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say, type Sentence } from '../protocol/sentence.ts';
import { type Tokenizer, tokenizerToJson } from '../tokenizer/tokenizer.ts';
import {
  DocumentStream,
  type Shard,
  shardFormat,
  type ShardIndex,
  shardName,
  type StreamPlace,
} from '../training/shards.ts';
import type { TokenizeOptions } from './commandLine.ts';
import { StepDisplay } from './progressDisplay.ts';

type Heading = Pick<
  ShardIndex,
  'format' | 'tokenizer' | 'endOfText' | 'vocabSize' | 'seed' | 'tokensPerShard' | 'documents' | 'listing'
>;

/** What another call had, where it was not for the same shards. */
const others: Readonly<Record<keyof Heading, Sentence>> = {
  format: say`shards of another version of Nihilo`,
  tokenizer: say`another tokenizer`,
  endOfText: say`another tokenizer`,
  vocabSize: say`another tokenizer`,
  seed: say`another --seed`,
  tokensPerShard: say`another --shard-tokens`,
  documents: say`another number of files`,
  listing: say`files of other names or sizes`,
};

/** Files that are compared at once with those of an earlier call. */
const comparedAtOnce = 16;

/** Writes the texts of a folder as shards, holding one shard and one file at a time. */
export class ShardWriter {
  readonly #folder: string;
  readonly #texts: TextFolder;
  /** places in `texts.paths` */
  readonly #order: Uint32Array;
  readonly #stream: DocumentStream;
  readonly #tokenizerJson: string;
  readonly #heading: Heading;
  readonly #buffer: Uint16Array;
  readonly #display = new StepDisplay(process.stderr);
  /** of the shard that is being made */
  #sources = new SourceTally([0, 0]);

  /** @param folder of the shards, which may be new */
  constructor(
    folder: string,
    texts: TextFolder,
    tokenizer: Tokenizer,
    { seed, shardTokens }: Pick<TokenizeOptions, 'seed' | 'shardTokens'>,
  ) {
    this.#folder = folder;
    this.#texts = texts;
    this.#order = texts.order(seed, 'reading');
    this.#stream = new DocumentStream(this.#order.length, (document) => this.#read(document), tokenizer);
    this.#tokenizerJson = tokenizerToJson(tokenizer);
    this.#buffer = new Uint16Array(shardTokens);
    this.#heading = {
      format: shardFormat,
      tokenizer: sha256(this.#tokenizerJson),
      endOfText: tokenizer.endOfText,
      vocabSize: tokenizer.vocabSize,
      seed,
      tokensPerShard: shardTokens,
      documents: this.#order.length,
      listing: this.#listing(),
    };
  }

  /** @throws {NihiloError} storageFailed; argumentInvalid, when shards of anything else are there */
  async run(): Promise<ShardIndex> {
    const before = await this.#shardsBefore();
    await makeFolder(this.#folder);
    await replaceFile(path.join(this.#folder, 'tokenizer.json'), [Buffer.from(this.#tokenizerJson)]);
    const shards: Shard[] = [];
    let place: StreamPlace = [0, 0];
    while (place[0] <= this.#order.length) {
      const file = shardName(shards.length);
      const known = before[shards.length];
      const kept = known?.from.join() === place.join() && (await this.#isWhole(known));
      const shard: Shard = kept ? known : await this.#make(file, place);
      place = shard.to;
      // Documents without a token may be all that was left.
      if (shard.tokens > 0) shards.push(shard);
      if (!kept) await this.#writeIndex(shards, false);
    }
    this.#display.clear();
    return this.#writeIndex(shards, true);
  }

  #listing(): string {
    const hash = createHash('sha256');
    for (const file of this.#order) hash.update(`${this.#texts.paths[file]}\0${this.#texts.sizes[file]}\n`);
    return hash.digest('hex');
  }

  async #read(document: number): Promise<Uint8Array | null> {
    this.#display.show('files are tokenized', document, this.#order.length);
    const file = await this.#texts.read(this.#order[document]!);
    this.#sources.add(document, file);
    return file.text;
  }

  async #make(file: string, from: StreamPlace): Promise<Shard> {
    this.#sources = new SourceTally(from);
    this.#stream.seek(from);
    const { tokens, bytes } = await this.#stream.fill(this.#buffer);
    const content = littleEndian(this.#buffer.subarray(0, tokens));
    const digest = await replaceFile(path.join(this.#folder, file), [content]);
    return { file, tokens, bytes, sha256: digest, from, to: this.#stream.place, ...this.#sources.result() };
  }

  async #isWhole({ file, sha256: expected }: Shard): Promise<boolean> {
    return sha256((await readIfThere(path.join(this.#folder, file))) ?? '') === expected;
  }

  /** What an earlier call made. Shards of anything else may be somebody's training text: they are not overwritten. */
  async #shardsBefore(): Promise<readonly Shard[]> {
    const bytes = await readIfThere(path.join(this.#folder, 'shards.json'));
    if (bytes === null) return [];
    const before = indexIn(bytes);
    if (before === null) throw this.#other(say`a damaged shards.json`);
    for (const [name, value] of Object.entries(this.#heading)) {
      if (before[name as keyof Heading] !== value) throw this.#other(others[name as keyof Heading]);
    }
    for (const shard of before.shards) {
      if ((await this.#sourceOf(shard)) !== shard.source)
        throw this.#other(say`${shard.file} of files that have changed since`);
    }
    return before.shards;
  }

  /** Reading is quick beside tokenizing, and a size says nothing of what a file holds. */
  async #sourceOf({ from, to }: Shard): Promise<string> {
    const tally = new SourceTally(from);
    const last = Math.min(to[1] === 0 ? to[0] : to[0] + 1, this.#order.length);
    for (let first = from[0]; first < last; first += comparedAtOnce) {
      this.#display.show('files are compared with those of an earlier call', first, this.#order.length);
      const documents = [...this.#order.subarray(first, Math.min(first + comparedAtOnce, last))];
      const raws = await mapConcurrently(documents, (file) => this.#texts.readRaw(file));
      for (const [i, raw] of raws.entries()) tally.addRaw(first + i, raw);
    }
    return tally.result().source;
  }

  #other(what: Sentence): NihiloError {
    this.#display.clear();
    return new NihiloError(
      'argumentInvalid',
      say`--shards should be a new folder or one of the same text and tokens and ${this.#folder} has ${what}; choose another folder or remove it.`,
    );
  }

  async #writeIndex(shards: readonly Shard[], complete: boolean): Promise<ShardIndex> {
    const total = (what: 'tokens' | 'bytes' | 'secrets'): number =>
      shards.reduce((sum, shard) => sum + shard[what], 0);
    const leftOut = { ...this.#texts.leftOut };
    for (const shard of shards) addCounts(leftOut, shard.leftOut);
    const index: ShardIndex = {
      complete,
      ...this.#heading,
      tokens: total('tokens'),
      bytes: total('bytes'),
      secrets: total('secrets'),
      leftOut,
      shards,
    };
    const json = `${JSON.stringify(index, null, 1)}\n`;
    await replaceFile(path.join(this.#folder, 'shards.json'), [Buffer.from(json)]);
    return index;
  }
}

/** What is said of the files that begin in a shard; one that began before it is told of there. */
class SourceTally {
  readonly #from: StreamPlace;
  readonly #hash = createHash('sha256');
  readonly #leftOut: LeftOutCounts = {};
  #secrets = 0;

  constructor(from: StreamPlace) {
    this.#from = from;
  }

  /** @param document a number that is larger by one each time */
  add(document: number, { raw, secrets, reason }: ReadFile): void {
    if (!this.addRaw(document, raw)) return;
    this.#secrets += secrets;
    if (reason !== null) countLeftOut(this.#leftOut, reason);
  }

  /** @returns whether the document begins here */
  addRaw(document: number, raw: Uint8Array | null): boolean {
    const [first, token] = this.#from;
    if (document === first && token > 0) return false;
    this.#hash.update(
      createHash('sha256')
        .update(raw ?? '')
        .digest(),
    );
    return true;
  }

  result(): Pick<Shard, 'source' | 'secrets' | 'leftOut'> {
    return { source: this.#hash.digest('hex'), secrets: this.#secrets, leftOut: this.#leftOut };
  }
}

function addCounts(counts: LeftOutCounts, more: LeftOutCounts): void {
  for (const [reason, count] of Object.entries(more) as [keyof LeftOutCounts, number][]) {
    countLeftOut(counts, reason, count);
  }
}

function littleEndian(tokens: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(2 * tokens.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < tokens.length; i++) view.setUint16(2 * i, tokens[i]!, true);
  return bytes;
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

async function readIfThere(file: string): Promise<Uint8Array | null> {
  return (await nodeFiles.exists(file)) ? nodeFiles.read(file) : null;
}

/** null for what is none */
function indexIn(bytes: Uint8Array): ShardIndex | null {
  try {
    const index = JSON.parse(new TextDecoder().decode(bytes)) as Partial<ShardIndex> | null;
    return Array.isArray(index?.shards) ? (index as ShardIndex) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
