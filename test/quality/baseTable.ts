import type { PredictorName } from '../../extension/evaluation/predictors.ts';
import type { Row } from '../../extension/evaluation/report.ts';
import { table } from '../readmeSection.ts';
import { percent, share } from './figures.ts';
import { developmentCorpora, type MeasuredEvaluation, type QualityResults, type Setting } from './results.ts';
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
  const found = comparisons
    .map((comparison) => ({ comparison, pairs: pairsOf(evaluations, comparison) }))
    .filter(({ pairs }) => pairs.length > 0);
  if (found.length === 0) return [];
  const caveats = found.flatMap(({ comparison, pairs }) => commitLines(comparison.what, pairs));
  return [
    'What the base model adds: bits per byte, or keystrokes saved, without → with it; before any training the counts alone → the mixture.',
    `Of the development corpora, so many as were measured; seed ${seed}.`,
    '',
    ...table(
      ['', 'corpora', 'mean ratio', 'each'],
      found.map(({ comparison, pairs }) => rowOf(comparison, pairs)),
    ),
    '',
    ...(caveats.length === 0 ? [] : [...caveats, '']),
  ];
}

/** What one corpus has without the base, and with it. */
interface Pair {
  readonly corpus: string;
  readonly without: Found;
  readonly withBase: Found;
}

interface Found {
  readonly value: number;
  readonly commit: string;
}

/** Of the first seed: the base was measured with no other. */
const seed = 1;

function pairsOf(evaluations: readonly MeasuredEvaluation[], comparison: Comparison): Pair[] {
  const found = (corpus: string, base: boolean): Found[] => {
    const [predictor, stage] = base ? comparison.withBase : comparison.without;
    const setting: Setting = { base, mostFiles: comparison.mostFiles };
    return evaluations
      .filter((one) => one.corpus === corpus && one.seed === seed)
      .filter((one) => isOf(one, setting) && comparison.seconds(one.seconds))
      .flatMap(({ rows, commit }) =>
        rows
          .filter((row) => row.predictor === predictor && row.details.stage === stage)
          .map((row) => ({ value: comparison.of(row), commit })),
      );
  };
  return developmentCorpora.flatMap((corpus) => {
    const [withBase] = found(corpus, true);
    const all = found(corpus, false);
    // Of the same code, where there is such a one.
    const without = all.find(({ commit }) => commit === withBase?.commit) ?? all[0];
    return without === undefined || withBase === undefined ? [] : [{ corpus, without, withBase }];
  });
}

export function isOf(evaluation: Setting, { base, mostFiles }: Setting): boolean {
  return evaluation.base === base && evaluation.mostFiles === mostFiles;
}

function rowOf({ what, target, direction }: Comparison, pairs: readonly Pair[]): string[] {
  const ratio = geometricMean(pairs.map(({ without, withBase }) => withBase.value / without.value));
  const isShare = direction === 'atMost';
  const shown = isShare ? percent(100 * (ratio - 1)) : `${ratio.toFixed(2)} ×`;
  const judged = target === null ? shown : `${shown} (${verdictOn(ratio, target, isShare)})`;
  const each = pairs.map(
    ({ corpus, without, withBase }) => `${corpus} ${share(without.value)} → ${share(withBase.value)}`,
  );
  return [what, `${pairs.length} of ${developmentCorpora.length}`, judged, each.join(', ')];
}

/** Where what is compared is not of the same code, as a sentence each. */
function commitLines(what: string, pairs: readonly Pair[]): string[] {
  const differing = pairs.filter(({ without, withBase }) => without.commit !== withBase.commit);
  const commits = [
    ...new Set(differing.map(({ without, withBase }) => `${without.commit} → ${withBase.commit}`)),
  ];
  return commits.length === 0
    ? []
    : [`${what}: the code without and with the base is not the same (${commits.join(', ')}).`];
}

function verdictOn(ratio: number, target: number, isShare: boolean): string {
  const met = isShare ? ratio <= target : ratio >= target;
  const wanted = isShare ? `≤ ${percent(100 * (target - 1))}` : `≥ ${target} ×`;
  return `${wanted}: ${met ? 'met' : '**missed**'}`;
}
