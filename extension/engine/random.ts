/** Four 32-bit words, plain numbers, so that it survives JSON. */
export type RandomState = readonly [number, number, number, number];

/**
 * xoshiro128**: a seeded generator whose every number is the same on every machine and JavaScript engine.
 * Everything but `**` and `√` is integer or +, −, ×, ÷ in float64, which IEEE 754 fixes to the bit; `Math.log` and `Math.cos` may differ
 * between engines in the last bit and are therefore not used.
 * @source Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47 (2021)
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param seed a whole number, or the state of another generator to go on from */
  constructor(seed: number | RandomState) {
    [this.#a, this.#b, this.#c, this.#d] = typeof seed === 'number' ? stateFromSeed(seed) : seed;
  }

  get state(): RandomState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0];
  }

  /** The next 32 random bits, as 0 … 2³² − 1. */
  uint32(): number {
    const b = this.#b;
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    this.#c ^= this.#a;
    this.#d ^= b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return result;
  }

  /** Uniform in [0, 1), a multiple of 2⁻⁵³. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** Uniform in 0 … bound − 1, without bias. @param bound 1 … 2³² */
  below(bound: number): number {
    const fair = 2 ** 32 - (2 ** 32 % bound);
    let draw = this.uint32();
    while (draw >= fair) draw = this.uint32();
    return draw % bound;
  }

  /**
   * Standard normal. The pair's other half is thrown away, so that the state stays four words.
   * @source Marsaglia and Bray, "A convenient method for generating normal variables", SIAM Review 6 (1964)
   */
  normal(): number {
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * naturalLogarithm(s)) / s);
    }
  }

  /** The numbers 0 … count − 1 in random order (Fisher–Yates). */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let last = count - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const kept = order[last]!;
      order[last] = order[other]!;
      order[other] = kept;
    }
    return order;
  }
}

function rotateLeft(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

/** Spreads a seed over the four words, so that neighbouring seeds have nothing in common and no state is all zero. */
function stateFromSeed(seed: number): RandomState {
  let counter = seed >>> 0;
  const high = Math.floor(seed / 2 ** 32) >>> 0;
  const next = (): number => {
    counter = (counter + 0x9e3779b9) >>> 0;
    let z = counter ^ high;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  // The mixer is a bijection and the counter takes four values, so at most one word is zero.
  return [next(), next(), next(), next()];
}

/**
 * ln x for a positive normal x, within a few units in the last place: x = m · 2ᵉ with m in [√½, √2),
 * ln m = 2 artanh s = 2 (s + s³/3 + s⁵/5 + …), s = (m − 1) / (m + 1), |s| < 0.172, so 12 terms leave less than 2⁻⁶⁰.
 */
function naturalLogarithm(x: number): number {
  let exponent = 0;
  let m = x;
  while (m < Math.SQRT1_2) {
    m *= 2;
    exponent--;
  }
  while (m >= Math.SQRT2) {
    m /= 2;
    exponent++;
  }
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let series = 0;
  for (let power = 23; power >= 1; power -= 2) series = series * square + 1 / power;
  return 2 * s * series + exponent * Math.LN2;
}
