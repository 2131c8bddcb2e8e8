/**
 * An arithmetic coder over whole-number frequencies, with carry, in numbers that float64 holds exactly: the interval [low, low + range)
 * has 48 bits, and a byte leaves it whenever range falls below 2⁴⁰.
 * @source Witten, Neal, Cleary 1987; Martin 1979 (range coding)
 */
const registerBytes = 6;
const whole = 2 ** 48;
const least = 2 ** 40;
/** Frequencies add up to about this much: a range is cut into parts of 2¹² or more. */
export const mostTotal = 2 ** 28;

/** A symbol's share of the total: [before, before + frequency). */
export interface Share {
  readonly before: number;
  readonly frequency: number;
  /** at most 2²⁹ */
  readonly total: number;
}

/** The part of a range that a symbol gets. What ⌊range ÷ total⌋ leaves over is nobody's. */
function part(range: number, { before, frequency, total }: Share): { offset: number; size: number } {
  const unit = Math.floor(range / total);
  return { offset: unit * before, size: unit * frequency };
}

export class RangeEncoder {
  readonly #bytes: number[] = [];
  #low = 0;
  #range = whole;

  encode(share: Share): void {
    const { offset, size } = part(this.#range, share);
    this.#add(offset);
    this.#range = size;
    while (this.#range < least) {
      this.#shift();
      this.#range *= 256;
    }
  }

  /** What was encoded: at least −Σ log₂ (frequency ÷ total) bits, and hardly 8 more. */
  finish(): Uint8Array {
    // The first number of the interval that ends in 40 zero bits, which a decoder reads behind the end by itself.
    this.#add((least - (this.#low % least)) % least);
    this.#shift();
    return Uint8Array.from(this.#bytes);
  }

  #add(offset: number): void {
    this.#low += offset;
    if (this.#low < whole) return;
    this.#low -= whole;
    let at = this.#bytes.length - 1;
    while (this.#bytes[at] === 255) this.#bytes[at--] = 0;
    this.#bytes[at]!++;
  }

  #shift(): void {
    this.#bytes.push(Math.floor(this.#low / least));
    this.#low = (this.#low % least) * 256;
  }
}

export class RangeDecoder {
  readonly #bytes: Uint8Array;
  #at = 0;
  #code = 0;
  #range = whole;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    for (let i = 0; i < registerBytes; i++) this.#shift();
  }

  /** Where within `total` the next symbol is: in its share. */
  target(total: number): number {
    return Math.min(total - 1, Math.floor(this.#code / Math.floor(this.#range / total)));
  }

  /** The symbol's share, which `target` was in. */
  take(share: Share): void {
    const { offset, size } = part(this.#range, share);
    this.#code -= offset;
    this.#range = size;
    while (this.#range < least) {
      this.#shift();
      this.#range *= 256;
    }
  }

  #shift(): void {
    this.#code = this.#code * 256 + (this.#bytes[this.#at++] ?? 0);
  }
}
