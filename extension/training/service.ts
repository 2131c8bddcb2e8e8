import type { Platform, WorkerPort } from '../platform/platform.ts';
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
        answer(train(platform, command.request, wheel, (event) => port.post(event)));
        return;
      case 'fineTune':
        answer(fineTune(platform, command.request, wheel, (event) => port.post(event)));
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

  /**
   * A message to itself: it arrives behind the commands that are waiting, without a timer's delay. Through a channel of
   * its own each time, because Node hands over up to 1,000 messages of one port before it looks at another.
   */
  async breathe(): Promise<void> {
    await new Promise<void>((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener(
        'message',
        () => {
          port1.close();
          resolve();
        },
        { once: true },
      );
      port1.start();
      port2.postMessage(null);
    });
    await this.#going;
  }
}
