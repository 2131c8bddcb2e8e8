import type { SamplingOptions } from '../protocol/prediction.ts';

/** Ids of the `count` largest logits, largest first; of equal ones the lower id, which is the more frequent token, first. */
export function mostLikely(logits: Float32Array, count: number): number[] {
  const before = (one: number, other: number): number => logits[other]! - logits[one]! || one - other;
  // A short list kept in order beats sorting the whole vocabulary; a long one would be quadratic.
  if (count > 64) return Array.from(logits.keys()).sort(before).slice(0, count);
  const kept: number[] = [];
  for (let id = 0; id < logits.length; id++) {
    if (kept.length === count && logits[id]! <= logits[kept[count - 1]!]!) continue;
    let at = kept.length;
    while (at > 0 && logits[kept[at - 1]!]! < logits[id]!) at--;
    kept.splice(at, 0, id);
    if (kept.length > count) kept.pop();
  }
  return kept;
}

/** The tokens that are drawn from, likeliest first. @param probabilities of the logits at the temperature */
export function nucleusOf(
  logits: Float32Array,
  probabilities: Float64Array,
  { topK = logits.length, topP = 1 }: Pick<SamplingOptions, 'topK' | 'topP'>,
): readonly number[] {
  const candidates = mostLikely(logits, topK);
  return topP < 1 ? topShare(candidates, probabilities, topP) : candidates;
}

/** The shortest beginning of `candidates` that holds at least `share` of their probability. */
function topShare(
  candidates: readonly number[],
  probabilities: Float64Array,
  share: number,
): readonly number[] {
  const needed = share * sumOver(candidates, probabilities);
  let sum = 0;
  const last = candidates.findIndex((id) => {
    sum += probabilities[id]!;
    return sum >= needed;
  });
  return candidates.slice(0, last + 1);
}

export function sumOver(ids: readonly number[], probabilities: Float64Array): number {
  return ids.reduce((sum, id) => sum + probabilities[id]!, 0);
}
