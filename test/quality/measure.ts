import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { EvaluationReport } from '../../extension/evaluation/report.ts';
import { isOf } from './baseTable.ts';
import { qualityPart, qualitySection, unseenPart, unseenSection } from './qualitySection.ts';
import { developmentCorpora, type QualityResults, type Setting, unseenCorpora } from './results.ts';

/**
 * Evaluates the development corpora and renews the committed results and README's tables. What was measured already is kept, so that it
 * can be ended and gone on with; `--fresh` forgets it. `--unseen` evaluates the corpora that nothing is chosen by instead. `--base`
 * begins with the base model, `--files N` learns from so many files alone.
 */
const root = path.join(import.meta.dirname, '..', '..');
const { values: flags } = parseArgs({
  options: {
    corpora: { type: 'string' },
    unseen: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '60' },
    seeds: { type: 'string', default: '1' },
    folder: { type: 'string', default: path.join(root, 'corpora') },
    base: { type: 'boolean', default: false },
    files: { type: 'string' },
    fresh: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const cores = availableParallelism();
  const cpu = cpus()[0]!.model.trim();
  const name = `${`${cpu} ${cores} cores`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.json`;
  const relative = `test/quality/results/${name}`;
  const file = path.join(root, relative);
  let evaluations: QualityResults['evaluations'] =
    existsSync(file) && !flags.fresh
      ? (JSON.parse(readFileSync(file, 'utf8')) as QualityResults).evaluations
      : [];
  const setting: Setting = {
    base: flags.base,
    mostFiles: flags.files === undefined ? null : Number(flags.files),
  };
  const list = (text: string): string[] => text.split(',');
  const corpora = flags.corpora?.split(',') ?? (flags.unseen ? unseenCorpora : developmentCorpora);
  for (const seconds of list(flags.seconds).map(Number)) {
    for (const seed of list(flags.seeds).map(Number)) {
      for (const corpus of corpora) {
        const isKept = evaluations.some(
          (one) =>
            one.corpus === corpus && one.seconds === seconds && one.seed === seed && isOf(one, setting),
        );
        if (isKept) continue;
        process.stderr.write(`${corpus}, ${seconds} s, seed ${seed}\n`);
        const report = await evaluation(path.join(flags.folder, corpus), seconds, seed);
        evaluations = [...evaluations, { ...report, folder: corpus, corpus, commit: commit(), ...setting }];
        const results: QualityResults = {
          machine: { cpu, cores, node: process.versions.node },
          measuredAt: new Date().toISOString(),
          evaluations,
        };
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, `${JSON.stringify(results)}\n`);
        renewReadme(results, relative);
      }
    }
  }
}

function renewReadme(results: QualityResults, file: string): void {
  const readme = path.join(root, 'README.md');
  const text = readFileSync(readme, 'utf8');
  // Of the others there may be nothing yet.
  const renewed = flags.unseen
    ? unseenPart.replace(text, unseenSection(results, file))
    : qualityPart.replace(text, qualitySection(results, file));
  writeFileSync(readme, renewed);
}

function evaluation(folder: string, seconds: number, seed: number): Promise<EvaluationReport> {
  const args = [
    'evaluate',
    folder,
    '--json',
    '--seconds',
    `${seconds}`,
    '--seed',
    `${seed}`,
    '--threads',
    `${availableParallelism()}`,
    ...(flags.base ? ['--base'] : []),
    ...(flags.files === undefined ? [] : ['--files', flags.files]),
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, 'dist', 'cli.js'), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(Buffer.concat(parts).toString()) as EvaluationReport);
      else reject(new Error(`evaluate ${folder} ended with exit code ${code}`));
    });
  });
}

function commit(): string {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--', 'extension', 'assembly');
  return `${git('rev-parse', '--short', 'HEAD')}${changed === '' ? '' : '-dirty'}`;
}

await main();
