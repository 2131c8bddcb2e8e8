import { removeTrust, trustFolder } from '../indexing/savedTrust.ts';
import type { Platform } from '../platform/platform.ts';
import type { FineTuneRequest } from '../protocol/training.ts';
import { TrainingClient } from '../training/client.ts';
import { absolutePath, globWithin } from './absolutePath.ts';
import type { FineTuneOptions } from './commandLine.ts';
import { fineTuningLines, reportCardLines, reportLines } from './figures.ts';
import { claimModelFolder } from './modelFolder.ts';
import { print, printJson } from './output.ts';
import { reportOnTerminal } from './reportOnTerminal.ts';
import { followOnTerminal, stopCondition } from './trainCommand.ts';

/** @returns the exit code @throws {NihiloError} as the fine-tuning does */
export async function fineTune(
  platform: Platform,
  folder: string,
  options: FineTuneOptions,
): Promise<number> {
  const request = fineTuneRequest(folder, options);
  await claimModelFolder(request.checkpoint);
  await removeTrust(platform.files, trustFolder(request.checkpoint));
  const { report, exitCode } = await followOnTerminal(new TrainingClient(platform).fineTune(request));
  if (report === null) return exitCode;
  const { corpus, checkpoint } = request;
  const judged = options.report && exitCode === 0;
  const card = judged ? await reportOnTerminal(platform, { corpus, checkpoint, reproducible: false }) : null;
  if (options.json) printJson(card === null ? report : { ...report, reportCard: card });
  else print([...fineTuningLines(report.fineTuning!), ...reportLines(report), ...reportCardLines(card)]);
  return exitCode;
}

function fineTuneRequest(folder: string, options: FineTuneOptions): FineTuneRequest {
  const { replay, threads, memory, seed } = options;
  const model = absolutePath(options.model);
  const checkpoint = absolutePath(options.out ?? options.model);
  const corpusOf = (path: string): FineTuneRequest['corpus'] => {
    const absolute = absolutePath(path);
    const exclude = [model, checkpoint].flatMap((own) => globWithin(absolute, own));
    return { folders: [absolute], exclude: [...new Set(exclude)] };
  };
  return {
    model,
    checkpoint,
    corpus: corpusOf(folder),
    replay: replay === undefined ? null : corpusOf(replay),
    stop: stopCondition(options),
    threads,
    memoryLimitMb: memory,
    seed: seed ?? null,
  };
}
