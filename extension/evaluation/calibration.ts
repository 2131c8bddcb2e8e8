const bins = 15;

/** Collects predictions and whether they came true. */
export class CalibrationTally {
  readonly #probabilities: number[] = [];
  readonly #hits: boolean[] = [];

  /** @param probability that the prediction was given */
  add(probability: number, hit: boolean): void {
    this.#probabilities.push(probability);
    this.#hits.push(hit);
  }

  /**
   * Expected calibration error: the mean over 15 bins of equally many predictions (equal mass), sorted by their probability, of
   * |mean probability − share that came true|. 0 when there are no predictions.
   * @source Nixon et al. 2019, "Measuring Calibration in Deep Learning" (adaptive bins)
   */
  get error(): number {
    const count = this.#hits.length;
    const order = Array.from(this.#hits.keys()).sort(
      (a, b) => this.#probabilities[a]! - this.#probabilities[b]!,
    );
    let error = 0;
    for (let bin = 0; bin < bins; bin++) {
      const first = Math.floor((bin * count) / bins);
      const last = Math.floor(((bin + 1) * count) / bins);
      let difference = 0;
      for (const i of order.slice(first, last))
        difference += this.#probabilities[i]! - Number(this.#hits[i]!);
      error += Math.abs(difference);
    }
    return count === 0 ? 0 : error / count;
  }
}
