import { createHash } from 'node:crypto';
import path from 'node:path';
import envPaths from 'env-paths';
import { readCorpus } from '../corpus/corpus.ts';
import { onlyThis } from '../corpus/globs.ts';
import type { Document } from '../corpus/split.ts';
import { removeTrust, trustFolder } from '../indexing/savedTrust.ts';
import type { Platform } from '../platform/platform.ts';
import type { Completion } from '../protocol/prediction.ts';
import type { CorpusRequest, TrainingRequest } from '../protocol/training.ts';
import { absolutePath } from './absolutePath.ts';
import type { StartOptions } from './commandLine.ts';
import { percent, reportLines } from './figures.ts';
import { choiceRule, chooseLines, type CutLine } from './heldOutLines.ts';
import { unhurried } from './modelCommands.ts';
import { print } from './output.ts';
import { trainOnTerminal } from './trainCommand.ts';
import { withWorkspace } from './workspacePredictor.ts';

const seed = 1;
const shownLines = 3;

/**
 * Trains for a short time and shows what was learnt, on text that was not learnt from.
 * @returns the exit code @throws {NihiloError} as the training does
 */
export async function start(platform: Platform, folder: string, options: StartOptions): Promise<number> {
  const request = startRequest(absolutePath(folder), options);
  process.stderr.write(
    `Training on ${request.corpus.folders[0]} for ${options.seconds} s, ${options.threads} thread${options.threads === 1 ? '' : 's'}, from random numbers.\n`,
  );
  // How far the model of the last call was trusted says nothing of this one.
  await removeTrust(platform.files, trustFolder(request.checkpoint));
  const { report, exitCode } = await trainOnTerminal(platform, request);
  if (report !== null) print(['', ...reportLines(report)]);
  if (exitCode === 0) print(['', ...(await completionLines(platform, request))]);
  return exitCode;
}

function startRequest(folder: string, { seconds, threads }: StartOptions): TrainingRequest<CorpusRequest> {
  const digest = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  const name = `${path.basename(folder)}-${digest}`;
  return {
    corpus: { folders: [folder], exclude: [] },
    checkpoint: absolutePath(path.join(envPaths('nihilo', { suffix: '' }).cache, name)),
    stop: { seconds },
    threads,
    seed,
    reproducible: false,
    memoryLimitMb: 1_000,
    resume: false,
  };
}

/** What counts and model together make of lines whose files neither has seen. */
async function completionLines(
  platform: Platform,
  request: TrainingRequest<CorpusRequest>,
): Promise<string[]> {
  const { documents } = await readCorpus(platform.files, request.corpus, { seed });
  const heldOut = documents.filter((document) => document.heldOut);
  const lines = chooseLines(heldOut, shownLines, seed);
  const isShown = ({ path }: Document): boolean => lines.some(({ name }) => name === path);
  if (documents.every(isShown)) return ['There is no other file that completions could come from.'];
  const { checkpoint } = request;
  const corpus = { ...request.corpus, exclude: lines.map(({ name }) => onlyThis(name)) };
  const shown: string[] = [];
  let predictor = '';
  await withWorkspace(platform, { corpus, checkpoint, reproducible: false }, async (client, predicting) => {
    predictor = predicting;
    for (const line of lines) {
      const open = { name: line.name, suffix: '' };
      const { signal } = new AbortController();
      const completion = await client.complete(line.prefix, unhurried(0), signal, open);
      shown.push('', ...completedLine(line, completion));
    }
  });
  return [`Completions of held-out text by ${predictor}: ${choiceRule}.`, ...shown];
}

function completedLine({ name, line, typed, rest }: CutLine, { text, probability }: Completion): string[] {
  const indentation = ' '.repeat([...typed].length);
  return [
    `${name}:${line}`,
    `  typed      ${typed}`,
    `  completed  ${indentation}${text}   (${percent(probability)})`,
    `  in truth   ${indentation}${rest}`,
  ];
}
