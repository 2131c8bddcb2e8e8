import { expect, it } from 'vitest';
import { principalPlane } from '../../extension/inspection/principalMap.ts';
import { uniform } from '../reference/random.ts';

/** Eigenvalues of a symmetric matrix, the largest first, by Jacobi's rotations: another way than the one that is tested. */
function eigenvalues(symmetric: readonly (readonly number[])[]): number[] {
  const a = symmetric.map((row) => [...row]);
  const n = a.length;
  for (let sweep = 0; sweep < 60; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(a[p]![q]!) < 1e-300) continue;
        const angle = 0.5 * Math.atan2(2 * a[p]![q]!, a[q]![q]! - a[p]![p]!);
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (let k = 0; k < n; k++) {
          const [x, y] = [a[k]![p]!, a[k]![q]!];
          [a[k]![p], a[k]![q]] = [c * x - s * y, s * x + c * y];
        }
        for (let k = 0; k < n; k++) {
          const [x, y] = [a[p]![k]!, a[q]![k]!];
          [a[p]![k], a[q]![k]] = [c * x - s * y, s * x + c * y];
        }
      }
    }
  }
  return a.map((row, i) => row[i]!).sort((one, other) => other - one);
}

it('keeps of the variance what the two largest eigenvalues are of all of them', () => {
  const next = uniform(5);
  for (const [count, size] of [
    [30, 6],
    [5, 12],
    [200, 3],
    [2, 4],
  ] as const) {
    const vectors = Array.from({ length: count }, () =>
      Array.from({ length: size }, (_, i) => (i + 1) * (next() - 0.3)),
    );
    const mean = vectors[0]!.map((_, i) => vectors.reduce((sum, vector) => sum + vector[i]!, 0) / count);
    const centred = vectors.map((vector) => vector.map((value, i) => value - mean[i]!));
    const scatter = mean.map((_, i) =>
      mean.map((_, j) => centred.reduce((sum, vector) => sum + vector[i]! * vector[j]!, 0)),
    );
    const values = eigenvalues(scatter);
    const total = values.reduce((sum, value) => sum + value, 0);
    const { places, kept } = principalPlane(vectors);
    expect(kept[0]).toBeCloseTo(values[0]! / total, 8);
    expect(kept[1]).toBeCloseTo(values[1]! / total, 8);
    // Along the two directions the places are not related, and vary as much as is kept.
    const sum = (of: (place: readonly [number, number]) => number): number =>
      places.reduce((all, place) => all + of(place), 0);
    expect(sum(([x]) => x * x) / total).toBeCloseTo(kept[0], 10);
    expect(sum(([, y]) => y * y) / total).toBeCloseTo(kept[1], 10);
    expect(sum(([x, y]) => x * y) / total).toBeCloseTo(0, 5);
  }
});

it('of vectors that are all alike there is one place, and nothing is kept', () => {
  const { places, kept } = principalPlane([
    [1, 2],
    [1, 2],
  ]);
  expect(kept).toEqual([0, 0]);
  for (const place of places) expect(place.map(Math.abs)).toEqual([0, 0]);
});
