import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { measureAll } from '../bench/benchReport.ts';
import type { ContestCommand } from '../bench/contestant.ts';
import type { Platform } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import { benchmarkLines } from './benchLines.ts';
import type { BenchOptions } from './commandLine.ts';
import { Interruption, untilInterrupted } from './interruption.ts';
import { print, printJson } from './output.ts';
import { StepDisplay } from './progressDisplay.ts';

/** @returns the exit code @throws {NihiloError} argumentInvalid, where there is nobody to compare with */
export async function bench(platform: Platform, options: BenchOptions): Promise<number> {
  if (options.peers) return compareWithPeers(options);
  const display = new StepDisplay(process.stderr);
  return untilInterrupted(async (signal) => {
    const report = await measureAll({
      cores: platform.cores,
      reproducible: options.reproducible,
      quick: options.quick,
      thorough: false,
      code: codeFolder(),
      ours: measuringProcess(),
      rivals: null,
      onProgress: (what, done, all) => display.show(what, done, all),
      signal,
    }).finally(() => display.clear());
    if (options.json) printJson(report);
    else print(benchmarkLines(report));
    return 0;
  });
}

/** The others are installed by the repository's own program, which needs its Node, too. */
async function compareWithPeers({ json, quick, reproducible }: BenchOptions): Promise<number> {
  const root = new URL(runsFromSource ? '../../' : '../', import.meta.url);
  const [program, node] = ['test/bench/bench.ts', 'node_modules/.bin/node'].map((name) =>
    fileURLToPath(new URL(name, root)),
  ) as [string, string];
  if (!existsSync(program) || !existsSync(node)) {
    throw new NihiloError(
      'argumentInvalid',
      say`--peers should be used in a clone of the repository, which installs the programs to compare with; run \`npm run bench -- --peers\` there.`,
    );
  }
  const flags = Object.entries({ '--json': json, '--quick': quick, '--reproducible': reproducible });
  const args = flags.filter(([, set]) => set).map(([flag]) => flag);
  const child = spawn(node, [program, ...args], { stdio: 'inherit' });
  const interruption = new Interruption(() => child.kill('SIGINT'));
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return interruption.exitCode ?? code ?? 1;
  } finally {
    interruption.dispose();
  }
}

const runsFromSource = import.meta.url.endsWith('.ts');

/** The repository's own sources where they are there, else the current folder. */
function codeFolder(): string {
  const sources = fileURLToPath(new URL(runsFromSource ? '..' : '../extension', import.meta.url));
  return existsSync(sources) ? sources : process.cwd();
}

/** The program that measures, beside this one: its source, or its bundle. */
export function measuringProcess(): ContestCommand {
  const entry = new URL(runsFromSource ? '../bench/benchProcess.ts' : './bench.js', import.meta.url);
  return { program: process.execPath, args: [fileURLToPath(entry)] };
}
