import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchSubject } from '../../extension/bench/benchSubject.ts';
import type { ContestCommand } from '../../extension/bench/contestant.ts';
import type { Absent, Rival } from '../../extension/bench/heat.ts';
import type { ModelConfig } from '../../extension/protocol/model.ts';
import type { Subject } from '../../extension/bench/trials.ts';
import { installLlamaCpp } from '../parity/llamaCpp.ts';
import { installPackages } from './peers/install.ts';
import { writeGgufFiles, writeTrainingCase } from './trialCase.ts';

/** Everybody who can be compared with, and why who is missing is missing. */
export class Rivals {
  readonly #folder: string;
  readonly #missing: ReadonlyMap<string, string>;
  /** by folder: written once a model */
  readonly #gguf: Record<string, ReturnType<typeof writeGgufFiles>> = {};

  private constructor(folder: string, missing: ReadonlyMap<string, string>) {
    this.#folder = folder;
    this.#missing = missing;
  }

  /**
   * Installs what is not there.
   * @param folder for the files that the others read
   */
  static install(folder: string): Rivals {
    const missing = new Map<string, string>();
    const attempt = (names: readonly string[], install: () => void): void => {
      try {
        install();
      } catch (error) {
        for (const name of names) missing.set(name, error instanceof Error ? error.message : String(error));
      }
    };
    attempt([onnxRuntimeWeb, jaxJs], installPackages);
    attempt([llamaF32, llamaQ8], installLlamaCpp);
    attempt([pytorch, freePytorch], installPyTorch);
    return new Rivals(folder, missing);
  }

  /** Those who can do the same as the subject. */
  async of(subject: BenchSubject): Promise<(Rival | Absent)[]> {
    const rivals = await this.#all(subject);
    return rivals.map((rival) => {
      const reason = this.#missing.get(rival.name);
      return reason === undefined ? rival : { name: rival.name, reason };
    });
  }

  async #all(subject: BenchSubject): Promise<Rival[]> {
    switch (subject.kind) {
      case 'product':
        return isCompared(subject) ? this.#products(subject) : [];
      case 'trainStep': {
        const folder = path.join(this.#folder, `train-${subject.config.hiddenSize}`);
        if (!existsSync(folder)) await writeTrainingCase(folder, subject);
        return this.#products({ kind: subject.kind, folder, threads: subject.threads }).filter(
          ({ name }) => name !== onnxRuntimeWeb,
        );
      }
      case 'decode':
      case 'prefill':
        return this.#llama(subject.kind, subject.config, subject.dtype);
      default:
        return [];
    }
  }

  #products(subject: Measurable): Rival[] {
    const torch = [
      { name: pytorch, command: pythonProcess(subject.threads), subject },
      ...(heldBack ? [{ name: freePytorch, command: pythonProcess(subject.threads, free), subject }] : []),
    ];
    if (subject.threads > 1) return torch;
    return [
      { name: onnxRuntimeWeb, command: nodeProcess('onnxRuntimeWeb.ts'), subject },
      { name: jaxJs, command: nodeProcess('jaxJs.ts'), subject },
      ...torch,
    ];
  }

  async #llama(kind: 'decode' | 'prefill', config: ModelConfig, dtype: string): Promise<Rival[]> {
    const folder = path.join(this.#folder, `gguf-${config.hiddenSize}`);
    const files = (this.#gguf[folder] ??= writeGgufFiles(folder, config));
    const { f32, q8 } = await files;
    const rival = (name: string, ggufFile: string): Rival => ({
      name,
      command: nodeProcess('llamaCpp.ts'),
      subject: { kind, ggufFile, config },
    });
    return [dtype === 'f32' ? rival(llamaF32, f32) : rival(llamaQ8, q8)];
  }
}

const onnxRuntimeWeb = 'onnxruntime-web';
const jaxJs = 'jax-js';
const llamaF32 = 'llama.cpp f32';
const llamaQ8 = 'llama.cpp Q8_0';
const pytorch = 'PyTorch';
/** Where the environment holds OpenBLAS to older processors' kernels: what it does with those that it would choose. */
export const freePytorch = 'PyTorch with the kernels that it would choose';
const heldBack = (process.env.OPENBLAS_CORETYPE ?? '') !== '';
const free = { OPENBLAS_CORETYPE: '', OPENBLAS_L2_SIZE: '' };

/** What everybody can measure who is no llama.cpp. */
type Measurable =
  | Extract<Subject, { kind: 'product' }>
  | { readonly kind: 'trainStep'; readonly folder: string; readonly threads: number };

/** The others know one layout each, and have one build. */
function isCompared({
  reproducible,
  orientation,
  rows,
  depth,
  cols,
}: Extract<Subject, { kind: 'product' }>): boolean {
  return !reproducible && orientation === 'NN' && comparedShapes.has(`${rows}×${depth}×${cols}`);
}

const comparedShapes: ReadonlySet<string> = new Set(['1024×128×512', '2048×256×768', '2048×256×1024']);

function nodeProcess(file: string): ContestCommand {
  return {
    program: process.execPath,
    args: [fileURLToPath(new URL(`./peers/${file}`, import.meta.url))],
  };
}

/** Debian's own Python: another one in the PATH does not see Debian's packages. */
const python = '/usr/bin/python3';

/** Threads that wait for work must not keep a core busy that another's try needs. */
function pythonProcess(threads: number, env: ContestCommand['env'] = {}): ContestCommand {
  return {
    program: python,
    args: [fileURLToPath(new URL('./peers/pytorch.py', import.meta.url))],
    env: { OMP_NUM_THREADS: String(threads), OMP_WAIT_POLICY: 'passive', ...env },
  };
}

const debianPackages = ['python3-torch', 'libopenblas0'];

/** From Debian, as root. @throws {Error} saying what to do */
function installPyTorch(): void {
  const installed = (): boolean => spawnSync(python, ['-c', 'import torch']).status === 0;
  const openBlas = (): boolean => spawnSync('sh', ['-c', 'ldconfig -p | grep -q libopenblas']).status === 0;
  if (installed() && openBlas()) return;
  const byHand = `apt-get install ${debianPackages.join(' ')}`;
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(`no PyTorch from Debian here; as root: ${byHand}`);
  }
  process.stderr.write(`Installing PyTorch, once: ${byHand}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...debianPackages]]) {
    const { status, stderr } = spawnSync('apt-get', args, { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${byHand} failed: ${stderr.trim().split('\n').at(-1)}`);
  }
}
