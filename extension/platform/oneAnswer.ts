import { NihiloError } from '../protocol/errors.ts';
import type { Sentence } from '../protocol/sentence.ts';
import type { Platform, WorkerRole } from './platform.ts';

interface Question<Request, Event, Answer> {
  readonly role: WorkerRole;
  readonly request: Request;
  /** told of what the worker says, until it has answered or refused */
  readonly heard: (event: Event, answer: (answer: Answer) => void, refuse: (reason: Error) => void) => void;
  /** what a person is told when the worker dies, with why it did */
  readonly stopped: (why: string) => Sentence;
}

/**
 * Asks a worker of its own for one thing; the worker is gone when this settles.
 * @param signal aborting it rejects at once with its reason
 * @throws {NihiloError} what it refuses with; workerFailed
 */
export async function oneAnswer<Request, Event, Answer>(
  platform: Platform,
  { role, request, heard, stopped }: Question<Request, Event, Answer>,
  signal: AbortSignal,
): Promise<Answer> {
  signal.throwIfAborted();
  const worker = platform.spawn<Request, Event>(role, {});
  try {
    return await new Promise<Answer>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      worker.onMessage((event) => heard(event, resolve, reject));
      worker.onFailure((cause) => reject(new NihiloError('workerFailed', stopped(cause.message), { cause })));
      worker.post(request);
    });
  } finally {
    await worker.terminate();
  }
}
