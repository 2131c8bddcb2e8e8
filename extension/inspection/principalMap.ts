import type { StageAnswers } from '../protocol/stages.ts';
import { dot, embedding, named, type Run } from './subject.ts';

/** Both directions are found long before, unless two are almost equally long: then any two of them do. */
const mostTurns = 2_000;
const closeEnough = 1e-12;

/**
 * The vectors of the text's tokens on the plane that keeps most of their differences (principal components).
 * @param point of the story; null: now
 */
export function mapOf({ subject, ids }: Run, point: number | null): StageAnswers['map'] {
  const distinct = [...new Set(ids)];
  const vectors = distinct.map((id) => embedding(subject, id, point));
  const { places, kept } = principalPlane(vectors);
  return {
    kept,
    tokens: distinct.map((id, i) => ({ ...named(subject, id), x: places[i]![0], y: places[i]![1] })),
  };
}

/**
 * Where vectors are along the two directions in which they differ most, and how much of their variance each direction keeps.
 * @param vectors of equal length
 */
export function principalPlane(vectors: readonly ArrayLike<number>[]): {
  readonly places: readonly (readonly [number, number])[];
  readonly kept: readonly [number, number];
} {
  const size = vectors[0]!.length;
  const mean = Array.from(
    { length: size },
    (_, i) => vectors.reduce((sum, vector) => sum + vector[i]!, 0) / vectors.length,
  );
  const centred = vectors.map((vector) => Float64Array.from(vector, (value, i) => value - mean[i]!));
  const total = centred.reduce((sum, vector) => sum + dot(vector, vector), 0);
  const first = longestDirection(centred, null);
  const second = longestDirection(centred, first);
  const variance = (direction: Float64Array): number =>
    centred.reduce((sum, vector) => sum + dot(vector, direction) ** 2, 0);
  const share = (direction: Float64Array): number => (total === 0 ? 0 : variance(direction) / total);
  return {
    places: centred.map((vector) => [dot(vector, first), dot(vector, second)]),
    kept: [share(first), share(second)],
  };
}

/** By power iteration, at right angles to another direction. @source Golub & Van Loan, §8.2.1 */
function longestDirection(vectors: readonly Float64Array[], other: Float64Array | null): Float64Array {
  const size = vectors[0]!.length;
  // Any start will do that is not at right angles to all that is looked for.
  let direction = unit(
    Float64Array.from({ length: size }, (_, i) => 1 + i / size),
    other,
  );
  for (let turn = 0; turn < mostTurns; turn++) {
    const next = new Float64Array(size);
    for (const vector of vectors) {
      const along = dot(vector, direction);
      for (let i = 0; i < size; i++) next[i]! += along * vector[i]!;
    }
    const turned = unit(next, other);
    const isThere = 1 - Math.abs(dot(turned, direction)) < closeEnough;
    direction = turned;
    if (isThere) break;
  }
  return direction;
}

/** Of length 1, without its part along another direction; 0 where nothing else is left. */
function unit(vector: Float64Array, other: Float64Array | null): Float64Array {
  const along = other === null ? 0 : dot(vector, other);
  const rest = vector.map((value, i) => value - along * (other?.[i] ?? 0));
  const length = Math.sqrt(dot(rest, rest));
  // What rounding leaves of nothing has no direction.
  const isNothing = length <= 1e-10 * Math.sqrt(dot(vector, vector));
  return rest.map((value) => (isNothing ? 0 : value / length));
}
