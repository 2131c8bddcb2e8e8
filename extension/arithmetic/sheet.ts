import { decimalOf, numberOf, plus, rounded, shown, times } from './decimal.ts';
import {
  bitsOf,
  bracketed,
  called,
  differenceOf,
  exponentialOf,
  type Figure,
  figureOf,
  lowered,
  positiveOf,
  productOf,
  quotientOf,
  raised,
  rootOf,
  sumOf,
  surpriseOf,
  type Writing,
  shortened,
} from './figure.ts';

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
const nothing: Figure = { decimal: { units: 0n, decimals: 0 }, power: 0, radius: 0 };
/** Smaller results stay multiples of their power of ten: nobody reads so many zeros. */
const mostLowered = 10;

/** The numbers of one side of a product, how they are called and how they are written. */
export interface Factors {
  readonly name: string;
  readonly values: readonly number[];
  readonly writing: Writing;
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
  given(name: string, value: number, writing: Writing = this.#plain): Figure {
    return this.#step(name, '', figureOf(value, writing));
  }

  /** A number that is exactly what is shown. */
  exact(name: string, value: number, decimals: number): Figure {
    return this.#step(name, '', { decimal: decimalOf(value, decimals), power: 0, radius: 0 });
  }

  get #plain(): Writing {
    return { decimals: this.decimals, power: 0 };
  }

  /** What is not listed of a sum, in the longer line. */
  #unlisted(rest: number): Figure {
    return rest === 0 ? nothing : figureOf(rest, { decimals: this.decimals + 2, power: 0 });
  }

  /** Σ aᵢ · bᵢ */
  dot(name: string, a: Factors, b: Factors): Figure {
    const terms = a.values.map((value, i) => {
      const [x, y] = [figureOf(value, a.writing), figureOf(b.values[i]!, b.writing)];
      const [left, right] = [a, b].map(({ name: of, writing }) =>
        called(`${of}${subscript(i + 1)}`, writing.power),
      );
      const made = `${shown(x.decimal)} × ${shown(y.decimal)}`;
      return { name: `${left} × ${right}`, made, figure: productOf(x, y, this.decimals + 2) };
    });
    return this.#sum(name, terms, this.decimals);
  }

  /** Σ xᵢ² */
  squares(name: string, { name: of, values, writing }: Factors): Figure {
    const terms = values.map((value, i) => {
      const x = figureOf(value, writing);
      const made = `${shown(x.decimal)} × ${shown(x.decimal)}`;
      const figure = productOf(x, x, this.decimals + 2);
      return { name: called(`${of}${subscript(i + 1)}²`, figure.power), made, figure };
    });
    return this.#sum(name, terms, this.decimals);
  }

  /** Σ of numbers of the machine, each given; `rest` is what is not listed. */
  sum(name: string, of: string, values: readonly number[], rest = 0): Figure {
    const terms = values.map((value, i) => ({
      name: `${of}${subscript(i + 1)}`,
      made: '',
      figure: figureOf(value, this.#plain),
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
      const figure = { decimal: times(a, b), power: 0, radius: 0 };
      const at = subscript(i + 1);
      return { name: `k${at} × n${at} ${factor.name}`, made: `${shown(a)} × ${shown(b)}`, figure };
    });
    const others = { ...nothing, decimal: decimalOf(rest, 0) };
    return this.#sum(name, terms, 0, rest === 0 ? nothing : others);
  }

  /** Σ e^((zᵢ − m) ÷ T), with the z at `keep` and its e^… returned. @param rest the sum of what is not listed */
  exponentials(
    name: string,
    of: string,
    values: readonly number[],
    most: Figure,
    temperature: Figure | null,
    rest: number,
    keep: number,
  ): { readonly sum: Figure; readonly z: Figure; readonly power: Figure } {
    let kept: { readonly z: Figure; readonly power: Figure } | null = null;
    const terms = values.map((value, i) => {
      const z = figureOf(value, this.#plain);
      const difference = differenceOf(z, most);
      const exponent = temperature === null ? difference : quotientOf(difference, temperature, unrounded);
      const figure = exponentialOf(exponent, this.decimals + 2);
      if (i === keep) kept = { z, power: figure };
      const inner = `${shown(z.decimal)} − ${bracketed(most)}`;
      const made = temperature === null ? `e^(${inner})` : `e^((${inner}) ÷ ${shown(temperature.decimal)})`;
      return { name: `e^${of}${subscript(i + 1)}`, made, figure };
    });
    const sum = this.#sum(name, terms, this.decimals + 2, this.#unlisted(rest), keep);
    return { sum, ...kept! };
  }

  /** Σ −pᵢ · log₂ pᵢ */
  entropy(name: string, values: readonly number[], rest: number): Figure {
    const terms = values.map((value, i) => {
      const p = figureOf(value, { decimals: this.decimals + 2, power: 0 });
      const { bits, product } = bitsOf(p, this.decimals + 2);
      return {
        name: `p${subscript(i + 1)} × −log₂ p${subscript(i + 1)}`,
        made: `${shown(p.decimal)} × ${shown(bits)}`,
        figure: product,
      };
    });
    return this.#sum(name, terms, this.decimals, this.#unlisted(rest));
  }

  times(name: string, a: Figure, b: Figure): Figure {
    return this.#step(name, `${shown(a.decimal)} × ${bracketed(b)}`, productOf(a, b, this.decimals + 2));
  }

  plus(name: string, a: Figure, b: Figure): Figure {
    return this.#step(name, `${shown(a.decimal)} + ${bracketed(b)}`, sumOf(a, b));
  }

  minus(name: string, a: Figure, b: Figure): Figure {
    return this.#step(name, `${shown(a.decimal)} − ${bracketed(b)}`, differenceOf(a, b));
  }

  divided(name: string, a: Figure, b: Figure, decimals = this.decimals): Figure {
    return this.#step(name, `${shown(a.decimal)} ÷ ${bracketed(b)}`, quotientOf(a, b, decimals));
  }

  /** a ÷ b of whole numbers, as a multiple of 10^−power. */
  part(name: string, a: Figure, b: Figure, power: number): Figure {
    const unit = 10n ** BigInt(power);
    const times = { ...a.decimal, units: a.decimal.units * unit };
    const figure = { ...quotientOf({ ...a, decimal: times }, b, this.decimals + 2), power };
    const made = `${shown(a.decimal)}${power === 0 ? '' : ` × ${unit}`} ÷ ${shown(b.decimal)}`;
    return this.#step(name, made, figure);
  }

  squareRoot(name: string, a: Figure): Figure {
    return this.#step(name, `√${shown(a.decimal)}`, rootOf(a, this.decimals + 2));
  }

  /** −ln of what is shown of a. */
  surprise(name: string, a: Figure): Figure {
    return this.#step(name, `−ln ${shown(a.decimal)}`, surpriseOf(a, this.decimals));
  }

  /** e^a ÷ 10^power, where a has been raised by the logarithm of the power. */
  exponential(name: string, a: Figure, power: number): Figure {
    return this.#step(name, `e^${bracketed(a)}`, exponentialOf(a, this.decimals + 2, power));
  }

  /** The larger of 0 and the number. */
  positive(name: string, a: Figure): Figure {
    return this.#step(name, `max(0, ${shown(a.decimal)})`, positiveOf(a));
  }

  /** The number itself, where it is a multiple of a power of ten. @param decimals that it is rounded to; absent: it is not */
  lowered(name: string, a: Figure, decimals?: number): Figure {
    if (a.power === 0) return a;
    const made = `${shown(a.decimal)} ÷ ${10n ** BigInt(a.power)}`;
    const figure = lowered(a);
    return this.#step(name, made, decimals === undefined ? figure : shortened(figure, decimals));
  }

  /** What was to be computed. @param machine the same number in the machine */
  result(name: string, found: Figure, machine: number): void {
    const figure = found.power > mostLowered ? found : this.lowered(name, found);
    const { decimal, power, radius } = figure;
    const inMachine = raised(machine, power);
    this.results.push({
      name: called(name, power),
      shown: shown(decimal),
      machine: inMachine,
      difference: Math.abs(numberOf(decimal) - inMachine),
      // Whole numbers are counted without rounding.
      bound: radius + (this.decimals === 0 ? 0 : Math.abs(inMachine) * machineRounding),
    });
  }

  #step(name: string, made: string, figure: Figure): Figure {
    this.#write('step', called(name, figure.power), made, figure);
    return figure;
  }

  #write(kind: SheetRow['kind'], name: string, made: string, { decimal }: Figure): void {
    this.rows.push({ kind, name, made, value: shown(decimal) });
  }

  /** @param always the term that is written out whatever its size */
  #sum(name: string, terms: readonly Term[], decimals: number, rest: Figure = nothing, always = -1): Figure {
    const written = largestOf(terms, this.#most, always);
    const listed = terms.filter((_, i) => written.has(i));
    this.#terms(listed);
    const left = terms.filter((_, i) => !written.has(i));
    if (left.length > 0 || rest !== nothing) {
      const decimal = left.reduce((sum, { figure }) => plus(sum, figure.decimal), rest.decimal);
      this.#write('given', '…', '', { ...rest, decimal });
    }
    const figures = [...terms.map(({ figure }) => figure), rest];
    const total = figures.reduce((sum, { decimal }) => plus(sum, decimal), nothing.decimal);
    const radius = figures.reduce((sum, figure) => sum + figure.radius, 0);
    const sizes = figures.reduce((sum, { decimal }) => sum + Math.abs(numberOf(decimal)), 0);
    const power = terms[0]?.figure.power ?? 0;
    const isExact = radius === 0 && total.decimals <= decimals;
    const lost = radius + (terms.length + 1) * machineRounding * sizes;
    const figure = isExact
      ? { decimal: rounded(total, decimals), power, radius: 0 }
      : shortened({ decimal: total, power, radius: lost }, decimals);
    this.#write('total', called(name, power), '', figure);
    return figure;
  }

  /** Where there are many, with a subtotal behind each group. */
  #terms(terms: readonly Term[]): void {
    for (let start = 0; start < terms.length; start += groupSize) {
      const group = terms.slice(start, start + groupSize);
      for (const { name, made, figure } of group) this.#write('term', name, made, figure);
      if (terms.length <= groupSize) continue;
      const decimal = group.reduce((sum, { figure }) => plus(sum, figure.decimal), nothing.decimal);
      this.#write('subtotal', `Σ${subscript(start / groupSize + 1)}`, '', { ...nothing, decimal });
    }
  }
}

/** One of many that are added up. */
interface Term {
  readonly name: string;
  readonly made: string;
  readonly figure: Figure;
}

/** The places of the largest terms. @param always the one that is among them whatever its size */
function largestOf(terms: readonly Term[], most: number, always: number): ReadonlySet<number> {
  const bySize = terms
    .map(({ figure }, i) => ({ i, size: i === always ? Infinity : Math.abs(numberOf(figure.decimal)) }))
    .sort((a, b) => b.size - a.size);
  return new Set(bySize.slice(0, most).map(({ i }) => i));
}

const subscripts = '₀₁₂₃₄₅₆₇₈₉';

function subscript(number: number): string {
  return String(number).replace(/\d/g, (digit) => subscripts[Number(digit)]!);
}
