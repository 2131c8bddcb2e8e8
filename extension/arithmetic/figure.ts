import { type Decimal, decimalOf, dividedBy, numberOf, plus, rounded, shown, times } from './decimal.ts';

/** A number on the sheet, as a multiple of 10^−power, and how far at most the unrounded number behind it is away, as such a multiple, too. */
export interface Figure {
  readonly decimal: Decimal;
  readonly power: number;
  readonly radius: number;
}

/** How numbers are written: as multiples of 10^−power, with so many decimals. */
export interface Writing {
  readonly decimals: number;
  readonly power: number;
}

/** A list's largest number may begin with so many zeros behind the point; smaller ones are multiples of a power of ten. */
const mostZeros = 2;
/** More than this many decimals no pocket calculator shows. */
export const mostDecimals = 8;

/** Zeros behind the point before the number begins; negative for those from 1 on. @param value not 0 */
export function zerosOf(value: number): number {
  return -1 - Math.floor(Math.log10(Math.abs(value)));
}

/** As many as leave four digits that count, four at least. @param value 0 or more */
export function decimalsFor(value: number): number {
  return value <= 0 ? 4 : Math.min(mostDecimals, Math.max(4, 4 + zerosOf(value)));
}

/** Of numbers that are added up: the largest has four digits that count, or more; no number has more than six decimals. */
export function writingFor(values: readonly number[]): Writing {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const zeros = largest === 0 ? 0 : zerosOf(largest);
  return zeros > mostZeros
    ? { decimals: 4, power: zeros + 1 }
    : { decimals: Math.max(4, 4 + zeros), power: 0 };
}

/** Of two numbers: where one nearly takes the other away, what is left has digits that count, too. */
export function writingForSum(a: number, b: number): Writing {
  const writing = writingFor([a, b]);
  if (writing.power > 0) return writing;
  return { decimals: Math.max(writing.decimals, decimalsFor(Math.abs(a + b))), power: 0 };
}

/** What rounding may take off a sum of products, of the sum of their sizes. */
const mostLost = 0.005;

/**
 * Of Σ aᵢ · bᵢ: both lists and the sum. Where most numbers are much smaller than the largest, all have more decimals, so that what is shown
 * says how large the sum is.
 */
export function writingsForProduct(
  a: readonly number[],
  b: readonly number[],
): readonly [forA: Writing, forB: Writing, forSum: Writing] {
  const [short, other] = [writingFor(a), writingFor(b)];
  let [sizesOfA, sizesOfB, sizes, terms] = [0, 0, 0, 0];
  a.forEach((value, i) => {
    const [x, y] = [Math.abs(raised(value, short.power)), Math.abs(raised(b[i]!, other.power))];
    if (x === 0 || y === 0) return;
    sizesOfA += x;
    sizesOfB += y;
    sizes += x * y;
    terms += 1;
  });
  const more = ({ decimals, power }: Writing, by: number): Writing => ({ decimals: decimals + by, power });
  for (let extra = 0; ; extra++) {
    const [forA, forB] = [more(short, extra), more(other, extra)];
    const decimals = Math.min(mostDecimals, forA.decimals + other.decimals - 4);
    const lost =
      sizesOfA * halfUnit(forB.decimals) +
      sizesOfB * halfUnit(forA.decimals) +
      terms * halfUnit(decimals + 2);
    const isLongest = Math.max(forA.decimals, forB.decimals) >= mostDecimals;
    if (isLongest || lost + halfUnit(decimals) <= mostLost * sizes) {
      return [forA, forB, { decimals, power: forA.power + forB.power }];
    }
  }
}

/** A number of the machine, rounded to what is shown. */
export function figureOf(value: number, { decimals, power }: Writing): Figure {
  const radius = value === 0 ? 0 : halfUnit(decimals);
  return { decimal: decimalOf(raised(value, power), decimals), power, radius };
}

/** value × 10^power, of numbers near the least that there is, too. */
export function raised(value: number, power: number): number {
  return power > 300 ? value * 1e300 * 10 ** (power - 300) : value * 10 ** power;
}

function halfUnit(decimals: number): number {
  return 0.5 * 10 ** -decimals;
}

/** What the number is called with the power that it is a multiple of. */
export function called(name: string, power: number): string {
  return power === 0 ? name : `${name} × 10^${power}`;
}

/** A negative number that something stands before. */
export function bracketed({ decimal }: Figure): string {
  return decimal.units < 0n ? `(${shown(decimal)})` : shown(decimal);
}

/** Of two that are added up: nothing is a multiple of any power. */
function commonPower(a: Figure, b: Figure): number {
  if (isNothing(a)) return b.power;
  if (isNothing(b) || a.power === b.power) return a.power;
  throw new Error(`Expected multiples of one power of ten, got 10^−${a.power} and 10^−${b.power}.`);
}

