import { readTexts } from '../corpus/corpus.ts';
import { fileNameReason, folderNameReason } from '../corpus/names.ts';
import { findNearDuplicates } from '../corpus/similarity.ts';
import type { Text } from '../corpus/split.ts';
import type { FileSystem } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { ByteRange } from './heldOutText.ts';
import type { EvaluationSplit } from './split.ts';

/** A commit, and how many lines it added to each file of the folder; paths are relative to the folder. */
export interface Commit {
  readonly id: string;
  readonly addedLines: ReadonlyMap<string, number>;
}

/** Lines of a file that are new, numbered from 1. */
export interface LineRange {
  readonly first: number;
  readonly count: number;
}

/** What version control knows of a folder. */
export interface History {
  /** of the current branch, newest first */
  commits(): Promise<readonly Commit[]>;
  /** the folder as a commit left it, at '/' */
  tree(commit: string): FileSystem;
  /** for each file that `to` changed since `from`: its new lines; null: the file is new. Follows renames. */
  added(from: string, to: string): Promise<ReadonlyMap<string, readonly LineRange[] | null>>;
}

const fewestCommits = 20;
const heldOutShare = 0.1;

/**
 * By commits: learnt from is the tree before the last commits, which added a tenth of all lines; judged by is what these commits added and
 * what is still there after the last of them, each file with its other lines as context. New files that nearly repeat a file of the
 * earlier tree are dropped.
 * @throws {NihiloError} argumentInvalid, when there are fewer than 20 commits; as readCorpus does
 */
export async function splitByCommits(
  history: History,
  folder: string,
  onProgress: (files: number) => void,
): Promise<EvaluationSplit> {
  const commits = await history.commits();
  if (commits.length < fewestCommits) {
    throw new NihiloError(
      'argumentInvalid',
      say`--split commits should be of a folder with ${fewestCommits} commits or more and ${folder} has ${commits.length}; use --split files.`,
    );
  }
  const before = commits[lastCommits(commits)]!.id;
  const after = commits[0]!.id;
  const request = { folders: ['/'], exclude: [] };
  const training = await readTexts(history.tree(before), request, { onProgress });
  const current = await readTexts(history.tree(after), request, { onProgress });
  const added = await history.added(before, after);
  const changed = current.texts.filter(({ path }) => added.has(path));
  const repeated = findNearDuplicates(
    changed.map(({ bytes }) => bytes),
    training.texts.map(({ bytes }) => bytes),
  );
  const isRepetition = (path: string, i: number): boolean => added.get(path) === null && repeated[i]!;
  const heldOut = changed.filter(({ path }, i) => !isRepetition(path, i));
  return {
    training: training.texts,
    heldOut: heldOut.map((text) => {
      const lines = added.get(text.path)!;
      return { path: text.path, bytes: text.bytes, added: lines === null ? null : byteRanges(text, lines) };
    }),
    nearDuplicates: changed.length - heldOut.length,
  };
}

/** How many of the last commits added about a tenth of the lines that are learnt from; one commit is left over in any case. */
function lastCommits(commits: readonly Commit[]): number {
  const lines = commits.map(({ addedLines }) =>
    [...addedLines].reduce((sum, [path, count]) => sum + (mayBeLearnt(path) ? count : 0), 0),
  );
  const wanted = heldOutShare * lines.reduce((sum, count) => sum + count, 0);
  let sum = 0;
  const count = 1 + lines.findIndex((added) => (sum += added) >= wanted);
  return Math.min(Math.max(count, 1), commits.length - 1);
}

/** By its name. Lock files and the like would outweigh everything that somebody has written. */
function mayBeLearnt(path: string): boolean {
  const names = path.split('/');
  return (
    fileNameReason(names.at(-1)!) === null &&
    names.slice(0, -1).every((name) => folderNameReason(name) === null)
  );
}

/** Where lines of a file are in its text, from which the licence was taken. */
function byteRanges({ bytes, removed }: Text, lines: readonly LineRange[]): ByteRange[] {
  const starts = [0];
  bytes.forEach((byte, i) => {
    if (byte === lineFeed) starts.push(i + 1);
  });
  const startOf = (line: number): number => {
    const inText =
      removed === undefined || line <= removed.before ? line : Math.max(removed.before, line - removed.lines);
    return starts[inText] ?? bytes.length;
  };
  return lines
    .map(({ first, count }) => ({ start: startOf(first - 1), end: startOf(first - 1 + count) }))
    .filter(({ start, end }) => end > start);
}

const lineFeed = 10;
