import type { GrowthPoint, StepCost } from './results.ts';

/**
 * t = productGflop / (p · peak) + attentionGflop / (a · peak) + bytes / b, with the peak of as many threads.
 * Three constants for each number of threads, fitted to all shapes at once by least squares of the relative error.
 */
export interface CostModel {
  readonly threads: number;
  /** share of the peak that the products reach */
  readonly productShare: number;
  /** share of the peak that the attention reaches */
  readonly attentionShare: number;
  /** what moves through memory between and beside them, GB/s; Infinity = its time does not show */
  readonly bandwidth: number;
  readonly predictedMs: (point: GrowthPoint) => number;
}

/** @param points of one number of threads, at least as many as the constants */
export function fitCost(points: readonly GrowthPoint[]): CostModel {
  const rows = points.map((point) => features(point));
  // A constant below zero would say that work takes no time: it is left out.
  let used = [0, 1, 2];
  let constants = [0, 0, 0];
  for (;;) {
    const solved = leastSquares(
      rows.map((row, i) => used.map((column) => row[column]! / points[i]!.ms.median)),
    );
    constants = [0, 0, 0];
    used.forEach((column, i) => (constants[column] = solved[i]!));
    if (solved.every((constant) => constant > 0)) break;
    used = used.filter((column) => constants[column]! > 0);
  }
  const [product, attention, bytes] = constants as [number, number, number];
  return {
    threads: points[0]!.threads,
    productShare: 1 / product,
    attentionShare: 1 / attention,
    bandwidth: 1 / bytes,
    predictedMs: (point) => features(point).reduce((sum, value, i) => sum + value * constants[i]!, 0),
  };
}

/** Milliseconds at the peak, at the peak, and at 1 GB/s. */
function features(point: GrowthPoint): [number, number, number] {
  const { productGflop, attentionGflop, weightMb, activationMb }: StepCost = point.cost;
  const gflop = productGflop + attentionGflop;
  // The peak that was measured between this point's tries: gflop per second.
  const peak = (1_000 * gflop) / point.ms.median / point.fractionOfPeak;
  return [(1_000 * productGflop) / peak, (1_000 * attentionGflop) / peak, weightMb + activationMb];
}

/** x that minimises Σ (row · x − 1)², by the normal equations. @param rows of one to three columns */
function leastSquares(rows: readonly (readonly number[])[]): number[] {
  const size = rows[0]!.length;
  const indices = Array.from({ length: size }, (_, i) => i);
  const matrix = indices.map((i) => [
    ...indices.map((j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
    rows.reduce((sum, row) => sum + row[i]!, 0),
  ]);
  for (const pivot of indices) {
    for (const row of indices) {
      if (row === pivot) continue;
      const factor = matrix[row]![pivot]! / matrix[pivot]![pivot]!;
      matrix[row] = matrix[row]!.map((value, column) => value - factor * matrix[pivot]![column]!);
    }
  }
  return indices.map((i) => matrix[i]![size]! / matrix[i]![i]!);
}