function isNothing({ decimal, radius }: Figure): boolean {
  return decimal.units === 0n && radius === 0;
}

export function sumOf(a: Figure, b: Figure): Figure {
  const power = commonPower(a, b);
  return { decimal: plus(a.decimal, b.decimal), power, radius: a.radius + b.radius };
}

export function differenceOf(a: Figure, b: Figure): Figure {
  return sumOf(a, { ...b, decimal: { ...b.decimal, units: -b.decimal.units } });
}

export function productOf(a: Figure, b: Figure, decimals: number): Figure {
  const [x, y] = [Math.abs(numberOf(a.decimal)), Math.abs(numberOf(b.decimal))];
  const spread = x * b.radius + y * a.radius + a.radius * b.radius;
  return shortened(
    { decimal: times(a.decimal, b.decimal), power: a.power + b.power, radius: spread },
    decimals,
  );
}

/** @param b not nothing, nor possibly so */
export function quotientOf(a: Figure, b: Figure, decimals: number): Figure {
  const [x, y] = [numberOf(a.decimal), Math.abs(numberOf(b.decimal))];
  const spread = (a.radius + (Math.abs(x) / y) * b.radius) / Math.max(Number.MIN_VALUE, y - b.radius);
  const decimal = dividedBy(a.decimal, b.decimal, decimals);
  return { decimal, power: a.power - b.power, radius: spread + halfUnit(decimals) };
}

/** @param a a multiple of an even power */
export function rootOf(a: Figure, decimals: number): Figure {
  const value = Math.max(0, numberOf(a.decimal));
  const root = Math.sqrt(value);
  const spread = Math.max(
    root - Math.sqrt(Math.max(0, value - a.radius)),
    Math.sqrt(value + a.radius) - root,
  );
  return approximately(root, a.power / 2, decimals, spread);
}

/** −ln of what is shown, whatever power it is a multiple of. */
export function surpriseOf(a: Figure, decimals: number): Figure {
  const value = numberOf(a.decimal);
  const spread = Math.log(value) - Math.log(Math.max(Number.MIN_VALUE, value - a.radius));
  return approximately(-Math.log(value), 0, decimals, spread);
}

/** e^a as a multiple of the power that is told: a has been raised by its logarithm. */
export function exponentialOf(a: Figure, decimals: number, power = 0): Figure {
  const value = Math.exp(numberOf(a.decimal));
  return approximately(value, power, decimals, value * Math.expm1(a.radius));
}

/** p × −log₂ p, and the second factor as it is shown; of what is shown as 0 both are 0. */
export function bitsOf(p: Figure, decimals: number): { readonly bits: Decimal; readonly product: Figure } {
  const value = numberOf(p.decimal);
  const bits = decimalOf(value === 0 ? 0 : -Math.log2(value), decimals);
  const term = (x: number): number => (x <= 0 || x >= 1 ? 0 : -x * Math.log2(x));
  // The unrounded number is anywhere between these, and the term rises up to 1 ÷ e and falls behind it.
  const [from, to] = [Math.max(0, value - p.radius), value + p.radius];
  const ends = [from, to, ...(from < 1 / Math.E && to > 1 / Math.E ? [1 / Math.E] : [])];
  const spread = Math.max(...ends.map((end) => Math.abs(term(end) - term(value))));
  const radius = spread + value * halfUnit(decimals);
  return { bits, product: shortened({ decimal: times(p.decimal, bits), power: 0, radius }, decimals) };
}

/** With so many decimals. */
export function shortened({ decimal, power, radius }: Figure, decimals: number): Figure {
  const short = rounded(decimal, decimals);
  const most = Math.max(decimal.decimals, decimals);
  const isSame = rounded(short, most).units === rounded(decimal, most).units;
  return { decimal: short, power, radius: isSame ? radius : radius + halfUnit(decimals) };
}

/** The larger of 0 and the number. */
export function positiveOf({ decimal, power, radius }: Figure): Figure {
  if (decimal.units > 0n) return { decimal, power, radius };
  const left = Math.max(0, numberOf(decimal) + radius);
  return { decimal: { ...decimal, units: 0n }, power, radius: left };
}

/** The number itself: the point moves, and nothing is rounded. */
export function lowered({ decimal, power, radius }: Figure): Figure {
  const decimals = decimal.decimals + power;
  return { decimal: { units: decimal.units, decimals }, power: 0, radius: radius * 10 ** -power };
}

function approximately(value: number, power: number, decimals: number, spread: number): Figure {
  return { decimal: decimalOf(value, decimals), power, radius: spread + halfUnit(decimals) };
}
