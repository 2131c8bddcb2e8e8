import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { measuringProcess } from '../../extension/cli/benchCommand.ts';
import { benchmarkLines } from '../../extension/cli/benchLines.ts';
import { measureAll } from '../../extension/bench/benchReport.ts';
import { Interruption } from '../../extension/cli/interruption.ts';
import { StepDisplay } from '../../extension/cli/progressDisplay.ts';
import { growthChart } from './chart.ts';
import { measureGrowth } from './growth.ts';
import { growthPage } from './growthPage.ts';
import { fileNameOf, type MeasuredOn, measuredHere } from './measuredOn.ts';
import type { Results } from './results.ts';
import { Rivals } from './rivals.ts';
import { speedPart, speedSection } from './speedSection.ts';

/** The benchmark with everybody else in it: `npm run bench -- --peers`, and `nihilo bench --peers`, which writes nothing. */
const root = path.join(import.meta.dirname, '..', '..');
const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    reproducible: { type: 'boolean', default: false },
    /** measures how cost grows, too, and renews the committed results and README's table */
    write: { type: 'boolean', default: false },
  },
});

async function main(): Promise<number> {
  if (flags.write && flags.reproducible) {
    throw new Error('Expected the published figures to be of both builds; got --reproducible. Leave it out.');
  }
  const display = new StepDisplay(process.stderr);
  const ending = new AbortController();
  const interruption = new Interruption(() => ending.abort());
  const folder = mkdtempSync(path.join(tmpdir(), 'nihilo-bench-'));
  const measuredOn: MeasuredOn | null = flags.write ? measuredHere() : null;
  const common = {
    cores: availableParallelism(),
    quick: flags.quick,
    onProgress: (what: string, done: number, all: number) => display.show(what, done, all),
    signal: ending.signal,
  };
  try {
    const rivals = Rivals.install(folder);
    // An interruption that came while packages were installed is heard now.
    await new Promise(setImmediate);
    const report = await measureAll({
      ...common,
      reproducible: flags.reproducible,
      thorough: flags.write,
      code: path.join(root, 'extension'),
      ours: measuringProcess(),
      rivals: (subject) => rivals.of(subject),
    });
    const growth = flags.write ? await measureGrowth(common) : [];
    display.clear();
    process.stdout.write(
      flags.json ? `${JSON.stringify(report)}\n` : `${benchmarkLines(report).join('\n')}\n`,
    );
    ending.signal.throwIfAborted();
    if (measuredOn !== null) {
      await writeResults({ ...measuredOn, report, growth });
    }
    return 0;
  } catch (error) {
    if (interruption.exitCode !== null) return interruption.exitCode;
    throw error;
  } finally {
    display.clear();
    interruption.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Figures of a quick run are no figures: they go where nobody takes them for some. */
async function writeResults(results: Results): Promise<void> {
  const name = fileNameOf(results.machine, '');
  const relative = `test/bench/results/${name}`;
  const target = flags.quick ? mkdtempSync(path.join(tmpdir(), 'nihilo-bench-quick-')) : root;
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
  // All of it exists before any of it is written: the results and what is rendered from them never disagree.
  const files = {
    [relative]: `${JSON.stringify(results, null, 2)}\n`,
    'README.md': speedPart.replace(readme, speedSection(results, relative)),
    ...(flags.quick
      ? {}
      : {
          'test/bench/results/growth.md': growthPage(results, name),
          'test/bench/results/growth.svg': await growthChart(results.growth),
        }),
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(target, file)), { recursive: true });
    writeFileSync(path.join(target, file), text);
    process.stderr.write(`${path.join(target, file)}\n`);
  }
}

process.exitCode = await main();
