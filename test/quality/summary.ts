import type { PredictorName } from '../../extension/evaluation/predictors.ts';
import type { EvaluationReport, Row } from '../../extension/evaluation/report.ts';
import type { MeasuredEvaluation, QualityResults } from './results.ts';

type Evaluation = MeasuredEvaluation;

/** When a predictor is looked at: as soon as the index is ready, or after so many seconds. */
export type Moment = 'index' | number;

/** Over the corpora, each of which counts once, however many seeds it was measured with. */
export interface Summary {
  readonly moment: Moment;
  readonly corpora: readonly string[];
  readonly seeds: readonly number[];
  readonly evaluations: number;
  /** latest, since the folder was opened */
  readonly seconds: number;
  /** geometric means */
  readonly overZpaq: number | null;
  /** zpaq guesses anew for each archive whether it is text; this one is told */
  readonly overZpaqText: number | null;
  readonly overBaseline: number;
  /** means */
  readonly top1: number;
  readonly mrr: number;
  /** keystrokes saved, in points more than counts + cache saves */
  readonly savedMore: number;
  /** of a held-out file with the baseline's bits, how many times them at most */
  readonly worstFile: { readonly path: string; readonly ratio: number };
}

/** What is judged: counts when the index is ready, the mixture later. */
function judged(moment: Moment): PredictorName {
  return moment === 'index' ? 'counts' : 'mixture';
}

/** The evaluations of whole corpora that began with nothing. */
export function fromNothing(results: QualityResults): readonly Evaluation[] {
  return results.evaluations.filter(({ base, mostFiles }) => !base && mostFiles === null);
}

/** The moments that were measured, in order. */
export function momentsOf(results: QualityResults): readonly Moment[] {
  const times = [...new Set(fromNothing(results).map(({ seconds }) => seconds))].toSorted((a, b) => a - b);
  return ['index', ...times];
}

/** At a moment; counts are the same whatever follows, so the shortest evaluations tell of the index. */
export function evaluationsAt(results: QualityResults, moment: Moment): readonly Evaluation[] {
  const all = fromNothing(results);
  const least = Math.min(...all.map(({ seconds }) => seconds));
  return all.filter(({ seconds }) => seconds === (moment === 'index' ? least : moment));
}

/** @param evaluations at that moment */
export function summarize(evaluations: readonly Evaluation[], moment: Moment): Summary {
  const rows = evaluations.map((evaluation) => ({
    evaluation,
    row: rowOf(evaluation, judged(moment)),
    baseline: rowOf(evaluation, 'counts+cache'),
  }));
  const files = rows.flatMap(({ evaluation, row, baseline }) => fileRatios(evaluation, row, baseline));
  return {
    moment,
    corpora: [...new Set(evaluations.map(({ corpus }) => corpus))],
    seeds: [...new Set(evaluations.map(({ seed }) => seed))],
    evaluations: evaluations.length,
    seconds: Math.max(...rows.map(({ row }) => row.atSeconds)),
    overZpaq: overCompressor(rows, 'zpaq5'),
    overZpaqText: overCompressor(rows, 'zpaq5text'),
    overBaseline: overCorpora(
      rows,
      ({ row, baseline }) => row.bitsPerByte / baseline.bitsPerByte,
      geometricMean,
    ),
    top1: overCorpora(rows, ({ row }) => row.top1, mean),
    mrr: overCorpora(rows, ({ row }) => row.mrr, mean),
    savedMore: overCorpora(rows, ({ row, baseline }) => 100 * (row.ksr - baseline.ksr), mean),
    worstFile: files.reduce((worst, file) => (file.ratio > worst.ratio ? file : worst)),
  };
}

export function rowOf({ rows }: EvaluationReport, predictor: PredictorName): Row {
  return rows.findLast((row) => row.predictor === predictor)!;
}

interface Judged {
  readonly evaluation: Evaluation;
  readonly row: Row;
  readonly baseline: Row;
}

/** The mean of the corpora's means. */
function overCorpora(
  rows: readonly Judged[],
  of: (judged: Judged) => number,
  meanOf: (values: readonly number[]) => number,
): number {
  const corpora = Map.groupBy(rows, ({ evaluation }) => evaluation.corpus);
  return meanOf([...corpora.values()].map((own) => meanOf(own.map(of))));
}

/** null where it is not installed */
function overCompressor(rows: readonly Judged[], name: string): number | null {
  const ratio = overCorpora(
    rows,
    ({ evaluation, row }) => row.bitsPerByte / (evaluation.compressors[name]?.bitsPerByte ?? NaN),
    geometricMean,
  );
  return Number.isNaN(ratio) ? null : ratio;
}

function fileRatios({ corpus, heldOutFiles }: Evaluation, row: Row, baseline: Row) {
  return heldOutFiles.map(({ path }, i) => ({
    path: `${corpus}/${path}`,
    ratio: row.details.fileBitsPerByte[i]! / baseline.details.fileBitsPerByte[i]!,
  }));
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(mean(values.map(Math.log)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
