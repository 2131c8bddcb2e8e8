import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';

const programs = path.join(import.meta.dirname, '..', '..', 'distributed');

/** A Python that has PyTorch: one that is named, or Debian's own, which alone sees Debian's packages; null where there is none. */
export const python: string | null = [process.env['NIHILO_PYTHON'], '/usr/bin/python3', 'python3'].reduce(
  (found: string | null, candidate) =>
    found ?? (candidate !== undefined && hasPyTorch(candidate) ? candidate : null),
  null,
);

function hasPyTorch(candidate: string): boolean {
  return spawnSync(candidate, ['-c', 'import torch, numpy']).status === 0;
}

/** A line of a training's log. */
export interface LogLine {
  readonly event?: string;
  readonly step: number;
  readonly loss: number;
  readonly bits_per_byte?: number;
}

export interface Run {
  readonly lines: readonly LogLine[];
  /** null when a signal ended it */
  readonly code: number | null;
  readonly stderr: string;
}

export interface RunOptions {
  /** that are started by torchrun on this machine; 1 = without it */
  readonly processes?: number;
  /** told of each line; ends what it likes */
  readonly onLine?: (line: LogLine, processId: number) => void;
}

/** Runs distributed/train.py on the CPU. One thread a process: more than one would wait for cores that tests share. */
export function train(
  args: readonly string[],
  { processes = 1, onLine = () => {} }: RunOptions = {},
): Promise<Run> {
  // Debian's torchrun of PyTorch 1.13 can't read its own default of -r and -t: nothing is written to files.
  const torchrun = ['-m', 'torch.distributed.run', '--standalone', '-r', '9:1', '-t', '9:1'];
  const launcher = processes === 1 ? [] : [...torchrun, `--nproc_per_node=${processes}`, '--max_restarts=1'];
  const command = [
    ...launcher,
    path.join(programs, 'train.py'),
    '--device',
    'cpu',
    '--compile',
    'off',
    ...args,
  ];
  const child = spawn(python!, command, {
    env: { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: LogLine[] = [];
  let rest = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop()!;
    for (const part of parts) {
      const line = JSON.parse(part) as LogLine;
      lines.push(line);
      onLine(line, child.pid!);
    }
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ lines, code, stderr }));
  });
}

/** Loss by step, of lines that report one. */
export function lossesOf(lines: readonly LogLine[]): Map<number, number> {
  const reported = lines.filter(({ event, loss }) => event === undefined && loss !== undefined);
  return new Map(reported.map(({ step, loss }) => [step, loss]));
}
