import type { Platform, WorkerPort } from '../platform/platform.ts';
import { toPlainError } from '../protocol/errors.ts';
import type { TrainingCommand, TrainingEvent } from '../protocol/training.ts';
import type { Steering } from './loop.ts';
import { train } from './trainer.ts';

/** Answers one `start` with the events of a training, which ends with `done` or `failed`. */
export function serveTraining(platform: Platform, port: WorkerPort<TrainingCommand, TrainingEvent>): void {
  const wheel = new Wheel();
  port.onMessage((command) => {
    switch (command.type) {
      case 'start':
        train(platform, command.request, wheel, (event) => port.post(event)).then(
          ({ report, cancelled }) => port.post({ type: 'done', report, cancelled }),
          (error: unknown) => port.post({ type: 'failed', error: toPlainError(error) }),
        );
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

/** What the commands turn and the training looks at between steps. */
class Wheel implements Steering {
  cancelled = false;
  #going: Promise<void> = Promise.resolve();
  #release: () => void = () => {};
  readonly #tick = new MessageChannel();

  pause(): void {
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

  /** A message to itself: it arrives behind the commands that are waiting, without a timer's delay. */
  async breathe(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#tick.port1.addEventListener('message', () => resolve(), { once: true });
      this.#tick.port1.start();
      this.#tick.port2.postMessage(null);
    });
    await this.#going;
  }
}
