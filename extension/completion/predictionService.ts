import type { Platform, WorkerPort } from '../platform/platform.ts';
import { nextTurn } from '../platform/turn.ts';
import { toPlainError } from '../protocol/errors.ts';
import {
  isCancellable,
  type PredictorMessage,
  type PredictorReply,
  type PredictorRequest,
} from '../protocol/prediction.ts';
import { Predictor } from './predictor.ts';

/** What the worker is started with. */
export interface PredictorData {
  /** i32[1], shared: the highest id of a completion that nobody waits for any more; null: messages tell */
  readonly cancelled: Int32Array | null;
}

/** Answers requests one after the other: a completion that is asked for while a model loads waits for it. */
export function servePredictions(
  platform: Platform,
  port: WorkerPort<PredictorMessage, PredictorReply>,
  { cancelled }: PredictorData,
): void {
  const predictor = new Predictor(platform);
  let queue = Promise.resolve();
  let cancelledUpTo = 0;
  const isCancelled = (id: number): boolean =>
    (cancelled === null ? cancelledUpTo : Atomics.load(cancelled, 0)) >= id;
  const serve = async (request: PredictorRequest): Promise<void> => {
    try {
      // A message that cancels it may be waiting behind it.
      if (cancelled === null && isCancellable(request)) await nextTurn();
      port.post(await answer(predictor, request, isCancelled));
    } catch (error) {
      port.post({ type: 'failed', id: request.id, error: toPlainError(error) });
    }
  };
  port.onMessage((message) => {
    if (message.type === 'cancel') cancelledUpTo = message.upTo;
    else queue = queue.then(() => serve(message));
  });
}

async function answer(
  predictor: Predictor,
  request: PredictorRequest,
  isCancelled: (id: number) => boolean,
): Promise<PredictorReply> {
  const { id } = request;
  switch (request.type) {
    case 'load':
      return { type: 'loaded', id, model: await predictor.load(request.checkpoint, request.reproducible) };
    case 'complete': {
      const { prefix, open, options } = request;
      const completion = predictor.complete(prefix, open, options, () => isCancelled(id));
      return { type: 'completed', id, completion };
    }
    case 'words': {
      const { prefix, open, options } = request;
      return { type: 'worded', id, words: predictor.words(prefix, open, options, () => isCancelled(id)) };
    }
    case 'index':
      return { type: 'indexed', id, predicting: await predictor.useIndex(request.index) };
    case 'learn':
      return { type: 'learnt', id, outdated: predictor.learn(request.edition, request.changes) };
    case 'open':
      predictor.open(request.prefix, request.open);
      return { type: 'opened', id };
    case 'try':
      return { type: 'tried', id, trials: predictor.tryOut(request.seed, () => isCancelled(id)) };
    case 'find':
      return { type: 'found', id, match: predictor.find(request.prefix, request.open) };
    case 'parts': {
      const { prefix, open, at, tokens } = request;
      return { type: 'parts', id, parts: predictor.parts(prefix, open, at, tokens) };
    }
  }
}
