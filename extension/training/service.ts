import type { Platform, WorkerPort } from '../platform/platform.ts';
import { sharingThreads } from '../platform/sharing.ts';
import { nextTurn } from '../platform/turn.ts';
import { toPlainError } from '../protocol/errors.ts';
import type { TrainingCommand, TrainingEvent } from '../protocol/training.ts';
import { fineTune } from './fineTune.ts';
import type { Steering } from './steering.ts';
import { train, type TrainingOutcome } from './trainer.ts';

/** Answers one `start` or `fineTune` with the events of a training, which ends with `done` or `failed`. */
export function serveTraining(platform: Platform, port: WorkerPort<TrainingCommand, TrainingEvent>): void {
  const wheel = new Wheel();
  const answer = (outcome: Promise<TrainingOutcome>): void => {
    outcome.then(
      ({ report, cancelled }) => port.post({ type: 'done', report, cancelled }),
      (error: unknown) => port.post({ type: 'failed', error: toPlainError(error) }),
    );
  };
  port.onMessage((command) => {
    switch (command.type) {
      case 'start':
        answer(train(platform, withSharing(command.request), wheel, (event) => port.post(event)));
        return;
      case 'fineTune':
        answer(fineTune(platform, withSharing(command.request), wheel, (event) => port.post(event)));
        return;
      case 'pause':
        wheel.pause();
        return;
      case 'resume':
        wheel.go();
        return;
      case 'cancel':
        wheel.cancel();
        return;
    }
  });
}

/** No more threads than can work on one memory. */
function withSharing<Request extends { readonly threads: number }>(request: Request): Request {
  return { ...request, threads: sharingThreads(request.threads) };
}

/** What the commands turn and the training looks at between steps. */
class Wheel implements Steering {
  cancelled = false;
  #going: Promise<void> = Promise.resolve();
  #release: () => void = () => {};

  pause(): void {
    // Nothing would release a training that is told to stop.
    if (this.cancelled) return;
    this.#release();
    this.#going = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  go(): void {
    this.#release();
  }

  cancel(): void {
    this.cancelled = true;
    this.#release();
  }

  async breathe(): Promise<void> {
    await nextTurn();
    await this.#going;
  }
}
