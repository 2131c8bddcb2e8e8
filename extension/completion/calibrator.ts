import { NihiloError } from '../protocol/errors.ts';
import type { Trial } from '../protocol/prediction.ts';
import { type Calibration, calibrate, usualCalibration } from './acceptance.ts';

/** Files that completions are tried out in, which say all that the two numbers of a calibration need. */
const mostFiles = 40;
/** Somebody who typed so lately will type on. */
const quietMs = 2_000;

/** Finds out in the background how often completions of the workspace are right, while nobody types. */
export class Calibrator {
  readonly #tryOut: (seed: number, signal: AbortSignal) => Promise<readonly Trial[]>;
  readonly #found: (calibration: Calibration) => void;
  #running: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #trials: Trial[] = [];
  #files = mostFiles;

  /** @param found called with what is known, from the usual on, each time there is more */
  constructor(
    tryOut: (seed: number, signal: AbortSignal) => Promise<readonly Trial[]>,
    found: (calibration: Calibration) => void,
  ) {
    this.#tryOut = tryOut;
    this.#found = found;
  }

  /** What predicts is another: what was found of the one before counts no more. */
  restart(): void {
    this.#trials = [];
    this.#files = 0;
    this.#found(usualCalibration);
    this.postpone();
  }

  /** Somebody types. */
  postpone(): void {
    this.#running?.abort();
    clearTimeout(this.#timer);
    if (this.#files < mostFiles) this.#timer = setTimeout(() => void this.#run(), quietMs);
  }

  dispose(): void {
    this.#files = mostFiles;
    this.#running?.abort();
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    try {
      while (this.#files < mostFiles && !running.signal.aborted) {
        const trials = await this.#tryOut(this.#files, running.signal);
        if (running.signal.aborted) return;
        this.#files++;
        this.#trials.push(...trials);
        this.#found(calibrate(this.#trials));
      }
    } catch (error) {
      // Where there is no predictor now, another index or the next key begins again.
      if (!running.signal.aborted && !(error instanceof NihiloError)) throw error;
    }
  }
}
