import { constants } from 'node:os';

/** Ctrl-C, what ends a service, and a terminal that was closed or lost its connection. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A launcher such as npx passes on a Ctrl-C that the terminal has sent already; a person is slower than this. */
const echoMs = 300;

/** Ctrl-C while there is something to keep: the first asks to end, the second ends the process at once. */
export class Interruption {
  readonly #onRequest: () => void;
  #firstAt: number | null = null;
  #exitCode: number | null = null;

  /** @param onRequest called once, at the first signal */
  constructor(onRequest: () => void) {
    this.#onRequest = onRequest;
    for (const signal of signals) process.on(signal, this.#receive);
  }

  /** 128 + the signal's number, as shells report it; null when none came */
  get exitCode(): number | null {
    return this.#exitCode;
  }

  /** From here on a signal ends the process as usual. */
  dispose(): void {
    for (const signal of signals) process.off(signal, this.#receive);
  }

  readonly #receive = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (this.#firstAt === null) {
      this.#firstAt = now;
      this.#exitCode = 128 + constants.signals[signal];
      this.#onRequest();
    } else if (now - this.#firstAt > echoMs) {
      process.exit(128 + constants.signals[signal]);
    }
  };
}

/**
 * Runs what Ctrl-C ends with nothing kept.
 * @returns what it returns, or 128 + the signal that ended it
 * @throws as it does
 */
export async function untilInterrupted(run: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const ending = new AbortController();
  const interruption = new Interruption(() => ending.abort());
  try {
    return await run(ending.signal);
  } catch (error) {
    if (interruption.exitCode !== null) return interruption.exitCode;
    throw error;
  } finally {
    interruption.dispose();
  }
}
