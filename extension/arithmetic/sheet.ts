import { type Decimal, decimalOf, dividedBy, numberOf, plus, rounded, shown, times } from './decimal.ts';

/** A number on the sheet, and how far at most the unrounded number behind it is away. */
export interface Figure {
  readonly decimal: Decimal;
  readonly radius: number;
}

/**
 * A line of the sheet. `term`: one of many to be added up. `subtotal`: of the terms since the last one. `given`: a part of a sum that was
 * not written out. `step`: anything else. Each says `cells[0] … = cells.at(-1)`, computed from what is shown and from nothing else.
 */
export interface SheetRow {
  readonly kind: 'term' | 'subtotal' | 'total' | 'given' | 'step';
  /** what the number is called: q₃, Σ, e^s */
  readonly name: string;
  /** what it is made of, as shown; empty for a number that is given */
  readonly made: string;
  readonly value: string;
}

/** One result, twice: from the numbers shown, and as the machine has it. */
export interface SheetResult {
  readonly name: string;
  readonly shown: string;
  readonly machine: number;
  readonly difference: number;
  /** no rounding of what is shown can make more of a difference */
  readonly bound: number;
}

/** Terms that are added up at a time. */
const groupSize = 8;
/** Relative error of one float32 operation: sums of the machine are rounded after every term, those on paper are not. */
const machineRounding = 2 ** -23;
/** Decimals of a quotient that is not written down: it stays in the calculator. */
const unrounded = 16;
/** All terms of a sum are listed. */
const nothing: Figure = { decimal: { units: 0n, decimals: 0 }, radius: 0 };
/** More than this many decimals no pocket calculator shows. */
const mostDecimals = 8;

/** Four decimals, and more where the largest number begins behind the point's first zero. */
export function decimalsFor(values: readonly number[]): number {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest === 0) return 4;
  return Math.min(mostDecimals, Math.max(4, 3 - Math.floor(Math.log10(largest))));
}

/** A calculation on paper that keeps what is written. Every number is computed from those that are shown. */
export class Sheet {
  readonly rows: SheetRow[] = [];
  readonly results: SheetResult[] = [];
  readonly decimals: number;
  readonly #most: number;

  /**
   * @param decimals of operands and totals; products have two more
   * @param most terms of a sum that are written out: the largest; the rest is one number that is given
   */
  constructor(decimals: number, most = Infinity) {
    this.decimals = decimals;
    this.#most = most;
  }

  /** A number of the machine, rounded to what is shown. */
  given(name: string, value: number): Figure {
    const figure = this.#rounded(value, this.decimals);
    this.#write('step', name, '', figure);
    return figure;
  }

  /** A number that is exactly what is shown. */
  exact(name: string, value: number, decimals: number): Figure {
    const figure = { decimal: decimalOf(value, decimals), radius: 0 };
    this.#write('step', name, '', figure);
    return figure;
  }

