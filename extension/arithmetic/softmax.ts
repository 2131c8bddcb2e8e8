/** exp(z / temperature) ÷ Σ exp(z / temperature), in float64. @param logits read @param temperature > 0 */
export function softmax(logits: Float32Array | Float64Array, temperature = 1): Float64Array {
  let most = -Infinity;
  for (const logit of logits) most = Math.max(most, logit);
  const probabilities = new Float64Array(logits.length);
  let total = 0;
  for (let id = 0; id < logits.length; id++) {
    const weight = Math.exp((logits[id]! - most) / temperature);
    probabilities[id] = weight;
    total += weight;
  }
  for (let id = 0; id < logits.length; id++) probabilities[id]! /= total;
  return probabilities;
}
