import { mostLikely, nucleusOf, sumOver } from '../arithmetic/likeliest.ts';
import { softmax } from '../arithmetic/softmax.ts';
import type { Distribution, SamplingOptions, ScoredToken } from '../protocol/prediction.ts';
import type { Random } from './random.ts';

/**
 * The next token: temperature, then top-k, then top-p of what is left, then one draw.
 * @param logits f32[vocabulary] read
 * @param random advanced by one draw, unless the temperature is 0
 */
export function sample(logits: Float32Array, options: SamplingOptions, random: Random): number {
  if (options.temperature === 0) return likeliest(logits);
  const probabilities = softmax(logits, options.temperature);
  const nucleus = nucleusOf(logits, probabilities, options);
  let rest = random.uniform() * sumOver(nucleus, probabilities);
  for (const id of nucleus) {
    rest -= probabilities[id]!;
    if (rest < 0) return id;
  }
  return nucleus.at(-1)!;
}

/** What temperature 0 takes; of equals, the more frequent token. @param logits f32[vocabulary] read */
export function likeliest(logits: Float32Array): number {
  return mostLikely(logits, 1)[0]!;
}

/**
 * The next-token distribution as it is shown, from the same softmax that is sampled from (temperature 1).
 * @param logits f32[vocabulary] read
 * @param actual the token that really follows, where there is one
 */
export function distribution(
  logits: Float32Array,
  topK: number,
  actual: number | null,
  bytesOf: (id: number) => string,
): Distribution {
  const probabilities = softmax(logits);
  const scored = (id: number): ScoredToken => ({
    id,
    bytes: bytesOf(id),
    logit: logits[id]!,
    probability: probabilities[id]!,
  });
  const top = mostLikely(logits, topK);
  const shown = new Set(top);
  let others = 0;
  let entropy = 0;
  probabilities.forEach((probability, id) => {
    if (!shown.has(id)) others += probability;
    if (probability > 0) entropy -= probability * Math.log2(probability);
  });
  return {
    top: top.map(scored),
    others: { count: logits.length - top.length, probability: others },
    entropy,
    actual: actual === null ? null : { ...scored(actual), rank: rankOf(logits, actual) },
  };
}

function rankOf(logits: Float32Array, id: number): number {
  const logit = logits[id]!;
  let rank = 1;
  logits.forEach((other, otherId) => {
    if (other > logit || (other === logit && otherId < id)) rank++;
  });
  return rank;
}