  /** Like `given`, in a longer line. */
  #rounded(value: number, decimals: number): Figure {
    return { decimal: decimalOf(value, decimals), radius: 0.5 * 10 ** -decimals };
  }

  /** What is not listed of a sum, in the longer line. */
  #unlisted(rest: number): Figure {
    return rest === 0 ? nothing : this.#rounded(rest, this.decimals + 2);
  }

  /** Σ aᵢ · bᵢ */
  dot(name: string, names: readonly [string, string], a: readonly number[], b: readonly number[]): Figure {
    const terms = a.map((value, i) => {
      const [x, y] = [this.#rounded(value, this.decimals), this.#rounded(b[i]!, this.decimals)];
      const product = this.#product(x, y, this.decimals + 2);
      const made = `${shown(x.decimal)} × ${shown(y.decimal)}`;
      return {
        name: `${names[0]}${subscript(i + 1)} × ${names[1]}${subscript(i + 1)}`,
        made,
        figure: product,
      };
    });
    return this.#sum(name, terms, this.decimals);
  }

  /** Σ xᵢ² */
  squares(name: string, of: string, values: readonly number[]): Figure {
    const terms = values.map((value, i) => {
      const x = this.#rounded(value, this.decimals);
      const made = `${shown(x.decimal)} × ${shown(x.decimal)}`;
      return { name: `${of}${subscript(i + 1)}²`, made, figure: this.#product(x, x, this.decimals + 2) };
    });
    return this.#sum(name, terms, this.decimals);
  }

  /** Σ of numbers of the machine, each given; `rest` is what is not listed. */
  sum(name: string, of: string, values: readonly number[], rest = 0): Figure {
    const terms = values.map((value, i) => ({
      name: `${of}${subscript(i + 1)}`,
      made: '',
      figure: this.#rounded(value, this.decimals),
    }));
    return this.#sum(name, terms, this.decimals, this.#unlisted(rest));
  }

  /** Σ aᵢ · bᵢ of whole numbers, which nothing rounds; each term has a name of its own. @param rest what is not listed */
  wholeProducts(
    name: string,
    factors: readonly { readonly name: string; readonly a: number; readonly b: number }[],
    rest: number,
  ): Figure {
    const terms = factors.map((factor, i) => {
      const [a, b] = [decimalOf(factor.a, 0), decimalOf(factor.b, 0)];
      const figure = { decimal: times(a, b), radius: 0 };
      const at = subscript(i + 1);
      return { name: `k${at} × n${at} ${factor.name}`, made: `${shown(a)} × ${shown(b)}`, figure };
    });
    return this.#sum(name, terms, 0, rest === 0 ? nothing : { decimal: decimalOf(rest, 0), radius: 0 });
  }

  /** Σ e^((zᵢ − m) ÷ T), with e^… of those at `keep` returned. @param rest the sum of what is not listed */
  exponentials(
    name: string,
    of: string,
    values: readonly number[],
    most: Figure,
    temperature: Figure | null,
    rest: number,
    keep: number,
  ): { readonly sum: Figure; readonly kept: Figure } {
    let kept: Figure | null = null;
    const terms = values.map((value, i) => {
      const z = this.#rounded(value, this.decimals);
      const difference = this.#difference(z, most);
      const x = temperature === null ? difference : this.#quotient(difference, temperature, unrounded);
      const figure = this.#exponential(x, this.decimals + 2);
      if (i === keep) kept = figure;
      const inner = `${shown(z.decimal)} − ${bracketed(most)}`;
      const made = temperature === null ? `e^(${inner})` : `e^((${inner}) ÷ ${shown(temperature.decimal)})`;
      return { name: `e^${of}${subscript(i + 1)}`, made, figure };
    });
    const sum = this.#sum(name, terms, this.decimals + 2, this.#unlisted(rest), keep);
    return { sum, kept: kept! };
  }

  /** Σ −pᵢ · log₂ pᵢ */
  entropy(name: string, values: readonly number[], rest: number): Figure {
    const terms = values.map((value, i) => {
      const p = this.#rounded(value, this.decimals + 2);
      const bits = this.#bits(p, this.decimals + 2);
      return {
        name: `p${subscript(i + 1)} × −log₂ p${subscript(i + 1)}`,
        made: `${shown(p.decimal)} × ${shown(bits.decimal)}`,
        figure: this.#product(p, bits, this.decimals + 2),
      };
    });
    return this.#sum(name, terms, this.decimals, this.#unlisted(rest));
  }

  times(name: string, a: Figure, b: Figure): Figure {
    return this.#step(name, `${shown(a.decimal)} × ${bracketed(b)}`, this.#product(a, b, this.decimals + 2));
  }

  plus(name: string, a: Figure, b: Figure): Figure {
    const figure = { decimal: plus(a.decimal, b.decimal), radius: a.radius + b.radius };
    return this.#step(name, `${shown(a.decimal)} + ${bracketed(b)}`, figure);
  }

  minus(name: string, a: Figure, b: Figure): Figure {
    return this.#step(name, `${shown(a.decimal)} − ${bracketed(b)}`, this.#difference(a, b));
  }

  divided(name: string, a: Figure, b: Figure, decimals = this.decimals): Figure {
    return this.#step(name, `${shown(a.decimal)} ÷ ${bracketed(b)}`, this.#quotient(a, b, decimals));
  }

  squareRoot(name: string, a: Figure): Figure {
    const value = Math.max(0, numberOf(a.decimal));
    const root = Math.sqrt(value);
    const spread = root - Math.sqrt(Math.max(0, value - a.radius));
    return this.#step(name, `√${shown(a.decimal)}`, this.#approximate(root, this.decimals + 2, spread));
  }

  /** −ln a */
  surprise(name: string, a: Figure): Figure {
    const value = numberOf(a.decimal);
    const spread = Math.log(value) - Math.log(Math.max(Number.MIN_VALUE, value - a.radius));
    return this.#step(
      name,
      `−ln ${shown(a.decimal)}`,
      this.#approximate(-Math.log(value), this.decimals, spread),
    );
  }

  /** The larger of 0 and the number. */
  positive(name: string, a: Figure): Figure {
    const zero = { units: 0n, decimals: a.decimal.decimals };
    const figure = { decimal: a.decimal.units > 0n ? a.decimal : zero, radius: a.radius };
    return this.#step(name, `max(0, ${shown(a.decimal)})`, figure);
  }

  /** What was to be computed. @param machine the same number in the machine */
  result(name: string, figure: Figure, machine: number): void {
    const value = numberOf(figure.decimal);
    this.results.push({
      name,
      shown: shown(figure.decimal),
      machine,
      difference: Math.abs(value - machine),
      // Whole numbers are counted without rounding.
      bound: figure.radius + (this.decimals === 0 ? 0 : Math.abs(machine) * machineRounding),
    });
  }

  #step(name: string, made: string, figure: Figure): Figure {
    this.#write('step', name, made, figure);
    return figure;
  }

  #write(kind: SheetRow['kind'], name: string, made: string, { decimal }: Figure): void {
    this.rows.push({ kind, name, made, value: shown(decimal) });
  }

  #product(a: Figure, b: Figure, decimals: number): Figure {
    const [x, y] = [Math.abs(numberOf(a.decimal)), Math.abs(numberOf(b.decimal))];
    const spread = x * b.radius + y * a.radius + a.radius * b.radius;
    return this.#exactly(times(a.decimal, b.decimal), decimals, spread);
  }

  #difference(a: Figure, b: Figure): Figure {
    const negated = { units: -b.decimal.units, decimals: b.decimal.decimals };
    return { decimal: plus(a.decimal, negated), radius: a.radius + b.radius };
  }

  #quotient(a: Figure, b: Figure, decimals: number): Figure {
    const [x, y] = [numberOf(a.decimal), Math.abs(numberOf(b.decimal))];
    const spread = (a.radius + (Math.abs(x) / y) * b.radius) / Math.max(Number.MIN_VALUE, y - b.radius);
    const decimal = dividedBy(a.decimal, b.decimal, decimals);
    return { decimal, radius: spread + 0.5 * 10 ** -decimals };
  }

  #exponential(a: Figure, decimals: number): Figure {
    const value = Math.exp(numberOf(a.decimal));
    return this.#approximate(value, decimals, value * Math.expm1(a.radius));
  }

  /** −log₂ a; 0 of what is shown as 0, where the product with it is 0, too */
  #bits(a: Figure, decimals: number): Figure {
    const value = numberOf(a.decimal);
    if (value === 0) return { decimal: decimalOf(0, decimals), radius: 0 };
    const spread = Math.log2(value) - Math.log2(Math.max(Number.MIN_VALUE, value - a.radius));
    return this.#approximate(-Math.log2(value), decimals, spread);
  }

  #exactly(decimal: Decimal, decimals: number, spread: number): Figure {
    return { decimal: rounded(decimal, decimals), radius: spread + 0.5 * 10 ** -decimals };
  }

  #approximate(value: number, decimals: number, spread: number): Figure {
    return { decimal: decimalOf(value, decimals), radius: spread + 0.5 * 10 ** -decimals };
  }

  /** @param always the term that is written out whatever its size */
  #sum(
    name: string,
    terms: readonly { readonly name: string; readonly made: string; readonly figure: Figure }[],
    decimals: number,
    rest: Figure = nothing,
    always = -1,
  ): Figure {
    const bySize = terms
      .map((term, i) => ({ i, size: i === always ? Infinity : Math.abs(numberOf(term.figure.decimal)) }))
      .sort((a, b) => b.size - a.size);
    const written = new Set(bySize.slice(0, this.#most).map(({ i }) => i));
    let total: Decimal = { units: 0n, decimals: 0 };
    let group: Decimal = { units: 0n, decimals: 0 };
    let radius = 0;
    let sizes = 0;
    let inGroup = 0;
    const parts: string[] = [];
    const closeGroup = (): void => {
      if (inGroup === 0 || written.size <= groupSize) return;
      parts.push(shown(group));
      this.rows.push({
        kind: 'subtotal',
        name: `Σ${subscript(parts.length)}`,
        made: '',
        value: shown(group),
      });
      group = { units: 0n, decimals: 0 };
      inGroup = 0;
    };
    let unwritten: Decimal = { units: 0n, decimals: 0 };
    terms.forEach(({ name: termName, made, figure }, i) => {
      radius += figure.radius;
      sizes += Math.abs(numberOf(figure.decimal));
      if (!written.has(i)) {
        unwritten = plus(unwritten, figure.decimal);
        return;
      }
      this.#write('term', termName, made, figure);
      total = plus(total, figure.decimal);
      group = plus(group, figure.decimal);
      inGroup++;
      if (inGroup === groupSize) closeGroup();
    });
    closeGroup();
    const left = terms.length - written.size;
    if (left > 0 || rest !== nothing) {
      const figure = { decimal: plus(unwritten, rest.decimal), radius: rest.radius };
      this.#write('given', '…', '', figure);
      total = plus(total, figure.decimal);
      radius += rest.radius;
      sizes += Math.abs(numberOf(rest.decimal));
    }
    const isExact = radius === 0 && total.decimals <= decimals;
    const figure = isExact
      ? { decimal: rounded(total, decimals), radius: 0 }
      : this.#exactly(total, decimals, radius + (terms.length + 1) * machineRounding * sizes);
    this.#write('total', name, '', figure);
    return figure;
  }
}

const subscripts = '₀₁₂₃₄₅₆₇₈₉';

function subscript(number: number): string {
  return String(number).replace(/\d/g, (digit) => subscripts[Number(digit)]!);
}

/** A negative number that something stands before. */
function bracketed({ decimal }: Figure): string {
  return decimal.units < 0n ? `(${shown(decimal)})` : shown(decimal);
}
