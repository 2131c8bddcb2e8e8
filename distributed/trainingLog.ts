import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A line of train.py's log; which of it is there depends on the event. */
export interface LogLine {
  readonly event?: string;
  readonly step: number;
  readonly tokens: number;
  readonly seconds: number;
  /** nats per token */
  readonly loss?: number;
  readonly bits_per_byte: number;
  readonly tokens_per_second?: number;
}

/** What the training of the base has told. */
export interface TrainingLog {
  /** of the last step that was told of */
  readonly last: LogLine & { readonly loss: number };
  /** of the last weights on all held-out text */
  readonly heldOut: LogLine & { readonly loss: number };
  readonly lines: readonly LogLine[];
}

export const logFile = 'base/training.jsonl';

export function trainingLog(): TrainingLog {
  const text = readFileSync(path.join(import.meta.dirname, '..', logFile), 'utf8').trim();
  const lines = text.split('\n').map((line) => JSON.parse(line) as LogLine);
  const withLoss = lines.filter((line): line is TrainingLog['last'] => line.loss !== undefined);
  return {
    last: withLoss.findLast(({ event }) => event === undefined)!,
    heldOut: withLoss.findLast(({ event }) => event === 'held-out, all')!,
    lines,
  };
}
