import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import path from 'node:path';
import type { Machine, Results } from './results.ts';

const root = path.join(import.meta.dirname, '..', '..');

/** On what, of what and when something was measured. */
export type MeasuredOn = Pick<Results, 'machine' | 'commit' | 'measuredAt'>;

export function measuredHere(): MeasuredOn {
  return { machine: describeMachine(), commit: commit(), measuredAt: new Date().toISOString() };
}

/** Of the file that a machine's results are in. @param kind what stands behind the machine; of the speed of the engine: nothing */
export function fileNameOf({ cpu, cores }: Machine, kind: string): string {
  return `${`${cpu} ${cores} cores ${kind}`
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')}.json`;
}

function describeMachine(): Machine {
  return {
    cpu: cpus()[0]!.model.trim(),
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.versions.node,
    v8: process.versions.v8,
  };
}

function commit(): string {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') === '' ? '' : '-dirty'}`;
}
