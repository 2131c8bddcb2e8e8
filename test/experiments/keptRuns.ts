import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The runs of a study, in `results/`: kept as soon as they are there, so that an interrupted study goes on where it was. */
export class KeptRuns<Run> {
  readonly runs: Run[];
  readonly #file: string;
  readonly #tflop: number | null;

  /** @param tflop of each, where all have the same: 10¹² operations */
  constructor(study: string, tflop: number | null = null) {
    this.#file = path.join(import.meta.dirname, 'results', `${study}.json`);
    this.#tflop = tflop;
    this.runs = existsSync(this.#file)
      ? (JSON.parse(readFileSync(this.#file, 'utf8')) as { runs: Run[] }).runs
      : [];
  }

  add(...runs: readonly Run[]): void {
    this.runs.push(...runs);
    const head = this.#tflop === null ? '' : `"tflop": ${this.#tflop}, `;
    const lines = this.runs.map((run) => JSON.stringify(run)).join(',\n');
    writeFileSync(`${this.#file}.new`, `{ ${head}"runs": [\n${lines}\n] }\n`);
    renameSync(`${this.#file}.new`, this.#file);
  }
}
