import type { Candidates } from './sequenceModel.ts';

/** The `count` most probable tokens, of equals the one with the smallest id first. @param distribution f64[vocabSize] */
export function likeliest(distribution: Float64Array, count: number): Candidates {
  const ids: number[] = [];
  for (const [token, probability] of distribution.entries()) {
    if (ids.length === count && probability <= distribution[ids.at(-1)!]!) continue;
    let at = ids.length;
    while (at > 0 && distribution[ids[at - 1]!]! < probability) at--;
    ids.splice(at, 0, token);
    if (ids.length > count) ids.pop();
  }
  return { ids, probabilities: ids.map((token) => distribution[token]!) };
}
