import type { MatchedContexts, NgramCounts } from './ngramCounts.ts';
import type { Sigmoids } from './sigmoids.ts';

/** Counts of 3 and more share a discount. */
const classes = 3;
/** What is taken from a count, as a share of it, where the counts are too few to say. */
const usualShare = 0.5;
/** The estimates stay this far from taking nothing and from taking all: every probability stays above 0. */
const margin = 0.02;

/**
 * Three discounts an order, for counts of 1, of 2, and of 3 or more: Dᵢ = i − (i + 1) Y nᵢ₊₁ / nᵢ with Y = n₁ / (n₁ + 2 n₂).
 * @param tally i32[orders, 4]: number of n-grams with count 1, 2, 3, 4
 * @returns f64[orders, 3]: Dᵢ / i, in (0, 1)
 * @source Chen & Goodman 1999, "An empirical study of smoothing techniques for language modeling", eq. 26
 */
export function estimateDiscounts(tally: Int32Array): Float64Array {
  return Float64Array.from({ length: (tally.length / 4) * classes }, (_, at) => {
    const n = tally.subarray(4 * Math.floor(at / classes));
    const i = (at % classes) + 1;
    const y = n[0]! / (n[0]! + 2 * n[1]!);
    const share = 1 - ((i + 1) * y * n[i]!) / (n[i - 1]! * i);
    return Number.isFinite(share) ? Math.min(Math.max(share, margin), 1 - margin) : usualShare;
  });
}

/**
 * Interpolated modified Kneser–Ney. From the empty context to the longest that has been seen:
 * P(w | context) = (c(w) − D(c(w))) / c(·) + (D₁ N₁ + D₂ N₂ + D₃ N₃₊) / c(·) · P(w | context without its first token).
 * @source Chen & Goodman 1999, eq. 25; they, too, prefer discounts optimised on other text than the counts are from (§3.2)
 */
export class KneserNey {
  readonly #counts: NgramCounts;
  readonly #shares: Sigmoids;
  /** of the last `probability`, by length of the context: what came from the shorter one */
  readonly #fromShorter: Float64Array;

  /** @param shares [maxContext + 1, 3]: Dᵢ / i by length of the context and i */
  constructor(counts: NgramCounts, shares: Sigmoids) {
    this.#counts = counts;
    this.#shares = shares;
    this.#fromShorter = new Float64Array(counts.maxContext + 1);
  }

  /** @param base the token's probability before anything is known of it */
  probability({ nodes, matched }: MatchedContexts, token: number, base: number): number {
    let probability = base;
    for (let length = 0; length < matched; length++) {
      const node = nodes[length]!;
      const count = this.#counts.count(node, token);
      this.#fromShorter[length] = probability;
      probability = this.#kept(length, node, count) + this.#backOff(length, node) * probability;
    }
    return probability;
  }

  /** @param out f64[vocabSize] holds the base's probabilities; replaced by those of this model */
  distribution({ nodes, matched }: MatchedContexts, out: Float64Array): void {
    const counts = this.#counts;
    for (let length = 0; length < matched; length++) {
      const node = nodes[length]!;
      const backOff = this.#backOff(length, node);
      for (let token = 0; token < out.length; token++) out[token]! *= backOff;
      for (let f = counts.lastFollower(node); f >= 0; f = counts.previousFollower(f)) {
        out[counts.followerToken(f)]! += this.#kept(length, node, counts.followerCount(f));
      }
    }
  }

  /**
   * Moves the discounts of the contexts of the last `probability` uphill.
   * @param slope of the objective in that probability
   * @returns slope of the objective in the base
   */
  ascend({ nodes, matched }: MatchedContexts, token: number, slope: number): number {
    const counts = this.#counts;
    let upstream = slope;
    for (let length = matched - 1; length >= 0; length--) {
      const node = nodes[length]!;
      const total = counts.total(node);
      const lower = this.#fromShorter[length]!;
      const own = Math.min(counts.count(node, token), classes);
      const backOff = this.#backOff(length, node);
      for (let i = 1; i <= classes; i++) {
        const slopeOfDiscount = counts.followers(node, i) * lower - (i === own ? 1 : 0);
        if (slopeOfDiscount === 0) continue;
        this.#shares.ascend(classes * length + i - 1, (upstream * i * slopeOfDiscount) / total);
      }
      upstream *= backOff;
    }
    return upstream;
  }

  /** What a follower with this count keeps in a context. */
  #kept(length: number, node: number, count: number): number {
    if (count === 0) return 0;
    const i = Math.min(count, classes);
    return (count - i * this.#shares.values[classes * length + i - 1]!) / this.#counts.total(node);
  }

  /** The share that the shorter context gets. */
  #backOff(length: number, node: number): number {
    const shares = this.#shares.values;
    let given = 0;
    for (let i = 1; i <= classes; i++) {
      given += i * shares[classes * length + i - 1]! * this.#counts.followers(node, i);
    }
    return given / this.#counts.total(node);
  }
}
