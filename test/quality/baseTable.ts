import type { PredictorName } from '../../extension/evaluation/predictors.ts';
import type { Row } from '../../extension/evaluation/report.ts';
import { table } from '../readmeSection.ts';
import { percent, share } from './figures.ts';
import type { MeasuredEvaluation, QualityResults, Setting } from './results.ts';
import { geometricMean } from './summary.ts';

type Stage = Row['details']['stage'];

/** What is compared: bits per byte, or keystrokes saved, of a row with the base and of one without. */
interface Comparison {
  readonly what: string;
  readonly seconds: (seconds: number) => boolean;
  readonly mostFiles: number | null;
  readonly without: readonly [PredictorName, Stage];
  readonly withBase: readonly [PredictorName, Stage];
  readonly of: (row: Row) => number;
  /** of the mean ratio; null: there is none */
  readonly target: number | null;
  readonly direction: 'atMost' | 'atLeast';
}

const any = (): boolean => true;
const bits = { of: (row: Row): number => row.bitsPerByte, direction: 'atMost' } as const;
const atIndex = { without: ['counts', 'index'], withBase: ['mixture', 'base'], seconds: any } as const;
const trained = { without: ['mixture', 'trained'], withBase: ['mixture', 'trained'] } as const;
const firstFiles = 3;

const comparisons: readonly Comparison[] = [
  { what: 'index ready', ...atIndex, ...bits, mostFiles: null, target: 0.88 },
  {
    what: 'its trust learnt here',
    ...atIndex,
    withBase: ['mixture', 'weighed'],
    ...bits,
    mostFiles: null,
    target: null,
  },
  {
    what: 'its trust learnt here, keystrokes saved',
    ...atIndex,
    withBase: ['mixture', 'weighed'],
    mostFiles: null,
    of: (row) => row.ksr,
    target: null,
    direction: 'atLeast',
  },
  { what: '1 minute', ...trained, ...bits, seconds: (at) => at === 60, mostFiles: null, target: 0.92 },
  { what: '5 minutes', ...trained, ...bits, seconds: (at) => at === 300, mostFiles: null, target: 0.94 },
  { what: `${firstFiles} files, index ready`, ...atIndex, ...bits, mostFiles: firstFiles, target: 0.65 },
  {
    what: `${firstFiles} files, keystrokes saved`,
    ...atIndex,
    mostFiles: firstFiles,
    of: (row) => row.ksr,
    target: 2,
    direction: 'atLeast',
  },
];

/** What the base model adds, as far as it was measured. */
export function baseLines({ evaluations }: QualityResults): string[] {
  const rows = comparisons.flatMap((comparison) => {
    const pairs = pairsOf(evaluations, comparison);
    return pairs.length === 0 ? [] : [rowOf(comparison, pairs)];
  });
  if (rows.length === 0) return [];
  return [
    'What the base model adds: bits per byte, or keystrokes saved, without → with it; before any training the counts alone → the mixture.',
    '',
    ...table(['', 'corpora', 'mean ratio', 'each'], rows),
    '',
  ];
}

interface Pair {
  readonly corpus: string;
  readonly without: number;
  readonly withBase: number;
}

function pairsOf(evaluations: readonly MeasuredEvaluation[], comparison: Comparison): Pair[] {
  const corpora = [...new Set(evaluations.map(({ corpus }) => corpus))];
  return corpora.flatMap((corpus) => {
    const [without, withBase] = [false, true].map((base) => {
      const [predictor, stage] = base ? comparison.withBase : comparison.without;
      const setting: Setting = { base, mostFiles: comparison.mostFiles };
      const row = evaluations
        .filter((one) => one.corpus === corpus && isOf(one, setting) && comparison.seconds(one.seconds))
        .flatMap(({ rows }) => rows)
        .find((one) => one.predictor === predictor && one.details.stage === stage);
      return row === undefined ? null : comparison.of(row);
    }) as [number | null, number | null];
    return without === null || withBase === null ? [] : [{ corpus, without, withBase }];
  });
}

export function isOf(evaluation: Setting, { base, mostFiles }: Setting): boolean {
  return evaluation.base === base && evaluation.mostFiles === mostFiles;
}

function rowOf({ what, target, direction }: Comparison, pairs: readonly Pair[]): string[] {
  const ratio = geometricMean(pairs.map(({ without, withBase }) => withBase / without));
  const isShare = direction === 'atMost';
  const shown = isShare ? percent(100 * (ratio - 1)) : `${ratio.toFixed(2)} ×`;
  const judged = target === null ? shown : `${shown} (${verdictOn(ratio, target, isShare)})`;
  const each = pairs.map(
    ({ corpus, without, withBase }) => `${corpus} ${share(without)} → ${share(withBase)}`,
  );
  return [what, String(pairs.length), judged, each.join(', ')];
}

function verdictOn(ratio: number, target: number, isShare: boolean): string {
  const met = isShare ? ratio <= target : ratio >= target;
  const wanted = isShare ? `≤ ${percent(100 * (target - 1))}` : `≥ ${target} ×`;
  return `${wanted}: ${met ? 'met' : '**missed**'}`;
}
