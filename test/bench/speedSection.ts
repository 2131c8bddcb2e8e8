import type { Results } from './results.ts';
import { type Target, targets, type Verdict, verdict } from './targets.ts';

const begin = '<!-- speed: written by `npm run bench -- --peers` from ';
const end = '<!-- speed: end -->';

/** README's section about speed, between its markers. @param file of the results, from the repository's root */
export function speedSection(results: Results, file: string): string {
  const { machine, report, commit, measuredAt } = results;
  const folder = file.slice(0, file.lastIndexOf('/'));
  return [
    `${begin}${file} -->`,
    '',
    `Measured on ${machine.cores} cores of ${machine.cpu}, Node ${machine.node} (V8 ${machine.v8}), commit ${commit},`,
    `${measuredAt.slice(0, 10)}. One core does ${report.peakGflops.toFixed(0)} GFLOP/s with 128-bit SIMD, which is all that WebAssembly has; the others`,
    'in the table may use 256 bits. Every ratio is the median over pairs of tries that were taken in turn in one run;',
    'above 1, Nihilo is faster.',
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
    '',
    end,
  ].join('\n');
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
  const digits = unit === '×' ? 2 : unit === '%' || unit === 'MB' ? 0 : 1;
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

/** As Prettier writes it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((cell, column) =>
    Math.max(3, ...[cell, ...rows.map((row) => row[column]!)].map((text) => [...text].length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell + ' '.repeat(widths[column]! - [...cell].length)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}

/** The file of results that README's section was made from. */
export function sourceOf(readme: string): string {
  return readme.slice(readme.indexOf(begin) + begin.length).split(' -->')[0]!;
}

/** README with another section. */
export function withSection(readme: string, section: string): string {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < 0) throw new Error(`README.md should hold the markers "${begin}… -->" and "${end}".`);
  return readme.slice(0, from) + section + readme.slice(to + end.length);
}

/** README's section as it is. */
export function sectionIn(readme: string): string {
  return readme.slice(readme.indexOf(begin), readme.indexOf(end) + end.length);
}
