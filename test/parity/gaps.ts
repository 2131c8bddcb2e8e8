/** How far two engines are apart over the same positions. */
export interface Gaps {
  readonly positions: number;
  /** largest |Δ ln p| over all positions and all tokens that may follow; NaN where either has said none */
  readonly largest: number;
  /** mean over the positions of the Kullback–Leibler divergence of the other from the one, nats */
  readonly divergence: number;
  /** mean over the positions of −ln p of the token that really follows, nats */
  readonly losses: readonly [one: number, other: number];
}

/** @param one f32[tokens, vocabSize] of each sequence, as `other` @param sequences token ids */
export function gapsBetween(
  one: readonly Float32Array[],
  other: readonly Float32Array[],
  sequences: readonly (readonly number[])[],
  vocabSize: number,
): Gaps {
  let [largest, divergence, positions, scored] = [0, 0, 0, 0];
  const losses: [number, number] = [0, 0];
  sequences.forEach((ids, i) => {
    for (let position = 0; position < ids.length; position++, positions++) {
      const row = position * vocabSize;
      const ours = logProbabilities(one[i]!.subarray(row, row + vocabSize));
      const theirs = logProbabilities(other[i]!.subarray(row, row + vocabSize));
      // Not Math.max alone: a NaN on either side must not be lost.
      ours.forEach((value, id) => {
        const difference = Math.abs(value - theirs[id]!);
        if (!(difference <= largest)) largest = difference;
        divergence += Math.exp(value) * (value - theirs[id]!);
      });
      const next = ids[position + 1];
      if (next === undefined) continue;
      scored++;
      losses[0] -= ours[next]!;
      losses[1] -= theirs[next]!;
    }
  });
  return {
    positions,
    largest,
    divergence: divergence / positions,
    losses: [losses[0] / scored, losses[1] / scored],
  };
}

/** In float64, by the definition; shares nothing with the sampler. */
function logProbabilities(logits: Float32Array): Float64Array {
  const most = logits.reduce((one, other) => Math.max(one, other), -Infinity);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
  return Float64Array.from(logits, (logit) => logit - most - Math.log(total));
}
