/** Of AdaGrad, in units of the logits. */
const rate = 0.2;
/** What the sums of squared slopes start from: steps stay small until a parameter has been seen a few times. */
const firstSquares = 0.1;
/** No value becomes 0 or 1. */
const mostLogit = 9;

/**
 * Numbers in (0, 1) that are learnt by gradient ascent on their logits, each at its own rate.
 * @source Duchi, Hazan, Singer 2011, "Adaptive subgradient methods for online learning and stochastic optimization"
 */
export class Sigmoids {
  /** f64[count] */
  readonly values: Float64Array;
  readonly #logits: Float64Array;
  readonly #squares: Float64Array;

  /** @param values f64[count], in (0, 1): what they start from; copied */
  constructor(values: Float64Array) {
    this.values = values.slice();
    this.#logits = values.map((value) => Math.log(value / (1 - value)));
    this.#squares = new Float64Array(values.length).fill(firstSquares);
  }

  /** @param slope of the objective in this value */
  ascend(index: number, slope: number): void {
    const value = this.values[index]!;
    const logitSlope = slope * value * (1 - value);
    const squares = this.#squares[index]! + logitSlope * logitSlope;
    const logit = this.#logits[index]! + (rate * logitSlope) / Math.sqrt(squares);
    this.#squares[index] = squares;
    this.#logits[index] = Math.min(Math.max(logit, -mostLogit), mostLogit);
    this.values[index] = 1 / (1 + Math.exp(-this.#logits[index]!));
  }
}
