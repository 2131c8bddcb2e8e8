import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { mapConcurrently } from '../corpus/concurrency.ts';
import { isBinary } from '../corpus/content.ts';
import { replaceFile } from '../platform/nodeFiles.ts';
import type { Platform } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import {
  type Tokenizer,
  tokenizerFromJson,
  tokenizerToJson,
  trainTokenizer,
} from '../tokenizer/tokenizer.ts';
import {
  DocumentStream,
  type Shard,
  type ShardIndex,
  shardName,
  shuffled,
  type StreamPlace,
} from '../training/shards.ts';
import { absolutePath } from './absolutePath.ts';
import type { TokenizeOptions } from './commandLine.ts';
import { integer, size } from './figures.ts';
import { print, printJson } from './output.ts';
import { StepDisplay } from './progressDisplay.ts';

interface TextFile {
  /** relative to the folder */
  readonly path: string;
  readonly bytes: number;
}

/**
 * Text files → shards of tokens that training on other machines reads (distributed/README.md). What an earlier call for the same files
 * finished is kept.
 * @returns the exit code
 * @throws {NihiloError} corpusEmpty, folderUnreadable, storageFailed; argumentInvalid, when other shards are there; checkpointForeign, when
 *   the tokenizer is none of ours
 */
export async function tokenize(
  platform: Platform,
  folder: string,
  options: TokenizeOptions,
): Promise<number> {
  const root = absolutePath(folder);
  const files = await textFiles(platform, root);
  const read = async ({ path: name }: TextFile): Promise<Uint8Array | null> => {
    const bytes = await platform.files.read(`${root}/${name}`);
    return isBinary(bytes) ? null : bytes;
  };
  const tokenizer = await tokenizerFor(platform, files, read, options);
  const index = await new ShardWriter(absolutePath(options.shards), files, read, tokenizer, options).run();
  if (options.json) printJson(index);
  else print(indexLines(index));
  return 0;
}

/** Every file below the folder, hidden ones too: what belongs there has been decided by whoever filled it. */
async function textFiles({ files }: Platform, root: string): Promise<TextFile[]> {
  const found: TextFile[] = [];
  let folders = [''];
  while (folders.length > 0) {
    const listings = await mapConcurrently(folders, async (below) => {
      const entries = await files.list(`${root}${below}`);
      return entries.map(({ name, type }) => ({ path: `${below}/${name}`, type }));
    });
    const entries = listings.flat();
    folders = entries.filter(({ type }) => type === 'folder').map((entry) => entry.path);
    const inside = entries.filter(({ type }) => type === 'file');
    const sized = await mapConcurrently(inside, async (entry) => ({
      path: entry.path.slice(1),
      bytes: await files.size(`${root}${entry.path}`),
    }));
    found.push(...sized);
  }
  const some = found.filter(({ bytes }) => bytes > 0);
  if (some.length > 0) return some;
  throw new NihiloError(
    'corpusEmpty',
    say`There should be text files in ${root} and there are none; choose another folder.`,
  );
}

type Reader = (file: TextFile) => Promise<Uint8Array | null>;

/** The one that is given, or one that is learnt from a sample of the files. */
async function tokenizerFor(
  platform: Platform,
  files: readonly TextFile[],
  read: Reader,
  { tokenizer, vocabSize, sampleBytes, seed }: TokenizeOptions,
): Promise<Tokenizer> {
  if (tokenizer !== undefined) {
    return tokenizerFromJson(new TextDecoder().decode(await platform.files.read(absolutePath(tokenizer))));
  }
  const sample: Uint8Array[] = [];
  let bytes = 0;
  for (const file of shuffled(files, seed, 'tokenizer')) {
    if (bytes >= sampleBytes) break;
    const text = await read(file);
    if (text === null) continue;
    sample.push(text);
    bytes += text.length;
  }
  return trainTokenizer(sample, vocabSize);
}

