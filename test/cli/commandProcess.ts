import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
export const source = path.join(root, 'extension', 'cli', 'cli.ts');
export const bundle = path.join(root, 'dist', 'cli.js');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `nihilo` as a process of its own, as a user runs it. */
export class CommandProcess {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';
  #waiting: (() => void)[] = [];

  constructor(args: readonly string[], entry = source, environment: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(process.execPath, [entry, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      for (const look of this.#waiting) look();
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', (code, signal) => {
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Until stderr holds a match; rejects when the process ends without one. */
  async stderrMatches(pattern: RegExp): Promise<void> {
    const seen = new Promise<void>((resolve) => {
      const look = (): void => {
        if (pattern.test(this.#stderr)) resolve();
      };
      this.#waiting.push(look);
      look();
    });
    const gone = this.ended.then(({ code, stderr }) => {
      throw new Error(`Expected ${pattern} on stderr, got exit code ${code} after: ${stderr}`);
    });
    await Promise.race([seen, gone]);
  }
}

export function nihilo(...args: readonly string[]): Promise<Ended> {
  return new CommandProcess(args).ended;
}
