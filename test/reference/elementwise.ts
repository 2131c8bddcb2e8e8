/** x · relu(x) */
export function relu2(x: Float64Array): Float64Array {
  return x.map((value) => value * Math.max(value, 0));
}

export function relu2Backward(dOut: Float64Array, x: Float64Array): Float64Array {
  return dOut.map((value, at) => 2 * Math.max(x[at]!, 0) * value);
}

/** losses[rows] = −ln softmax(logits)[target], dLogits[rows, vocab] = their gradients; a target of −1 counts as no row */
export function crossEntropy(
  logits: Float64Array,
  targets: ArrayLike<number>,
  vocab: number,
): { losses: Float64Array; dLogits: Float64Array } {
  const losses = new Float64Array(targets.length);
  const dLogits = new Float64Array(logits.length);
  for (let row = 0; row < targets.length; row++) {
    const target = targets[row]!;
    if (target < 0) continue;
    const scores = logits.subarray(row * vocab, (row + 1) * vocab);
    const largest = scores.reduce((most, score) => Math.max(most, score), -Infinity);
    const total = scores.reduce((before, score) => before + Math.exp(score - largest), 0);
    losses[row] = Math.log(total) + largest - scores[target]!;
    scores.forEach((score, id) => {
      dLogits[row * vocab + id] = Math.exp(score - largest) / total - (id === target ? 1 : 0);
    });
  }
  return { losses, dLogits };
}

export interface AdamW {
  readonly gradientScale: number;
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  readonly correction1: number;
  readonly correction2: number;
}

interface AdamWState {
  readonly param: Float64Array;
  readonly m: Float64Array;
  readonly v: Float64Array;
}

/** Loshchilov & Hutter 2019, algorithm 2 */
export function adamw(state: AdamWState, grad: Float64Array, hyper: AdamW): AdamWState {
  const g = grad.map((value) => value * hyper.gradientScale);
  const m = state.m.map((value, at) => hyper.beta1 * value + (1 - hyper.beta1) * g[at]!);
  const v = state.v.map((value, at) => hyper.beta2 * value + (1 - hyper.beta2) * g[at]! ** 2);
  const param = state.param.map((value, at) => {
    const change = m[at]! / hyper.correction1 / (Math.sqrt(v[at]! / hyper.correction2) + hyper.eps);
    return value - hyper.learningRate * (change + hyper.weightDecay * value);
  });
  return { param, m, v };
}