class ShardWriter {
  readonly #folder: string;
  readonly #files: readonly TextFile[];
  readonly #stream: DocumentStream;
  readonly #tokenizerJson: string;
  readonly #heading: Pick<
    ShardIndex,
    'tokenizer' | 'endOfText' | 'vocabSize' | 'seed' | 'tokensPerShard' | 'documents' | 'listing'
  >;
  readonly #buffer: Uint16Array;
  readonly #display = new StepDisplay(process.stderr);

  constructor(
    folder: string,
    files: readonly TextFile[],
    read: Reader,
    tokenizer: Tokenizer,
    { seed, shardTokens }: TokenizeOptions,
  ) {
    this.#folder = folder;
    this.#files = shuffled(files, seed, 'reading');
    this.#stream = new DocumentStream(
      files.length,
      (document) => {
        this.#display.show('files are tokenized', document, files.length);
        return read(this.#files[document]!);
      },
      tokenizer,
    );
    this.#tokenizerJson = tokenizerToJson(tokenizer);
    this.#buffer = new Uint16Array(shardTokens);
    this.#heading = {
      tokenizer: sha256(this.#tokenizerJson),
      endOfText: tokenizer.endOfText,
      vocabSize: tokenizer.vocabSize,
      seed,
      tokensPerShard: shardTokens,
      documents: files.length,
      listing: sha256(this.#files.map((file) => `${file.path}\0${file.bytes}\n`).join('')),
    };
  }

  async run(): Promise<ShardIndex> {
    const before = await this.#shardsBefore();
    await mkdir(this.#folder, { recursive: true });
    await replaceFile(path.join(this.#folder, 'tokenizer.json'), Buffer.from(this.#tokenizerJson));
    const shards: Shard[] = [];
    let place: StreamPlace = [0, 0];
    while (place[0] <= this.#files.length) {
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

  async #make(file: string, from: StreamPlace): Promise<Shard> {
    this.#stream.seek(from);
    const { tokens, bytes } = await this.#stream.fill(this.#buffer);
    const content = littleEndian(this.#buffer.subarray(0, tokens));
    const digest = await replaceFile(path.join(this.#folder, file), content);
    return { file, tokens, bytes, sha256: digest, from, to: this.#stream.place };
  }

  async #isWhole({ file, sha256: expected }: Shard): Promise<boolean> {
    return sha256((await readIfThere(path.join(this.#folder, file))) ?? '') === expected;
  }

  /** What an earlier call made. Shards of anything else may be somebody's training text: they are not overwritten. */
  async #shardsBefore(): Promise<readonly Shard[]> {
    const bytes = await readIfThere(path.join(this.#folder, 'shards.json'));
    if (bytes === null) return [];
    const before = JSON.parse(bytes.toString()) as ShardIndex;
    const other = Object.entries(this.#heading).find(
      ([name, value]) => before[name as keyof ShardIndex] !== value,
    );
    if (other === undefined) return before.shards;
    throw new NihiloError(
      'argumentInvalid',
      say`--shards should be a new folder or one of the same text and tokens and ${this.#folder} has another ${other[0]}; choose another folder or remove it.`,
    );
  }

  async #writeIndex(shards: readonly Shard[], complete: boolean): Promise<ShardIndex> {
    const total = (what: 'tokens' | 'bytes'): number => shards.reduce((sum, shard) => sum + shard[what], 0);
    const index = { complete, ...this.#heading, tokens: total('tokens'), bytes: total('bytes'), shards };
    const json = `${JSON.stringify(index, null, 1)}\n`;
    await replaceFile(path.join(this.#folder, 'shards.json'), Buffer.from(json));
    return index;
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

async function readIfThere(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function indexLines({ tokens, bytes, vocabSize, shards, documents }: ShardIndex): string[] {
  return [
    `Text     ${size(bytes)} in ${integer(documents)} files`,
    `Tokens   ${integer(tokens)} of ${integer(vocabSize)} kinds, ${(bytes / tokens).toFixed(2)} bytes each`,
    `Shards   ${shards.length}`,
  ];
}
