import { nodePlatform, nodeWorkerData, nodeWorkerPort } from '../platform/node.ts';
import { toPlainError } from '../protocol/errors.ts';
import type { PredictorReply, PredictorRequest } from '../protocol/prediction.ts';
import { Predictor } from './predictor.ts';

const { cancelled } = nodeWorkerData<{ cancelled: Int32Array }>();
const port = nodeWorkerPort<PredictorRequest, PredictorReply>();
const predictor = new Predictor(nodePlatform());
/** Requests are answered one after the other: a completion asked for while a model loads waits for it. */
let queue = Promise.resolve();

/** Element 0 holds the highest id of a request that nobody waits for any more. */
function isCancelled(id: number): boolean {
  return Atomics.load(cancelled, 0) >= id;
}

async function answer(request: PredictorRequest): Promise<PredictorReply> {
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
    case 'inspect': {
      const { prefix, suffix, position, topK } = request;
      return { type: 'inspected', id, inspection: predictor.inspect(prefix, suffix, position, topK) };
    }
  }
}

async function serve(request: PredictorRequest): Promise<void> {
  try {
    port.post(await answer(request));
  } catch (error) {
    port.post({ type: 'failed', id: request.id, error: toPlainError(error) });
  }
}

port.onMessage((request) => {
  queue = queue.then(() => serve(request));
});
