import type { HeldOutPoint, TrainingEvent, TrainingStage } from '../protocol/training.ts';
import { corpusLine, progressLine } from './figures.ts';

/** What is needed of a stream such as `process.stderr`. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A log that nobody watches needs fewer lines than a screen needs frames. */
const plainGapMs = 5_000;
const eraseLine = '\r\u001b[K';

/** A training on a terminal: one line that is drawn over. Elsewhere: a plain line for each stage and every few seconds. */
export class ProgressDisplay {
  readonly #screen: Screen;
  #heldOut: HeldOutPoint | null = null;
  #stage: TrainingStage | null = null;
  #lastPlainAt = -Infinity;
  #drawn = '';

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  show(event: TrainingEvent): void {
    switch (event.type) {
      case 'stage':
        if (this.#screen.isTTY === true) this.#draw(event.detail);
        else if (event.stage !== this.#stage) this.note(event.detail);
        this.#stage = event.stage;
        return;
      case 'corpus':
        this.note(corpusLine(event.corpus));
        return;
      case 'heldOut':
        this.#heldOut = event.point;
        return;
      case 'yardsticks':
      case 'sample':
        return;
      case 'progress':
        if (this.#screen.isTTY === true)
          this.#draw(progressLine(event.progress, this.#heldOut, this.#columns));
        else this.#log(progressLine(event.progress, this.#heldOut, null));
        return;
      case 'done':
      case 'failed':
        this.clear();
    }
  }

  /** A line that stays, above the one that is drawn over. */
  note(text: string): void {
    const below = this.#drawn;
    this.clear();
    this.#screen.write(`${text}\n`);
    if (below !== '') this.#draw(below);
  }

  clear(): void {
    if (this.#drawn !== '') this.#screen.write(eraseLine);
    this.#drawn = '';
  }

  #log(line: string): void {
    const now = performance.now();
    if (now - this.#lastPlainAt < plainGapMs) return;
    this.#lastPlainAt = now;
    this.#screen.write(`${line}\n`);
  }

  /** The last column stays free: some terminals wrap there. */
  get #columns(): number {
    return (this.#screen.columns ?? 80) - 1;
  }

  #draw(line: string): void {
    this.#drawn = line.slice(0, this.#columns);
    this.#screen.write(eraseLine + this.#drawn);
  }
}

/** What is being done, of things that say no more about themselves: drawn over on a terminal, now and then a line elsewhere. */
export class StepDisplay {
  readonly #screen: Screen;
  #lastPlainAt = -Infinity;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  show(what: string, done: number, all: number): void {
    const line = `${done + 1} of ${all}: ${what}`;
    if (this.#screen.isTTY === true) {
      this.#screen.write(eraseLine + line.slice(0, (this.#screen.columns ?? 80) - 1));
    } else if (performance.now() - this.#lastPlainAt >= plainGapMs) {
      this.#lastPlainAt = performance.now();
      this.#screen.write(`${line}\n`);
    }
  }

  clear(): void {
    if (this.#screen.isTTY === true) this.#screen.write(eraseLine);
  }
}
