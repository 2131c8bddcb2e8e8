import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Compressor } from '../evaluation/compressors.ts';

/** How a compressor is run. */
interface CompressorProgram {
  readonly name: string;
  readonly program: string;
  /** prints the version first */
  readonly versionArguments: readonly string[];
  /** with `input` and `output` in place of the files' names, which are in the current folder */
  readonly arguments: readonly string[];
  readonly mostInputBytes: number;
}

const megabytes = 1_000_000;

const programs: readonly CompressorProgram[] = [
  // -m5 guesses anew for each input whether it is text. Where a few bytes more change the guess, all of it is compressed otherwise, and
  // the difference says little about these bytes: up to 300 bytes a file, either way. The second one is told that it is text.
  ...(
    [
      ['zpaq5', '-m5'],
      ['zpaq5text', '-m56,180,1'],
    ] as const
  ).map(([name, method]) => ({
    name,
    program: 'zpaq',
    versionArguments: [],
    arguments: ['a', 'output.zpaq', 'input', method, '-t1'],
    mostInputBytes: 160 * megabytes,
  })),
  {
    name: 'xz9e',
    program: 'xz',
    versionArguments: ['--version'],
    arguments: ['-9e', '--threads=1', '--keep', '--suffix=.output', 'input'],
    mostInputBytes: 80 * megabytes,
  },
  {
    name: 'zstd22',
    program: 'zstd',
    versionArguments: ['--version'],
    arguments: ['--ultra', '-22', '--single-thread', '-q', 'input', '-o', 'output'],
    mostInputBytes: 80 * megabytes,
  },
];

/** Where a program leaves what it made of `input`. */
const outputs = ['output.zpaq', 'input.output', 'output'];

/**
 * The compressors that are installed. What they find is kept in `cache` by what went in: sizes never change.
 * @param signal aborting ends their processes
 */
export async function installedCompressors(cache: string, signal: AbortSignal): Promise<Compressor[]> {
  const found: Compressor[] = [];
  for (const program of programs) {
    const version = await versionOf(program);
    if (version === null) continue;
    const { name, mostInputBytes } = program;
    const size = (parts: readonly Uint8Array[]): Promise<number> =>
      cachedSize(cache, program, version, parts, signal);
    found.push({ name, mostInputBytes, size });
  }
  return found;
}

/** The first line that a program prints; null when it is not there. */
function versionOf({ program, versionArguments }: CompressorProgram): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(program, [...versionArguments], { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    child.on('error', () => resolve(null));
    child.on('close', () => resolve(text.trim().split('\n')[0]!));
  });
}

async function cachedSize(
  cache: string,
  program: CompressorProgram,
  version: string,
  parts: readonly Uint8Array[],
  signal: AbortSignal,
): Promise<number> {
  const hash = createHash('sha256').update(JSON.stringify([version, program.arguments]));
  for (const part of parts) hash.update(part);
  const entry = path.join(cache, `${hash.digest('hex')}.size`);
  const known = Number(await readFile(entry, 'utf8').catch(() => ''));
  if (known > 0) return known;
  const size = await compressedSize(program, parts, signal);
  await mkdir(cache, { recursive: true });
  // A file that is there is whole.
  const fresh = `${entry}.${randomUUID()}`;
  await writeFile(fresh, String(size));
  await rename(fresh, entry);
  return size;
}

async function compressedSize(
  { program, arguments: args }: CompressorProgram,
  parts: readonly Uint8Array[],
  signal: AbortSignal,
): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'nihilo-compressor-'));
  try {
    await writeFile(path.join(folder, 'input'), Buffer.concat(parts));
    await run(program, args, folder, signal);
    for (const name of outputs) {
      const file = await stat(path.join(folder, name)).catch(() => null);
      if (file !== null) return file.size;
    }
    throw new Error(`Expected ${program} to leave a file, got none.`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[], cwd: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { cwd, signal, stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr
      .setEncoding('utf8')
      .on('data', (part: string) => (complaint = (complaint + part).slice(-500)));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ended with exit code ${code}: ${complaint.trim()}`));
    });
  });
}
