import { nodeWorkerData, nodeWorkerPort } from '../../extension/platform/node.ts';

export interface ThreadData {
  readonly counter: Int32Array;
}

export type ThreadRequest = 'count' | 'throw' | 'exit' | 'return';

/** A thread that does what it is told, also what no thread should. */
const { counter } = nodeWorkerData<ThreadData>();
const port = nodeWorkerPort<ThreadRequest, number>();

port.onMessage((request) => {
  switch (request) {
    case 'count':
      port.post(Atomics.add(counter, 0, 1));
      return Atomics.notify(counter, 0);
    case 'throw':
      throw new RangeError('told to');
    case 'exit':
      return process.exit(7);
    case 'return':
      return process.exit(0);
  }
});
