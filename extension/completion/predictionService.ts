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
import type { GivesWay } from './servedIndex.ts';

/** What the worker is started with. */
export interface PredictorData {
  /** i32[1], shared: the highest id of a completion that nobody waits for any more; null: messages tell */
  readonly cancelled: Int32Array | null;
}

/** What goes before all else: somebody types. */
function isAsk({ type }: PredictorRequest): boolean {
  return type === 'complete' || type === 'words';
}

/**
 * Answers requests one after the other. While there is something that can answer, asks go before everything else, also in the middle of what
 * takes long; before that they wait in their turn, for the model that loads.
 */
export function servePredictions(
  platform: Platform,
  port: WorkerPort<PredictorMessage, PredictorReply>,
  { cancelled }: PredictorData,
): void {
  const predictor = new Predictor(platform);
  const asks: PredictorRequest[] = [];
  const waiting: PredictorRequest[] = [];
  let cancelledUpTo = 0;
  const isCancelled = (id: number): boolean =>
    (cancelled === null ? cancelledUpTo : Atomics.load(cancelled, 0)) >= id;
  const serve = async (request: PredictorRequest): Promise<void> => {
    try {
      // A message that cancels it may be waiting behind it.
      if (cancelled === null && isCancellable(request)) await nextTurn();
      port.post(await answer(predictor, request, { isCancelled, giveWay, goesOn }));
    } catch (error) {
      port.post({ type: 'failed', id: request.id, error: toPlainError(error) });
    }
  };
  const giveWay = async (): Promise<void> => {
    await nextTurn();
    for (let ask = asks.shift(); ask !== undefined; ask = asks.shift()) await serve(ask);
  };
  const goesOn = async (): Promise<boolean> => {
    await nextTurn();
    return asks.length === 0 && waiting.length === 0;
  };
  const next = (): PredictorRequest | undefined => asks.shift() ?? waiting.shift();
  let isServing = false;
  const serveAll = async (): Promise<void> => {
    if (isServing) return;
    isServing = true;
    for (let request = next(); request !== undefined; request = next()) {
      await serve(request);
      if (await goesOn()) await predictor.getReady(goesOn);
    }
    isServing = false;
  };
  port.onMessage((message) => {
    if (message.type === 'cancel') {
      cancelledUpTo = message.upTo;
      return;
    }
    (isAsk(message) && predictor.answers ? asks : waiting).push(message);
    void serveAll();
  });
}

/** How a long answer is interrupted. */
interface Interruptions {
  readonly isCancelled: (id: number) => boolean;
  /** lets asks be answered in between */
  readonly giveWay: () => Promise<void>;
  readonly goesOn: GivesWay;
}

async function answer(
  predictor: Predictor,
  request: PredictorRequest,
  { isCancelled, giveWay, goesOn }: Interruptions,
): Promise<PredictorReply> {
  const { id } = request;
  switch (request.type) {
    case 'load':
      return { type: 'loaded', id, model: await predictor.load(request.checkpoint, request.reproducible) };
    case 'complete': {
      const { prefix, open, options } = request;
      const completion = await predictor.complete(prefix, open, options, () => isCancelled(id));
      return { type: 'completed', id, completion, remote: predictor.remote };
    }
    case 'remote':
      predictor.useRemote(request.endpoint);
      return { type: 'remoteChanged', id };
    case 'words': {
      const { prefix, open, options } = request;
      return { type: 'worded', id, words: predictor.words(prefix, open, options, () => isCancelled(id)) };
    }
    case 'index':
      return { type: 'indexed', id, predicting: await predictor.useIndex(request.index, giveWay) };
    case 'dropIndex':
      predictor.dropIndex();
      return { type: 'indexDropped', id };
    case 'learn':
      return {
        type: 'learnt',
        id,
        outdated: await predictor.learn(request.edition, request.changes, giveWay),
      };
    case 'open':
      await predictor.open(request.prefix, request.open, goesOn);
      return { type: 'opened', id };
    case 'try': {
      const trials = await predictor.tryOut(request.seed, () => isCancelled(id), goesOn);
      return { type: 'tried', id, trials };
    }
    case 'find':
      return { type: 'found', id, match: predictor.find(request.prefix, request.open, request.isTyped) };
    case 'precedent': {
      const { prefix, open, coming } = request;
      return { type: 'precedent', id, precedent: predictor.precedent(prefix, open, coming) };
    }
    case 'passages':
      return { type: 'passages', id, text: predictor.passages() };
    case 'frequencies':
      return { type: 'frequencies', id, counts: predictor.frequencies() };
    case 'parts': {
      const { prefix, open, at, tokens } = request;
      return { type: 'parts', id, parts: predictor.parts(prefix, open, at, tokens) };
    }
    case 'along': {
      const { prefix, open, tokens } = request;
      return { type: 'along', id, parts: predictor.along(prefix, open, tokens) };
    }
  }
}
