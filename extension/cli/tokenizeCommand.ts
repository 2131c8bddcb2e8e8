import { countLeftOut, type LeftOutCounts, summarizeCounts } from '../corpus/leftOut.ts';
import { TextFolder } from '../corpus/textFolder.ts';
import type { Platform } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import { inEnglish, say } from '../protocol/sentence.ts';
import { type Tokenizer, tokenizerFromJson, trainTokenizer } from '../tokenizer/tokenizer.ts';
import type { ShardIndex } from '../training/shards.ts';
import { absolutePath, globWithin } from './absolutePath.ts';
import type { TokenizeOptions } from './commandLine.ts';
import { integer, size } from './figures.ts';
import { print, printJson } from './output.ts';
import { ShardWriter } from './shardWriter.ts';

/**
 * Text files → shards of tokens that training on other machines reads (distributed/README.md), by the rules of a workspace's corpus: secrets
 * replaced. What an earlier call for the same files finished is kept.
 * @returns the exit code
 * @throws {NihiloError} corpusEmpty, folderUnreadable, storageFailed; argumentInvalid, when other shards or the texts are there;
 *   checkpointForeign, when the tokenizer is none of ours
 */
export async function tokenize(
  platform: Platform,
  folder: string,
  options: TokenizeOptions,
): Promise<number> {
  const root = absolutePath(folder);
  const shards = absolutePath(options.shards);
  if (shards === root) {
    throw new NihiloError(
      'argumentInvalid',
      say`Shards should go to a folder of their own and --shards names that of the text, ${root}; choose another, which may lie within it.`,
    );
  }
  // What a call before this one wrote is none of the text.
  const texts = await TextFolder.list(platform.files, root, globWithin(root, shards));
  if (texts.paths.length === 0) throw empty(root, texts.leftOut);
  const tokenizer = await tokenizerFor(platform, root, texts, options);
  const index = await new ShardWriter(shards, texts, tokenizer, options).run();
  if (options.json) printJson(index);
  else print(indexLines(index));
  return 0;
}

/** The one that is given, or one that is learnt from a sample of the files. */
async function tokenizerFor(
  platform: Platform,
  root: string,
  texts: TextFolder,
  { tokenizer, vocabSize, sampleBytes, seed }: TokenizeOptions,
): Promise<Tokenizer> {
  if (tokenizer !== undefined) {
    return tokenizerFromJson(new TextDecoder().decode(await platform.files.read(absolutePath(tokenizer))));
  }
  const sample: Uint8Array[] = [];
  const leftOut = { ...texts.leftOut };
  let bytes = 0;
  for (const file of texts.order(seed, 'tokenizer')) {
    if (bytes >= sampleBytes) break;
    const { text, reason } = await texts.read(file);
    if (reason !== null) countLeftOut(leftOut, reason);
    if (text === null) continue;
    sample.push(text);
    bytes += text.length;
  }
  if (sample.length === 0) throw empty(root, leftOut);
  return trainTokenizer(sample, vocabSize);
}

function empty(root: string, leftOut: LeftOutCounts): NihiloError {
  const why = Object.keys(leftOut).length === 0 ? say`none` : say`none (${summarizeCounts(leftOut, 3)})`;
  return new NihiloError(
    'corpusEmpty',
    say`There should be text files in ${root} and there are ${why}; choose another folder.`,
  );
}

function indexLines(index: ShardIndex): string[] {
  const { tokens, bytes, vocabSize, shards, documents, secrets, leftOut } = index;
  const unread = shards.flatMap((shard) => Object.values(shard.leftOut));
  const files = documents - unread.reduce((sum, count) => sum + count, 0);
  const lines = [
    `Text     ${size(bytes)} in ${integer(files)} files`,
    `Tokens   ${integer(tokens)} of ${integer(vocabSize)} kinds, ${(bytes / tokens).toFixed(2)} bytes each`,
    `Shards   ${shards.length}`,
    `Secrets  ${integer(secrets)} replaced`,
  ];
  if (Object.keys(leftOut).length > 0)
    lines.push(`Left out ${inEnglish(summarizeCounts(leftOut, Infinity))}`);
  return lines;
}
