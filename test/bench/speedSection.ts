import { ReadmeSection, table } from '../readmeSection.ts';
import type { Results } from './results.ts';
import { type Target, targets, type Verdict, verdict } from './targets.ts';

export const speedPart = new ReadmeSection('speed', 'npm run bench -- --peers');

/** README's section about speed, between its markers. @param file of the results, from the repository's root */
export function speedSection(results: Results, file: string): string {
  const { machine, report, commit, measuredAt } = results;
  const folder = file.slice(0, file.lastIndexOf('/'));
  return speedPart.around(file, [
    `Measured on ${machine.cores} cores of ${machine.cpu}, Node ${machine.node} (V8 ${machine.v8}), commit ${commit},`,
    `${measuredAt.slice(0, 10)}. One core does ${report.peakGflops.toFixed(0)} GFLOP/s with 128-bit SIMD, which is all that WebAssembly has; the others`,
    'in the table may use wider ones. Every ratio is the median over pairs of tries that were taken in turn in one run;',
    'above 1, Nihilo is faster. Decoding, prompts and completions use one thread, however many there are.',
    '',
    ...table(
      ['', 'measured', 'target', 'stretch', ''],
      targets(report).map((target) => [
        target.what,
        shown(target),
        limit(target, target.target),
        limit(target, target.stretch),
        words[verdict(target)],
      ]),
    ),
    '',
    ...table(
      ['training step', 'threads', 'tokens/s', 'of the peak', 'memory'],
      report.trainStep.map(({ preset, threads, tokensPerSecond, fractionOfPeak, rssMb }) => [
        preset,
        String(threads),
        Math.round(tokensPerSecond).toLocaleString('en-US'),
        `${(100 * fractionOfPeak).toFixed(0)} %`,
        `${rssMb.toFixed(0)} MB`,
      ]),
    ),
    '',
    `Compared with ${versions(results)}. All figures, with their spread: [${file.slice(folder.length + 1)}](${file}).`,
    `How tokens per second and memory change with the model's size: [${folder}/growth.md](${folder}/growth.md).`,
  ]);
}

const words: Readonly<Record<Verdict, string>> = {
  stretch: 'met, stretch too',
  met: 'met',
  missed: '**missed**',
  absent: 'absent',
  'no target': '',
};

function shown(target: Target): string {
  if (target.measured === null) return `absent: ${target.reason}`;
  return target.shown ?? withUnit(target.measured, target.unit);
}

function withUnit(value: number, unit: Target['unit']): string {
  const digits = unit === '×' ? 2 : unit === '%' || unit === 'MB' || unit === 'bytes' ? 0 : 1;
  return `${value.toFixed(digits)} ${unit}`;
}

function limit({ direction, unit }: Target, value: number | null): string {
  return value === null ? '–' : `${direction === 'atLeast' ? '≥' : '≤'} ${value} ${unit}`;
}

function versions({ report }: Results): string {
  const known = new Map<string, string>();
  for (const { name, version } of report.peers ?? []) if (version !== null) known.set(name, version);
  const list = [...known].map(([name, version]) => `${name} (${version})`);
  return list.length === 0 ? 'nobody' : list.join(', ');
}
