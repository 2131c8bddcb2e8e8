import { removeTrust, trustFolder } from '../indexing/savedTrust.ts';
import type { Platform } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say, type Sentence } from '../protocol/sentence.ts';
import type { CorpusRequest, StopCondition, TrainingReport, TrainingRequest } from '../protocol/training.ts';
import { TrainingClient, type TrainingRun } from '../training/client.ts';
import { absolutePath, globWithin } from './absolutePath.ts';
import type { TrainOptions } from './commandLine.ts';
import { reportCardLines, reportLines } from './figures.ts';
import { Interruption } from './interruption.ts';
import { claimModelFolder } from './modelFolder.ts';
import { print, printJson } from './output.ts';
import { ProgressDisplay } from './progressDisplay.ts';
import { reportOnTerminal } from './reportOnTerminal.ts';

/** @returns the exit code @throws {NihiloError} argumentInvalid; as the training does */
export async function train(platform: Platform, folder: string, options: TrainOptions): Promise<number> {
  refuseContradictions(options);
  const request = trainingRequest(platform, folder, options);
  await claimModelFolder(request.checkpoint);
  // How far another model was trusted says nothing of what comes, if only in part.
  await removeTrust(platform.files, trustFolder(request.checkpoint));
  const { report, exitCode } = await trainOnTerminal(platform, request);
  if (report === null) return exitCode;
  const { corpus, checkpoint } = request;
  const judged = options.report && exitCode === 0;
  const reproducible = options.reproducible === true;
  const card = judged ? await reportOnTerminal(platform, { corpus, checkpoint, reproducible }) : null;
  if (options.json) printJson(card === null ? report : { ...report, reportCard: card });
  else print([...reportLines(report), ...reportCardLines(card)]);
  return exitCode;
}

/** What could only be ignored. @throws {NihiloError} argumentInvalid */
function refuseContradictions({ base, preset, vocab, resume, canaries }: TrainOptions): void {
  const invalid = (sentence: Sentence): NihiloError => new NihiloError('argumentInvalid', sentence);
  if (base !== undefined && (preset ?? 'base') !== 'base') {
    throw invalid(
      say`--preset should be base where --base names a model to begin with and is ${preset!}; leave one of them out.`,
    );
  }
  if (vocab !== undefined && (base !== undefined || preset === 'base')) {
    throw invalid(
      say`A model that a training begins with brings its vocabulary along; leave --vocab out, or begin with another --preset.`,
    );
  }
  if (resume && base !== undefined)
    throw invalid(say`--resume goes on from the model in --out and begins with no other; leave --base out.`);
  if (resume && canaries > 0) {
    throw invalid(
      say`Strings are planted before a training begins and --resume goes on with one; leave --canaries out.`,
    );
  }
}

export interface TerminalTraining {
  /** null = ended on request before there was anything to keep */
  readonly report: TrainingReport | null;
  /** 0, or 128 + the signal that ended it */
  readonly exitCode: number;
}

/** Runs a training; see followOnTerminal. */
export async function trainOnTerminal(
  platform: Platform,
  request: TrainingRequest,
): Promise<TerminalTraining> {
  return followOnTerminal(new TrainingClient(platform).start(request));
}

/** Shows how a run goes on stderr; Ctrl-C ends it and keeps the best model so far. */
export async function followOnTerminal(run: TrainingRun): Promise<TerminalTraining> {
  const display = new ProgressDisplay(process.stderr);
  const interruption = new Interruption(() => {
    display.note('Ending; the best model so far is kept. Ctrl-C once more quits at once.');
    run.cancel();
  });
  run.onEvent((event) => display.show(event));
  try {
    const { report } = await run.result;
    return { report, exitCode: interruption.exitCode ?? 0 };
  } catch (error) {
    if (interruption.exitCode === null) throw error;
    if (!(error instanceof NihiloError && error.code === 'trainingCancelled')) throw error;
    display.note(error.message);
    return { report: null, exitCode: interruption.exitCode };
  } finally {
    display.clear();
    interruption.dispose();
  }
}

function trainingRequest(
  { baseModel }: Platform,
  folder: string,
  options: TrainOptions,
): TrainingRequest<CorpusRequest> {
  const { out, vocab, threads, memory, canaries, resume, calls } = options;
  const { base, seed, reproducible, optimizer, tokensPerStep } = options;
  const preset = base === undefined ? options.preset : 'base';
  const [corpus, checkpoint] = [absolutePath(folder), absolutePath(out)];
  return {
    corpus: { folders: [corpus], exclude: globWithin(corpus, checkpoint) },
    checkpoint,
    // Here, `auto` means random numbers: whoever wants the base says so.
    base: preset !== 'base' ? undefined : base === undefined ? baseModel : absolutePath(base),
    preset,
    vocabSize: vocab,
    seed,
    reproducible,
    optimizer,
    tokensPerStep,
    stop: stopCondition(options),
    threads,
    memoryLimitMb: memory,
    canaries,
    resume,
    calls,
  };
}

type StopOptions = Pick<TrainOptions, 'seconds' | 'steps' | 'epochs' | 'targetLoss'>;

const defaultSeconds = 60;

export function stopCondition({ seconds, steps, epochs, targetLoss }: StopOptions): StopCondition {
  const stop = {
    ...(seconds === undefined ? {} : { seconds }),
    ...(steps === undefined ? {} : { steps }),
    ...(epochs === undefined ? {} : { epochs }),
    ...(targetLoss === undefined ? {} : { targetLoss }),
  };
  return Object.keys(stop).length === 0 ? { seconds: defaultSeconds } : stop;
}
