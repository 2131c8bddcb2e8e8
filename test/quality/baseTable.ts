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
const keystrokes = { of: (row: Row): number => row.ksr, direction: 'atLeast' } as const;
const atIndex = { without: ['counts', 'index'], withBase: ['mixture', 'base'], seconds: any } as const;
const learntHere = { ...atIndex, withBase: ['mixture', 'weighed'], target: null } as const;
const trained = { without: ['mixture', 'trained'], withBase: ['mixture', 'trained'] } as const;
const firstFiles = 3;

const wholeKeystrokes: Comparison = {
  what: 'its trust learnt here, keystrokes saved',
  ...learntHere,
  ...keystrokes,
  mostFiles: null,
};
const fewKeystrokes: Comparison = {
  what: `${firstFiles} files, keystrokes saved`,
  ...atIndex,
  ...keystrokes,
  mostFiles: firstFiles,
  target: 2,
};

const comparisons: readonly Comparison[] = [
  { what: 'index ready', ...atIndex, ...bits, mostFiles: null, target: 0.88 },
  { what: 'its trust learnt here', ...learntHere, ...bits, mostFiles: null },
  wholeKeystrokes,
  { what: '1 minute', ...trained, ...bits, seconds: (at) => at === 60, mostFiles: null, target: 0.92 },
  { what: '5 minutes', ...trained, ...bits, seconds: (at) => at === 300, mostFiles: null, target: 0.94 },
  { what: `${firstFiles} files, index ready`, ...atIndex, ...bits, mostFiles: firstFiles, target: 0.65 },
  { what: `${firstFiles} files, its trust learnt here`, ...learntHere, ...bits, mostFiles: firstFiles },
  fewKeystrokes,
  {
    what: `${firstFiles} files, its trust learnt here, keystrokes saved`,
    ...learntHere,
    ...keystrokes,
    mostFiles: firstFiles,
  },
];

/**
 * What the base model adds, as far as it was measured.
 * @param corpora what there is to measure
 */
export function baseLines({ evaluations }: QualityResults, corpora: readonly string[]): string[] {
  const found = comparisons
    .map((comparison) => ({ comparison, pairs: pairsOf(evaluations, comparison) }))
    .filter(({ pairs }) => pairs.length > 0);
  if (found.length === 0) return [];
  const caveats = found.flatMap(({ comparison, pairs }) => commitLines(comparison.what, pairs));
  return [
    'What the base model adds: bits per byte, or keystrokes saved, without → with it; before any training the counts alone → the mixture.',
    'Of the corpora and seeds, those that were measured both ways; of several seeds, a corpus has their geometric mean. The spread is',
    'that of the single ratios.',
    '',
    ...table(
      ['', 'corpora', 'seeds each', 'mean ratio', 'spread', 'each'],
      found.map(({ comparison, pairs }) => rowOf(comparison, pairs, corpora.length)),
    ),
    '',
    ...whyNotDoubled(evaluations),
    ...(caveats.length === 0 ? [] : [...caveats, '']),
  ];
}

/** The reason of a target that is out of reach, as far as figures tell it. */
function whyNotDoubled(evaluations: readonly MeasuredEvaluation[]): string[] {
  const [whole, few] = [wholeKeystrokes, fewKeystrokes].map((comparison) => pairsOf(evaluations, comparison));
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const now = mean(few!.map(({ without }) => without.value));
  const most = mean(whole!.map(({ withBase }) => withBase.value));
  if (!(2 * now > most)) return [];
  return [
    `Keystrokes in ${firstFiles} files are out of reach of twice as many: the counts, which learn the open file as it is typed, save ${share(now)} of them there, and`,
    `twice that is more than what all files save with the base, ${share(most)}.`,
    '',
  ];
}

/** What one corpus has without the base, and with it; both have the same files held out. */
interface Pair {
  readonly corpus: string;
  readonly seed: number;
  readonly without: Found;
  readonly withBase: Found;
}

interface Found {
  readonly value: number;
  readonly commit: string;
}

function pairsOf(evaluations: readonly MeasuredEvaluation[], comparison: Comparison): Pair[] {
  const found = (corpus: string, seed: number, base: boolean): Found[] => {
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
  const seeds = [...new Set(evaluations.map(({ seed }) => seed))].toSorted((a, b) => a - b);
  const corpora = [...new Set(evaluations.map(({ corpus }) => corpus))];
  return corpora.flatMap((corpus) =>
    seeds.flatMap((seed) => {
      const [withBase] = found(corpus, seed, true);
      const all = found(corpus, seed, false);
      // Of the same code, where there is such a one.
      const without = all.find(({ commit }) => commit === withBase?.commit) ?? all[0];
      return without === undefined || withBase === undefined ? [] : [{ corpus, seed, without, withBase }];
    }),
  );
}

export function isOf(evaluation: Setting, { base, mostFiles }: Setting): boolean {
  return evaluation.base === base && evaluation.mostFiles === mostFiles;
}

/** @param all how many corpora there are */
function rowOf({ what, target, direction }: Comparison, pairs: readonly Pair[], all: number): string[] {
  const corpora = [...Map.groupBy(pairs, ({ corpus }) => corpus)];
  const ratios = pairs.map(ratioOf);
  // Each corpus counts once, however many seeds it was measured with.
  const ratio = geometricMean(corpora.map(([, own]) => geometricMean(own.map(ratioOf))));
  const isShare = direction === 'atMost';
  const show = (value: number): string => (isShare ? percent(100 * (value - 1)) : `${value.toFixed(2)} ×`);
  const judged = target === null ? show(ratio) : `${show(ratio)} (${verdictOn(ratio, target, isShare)})`;
  const each = corpora.map(([corpus, own]) => {
    const mean = (side: 'without' | 'withBase'): string =>
      share(geometricMean(own.map((pair) => pair[side].value)));
    return `${corpus} ${mean('without')} → ${mean('withBase')}`;
  });
  return [
    what,
    `${corpora.length} of ${all}`,
    seedsOf(corpora.map(([, own]) => own.length)),
    judged,
    `${show(Math.min(...ratios))} to ${show(Math.max(...ratios))}`,
    each.join(', '),
  ];
}

function ratioOf({ without, withBase }: Pair): number {
  return withBase.value / without.value;
}

/** @param counts how many each corpus has */
function seedsOf(counts: readonly number[]): string {
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? `${most}` : `${least} to ${most}`;
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
