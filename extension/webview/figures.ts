/** Decimals of a shown probability: with its leading 0 it fits the display of a pocket calculator. */
export const probabilityDecimals = 6;

/**
 * The values with `decimals` decimals, rounded so that what is shown adds up exactly to the shown total, which is the
 * rounded true sum. Each differs from its value by less than one unit of the last decimal (largest-remainder method).
 * @param values ≥ 0
 */
export function roundedToTotal(
  values: readonly number[],
  decimals: number,
): { readonly shown: readonly string[]; readonly total: string } {
  const unit = 10 ** decimals;
  const units = values.map((value) => Math.floor(value * unit));
  const total = Math.round(values.reduce((sum, value) => sum + value, 0) * unit);
  const missing = total - units.reduce((sum, value) => sum + value, 0);
  const byRemainder = values
    .map((value, i) => ({ i, remainder: value * unit - units[i]! }))
    .sort((a, b) => b.remainder - a.remainder);
  for (const { i } of byRemainder.slice(0, missing)) units[i]! += 1;
  return { shown: units.map((value) => inDecimals(value, decimals)), total: inDecimals(total, decimals) };
}

function inDecimals(units: number, decimals: number): string {
  const digits = String(units).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

const wholeNumber = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function count(value: number): string {
  return wholeNumber.format(value);
}

/** Fixed decimals with a real minus sign, which has the width of the plus sign and is read as "minus". */
export function decimal(value: number, decimals: number): string {
  const digits = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(digits) !== 0 ? `−${digits}` : digits;
}

/** A probability in words: small ones keep the digits that count. */
export function likely(probability: number): string {
  return probability < 0.001 ? probability.toPrecision(2) : decimal(probability, 4);
}

/** Factors with four significant digits. */
export function factor(value: number): string {
  return value.toPrecision(4);
}

/** What a calculator makes of the factors as they are shown, to three digits. */
export function productShown(factors: readonly string[]): string {
  return factors.reduce((product, shown) => product * Number(shown), 1).toPrecision(3);
}

/** Said of what does not follow the temperature that is set. */
export function atOne(temperature: number): string {
  return temperature === 1 ? '' : ' (T = 1)';
}

/** So many digits, in powers of ten where the number is small. */
export function scientific(value: number, digits = 5): string {
  const isPlain = value === 0 || (Math.abs(value) >= 0.001 && Math.abs(value) < 10_000);
  const shown = isPlain ? String(Number(value.toPrecision(digits))) : value.toExponential(digits - 1);
  return shown.replaceAll('-', '−');
}

/** A learning rate: three significant digits, as 3.00e-4 where it is small. */
export function rate(value: number): string {
  return value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(2) : value.toPrecision(3);
}

/** "45 s", "3 min 20 s", "2 h 5 min": no more precise than an estimate deserves. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
