import { WorkspaceModel } from '../../extension/host/workspaceModel.ts';
import { NihiloError, toPlainError } from '../../extension/protocol/errors.ts';
import { say } from '../../extension/protocol/sentence.ts';
import type { SaveCommand, SaveEvent } from '../../extension/protocol/learning.ts';
import type { PredictorReply, PredictorRequest } from '../../extension/protocol/prediction.ts';
import type { TrainingCommand, TrainingEvent } from '../../extension/protocol/training.ts';
import { modelSummary } from './samples.ts';
import { ScriptedPlatform } from './scriptedPlatform.ts';

type Sent = PredictorRequest | TrainingCommand | SaveCommand;
type Received = PredictorReply | TrainingEvent | SaveEvent;

export const checkpoint = '/storage/model';

/** A model over workers that do as they are told. */
export function setUp({ stored }: { stored: boolean }) {
  const platform = new ScriptedPlatform<Sent, Received>();
  if (stored) platform.paths.add(checkpoint).add(`${checkpoint}/config.json`);
  const settings = { reproducible: false, base: null as string | null };
  const model = new WorkspaceModel(platform, checkpoint, {
    corpus: () => ({ folders: ['/code'], exclude: [] }),
    reproducible: () => settings.reproducible,
    base: () => settings.base,
  });
  return { platform, model, settings };
}

type Platform = ReturnType<typeof setUp>['platform'];

/** Everything that can go on without a worker's answer has gone on. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Answers the last request of the predictor. */
export function answerLoad(platform: Platform, reply: 'loaded' | 'torn'): void {
  const worker = platform.workers.findLast(({ role }) => role === 'predictor')!;
  const message = worker.received.at(-1)!;
  if (message.type !== 'load') throw new Error(`Expected a load, got ${message.type}.`);
  const { id } = message;
  if (reply === 'loaded') worker.reply({ type: 'loaded', id, model: modelSummary });
  else
    worker.reply({ type: 'failed', id, error: toPlainError(new NihiloError('checkpointTorn', say`Torn.`)) });
}
