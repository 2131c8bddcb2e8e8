/**
 * Decimal numbers as a pocket calculator shows them: whole units of the last decimal, so that sums and products are exact and a result
 * is rounded where the sheet says so and nowhere else.
 */
export interface Decimal {
  readonly units: bigint;
  readonly decimals: number;
}

const ten = 10n;

function power(decimals: number): bigint {
  return ten ** BigInt(decimals);
}

/** Half away from zero, as taught at school. */
function dividedRounded(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n;
  const n = numerator < 0n ? -numerator : numerator;
  const d = denominator < 0n ? -denominator : denominator;
  const rounded = (2n * n + d) / (2n * d);
  return negative ? -rounded : rounded;
}

/** The number with so many decimals, rounded half away from zero. @param value finite */
export function decimalOf(value: number, decimals: number): Decimal {
  // Beyond 2⁵³ units a double has no halves to round by; such numbers do not occur on a sheet.
  const scaled = Math.abs(value) * 10 ** decimals;
  const units = BigInt(Math.floor(scaled + 0.5));
  return { units: value < 0 ? -units : units, decimals };
}

export function rounded({ units, decimals }: Decimal, to: number): Decimal {
  if (to >= decimals) return { units: units * power(to - decimals), decimals: to };
  return { units: dividedRounded(units, power(decimals - to)), decimals: to };
}

export function plus(a: Decimal, b: Decimal): Decimal {
  const decimals = Math.max(a.decimals, b.decimals);
  return { units: rounded(a, decimals).units + rounded(b, decimals).units, decimals };
}

export function times(a: Decimal, b: Decimal): Decimal {
  return { units: a.units * b.units, decimals: a.decimals + b.decimals };
}

/** a ÷ b with so many decimals. @param b not 0 */
export function dividedBy(a: Decimal, b: Decimal, decimals: number): Decimal {
  const numerator = a.units * power(decimals + b.decimals);
  return { units: dividedRounded(numerator, b.units * power(a.decimals)), decimals };
}

export function numberOf({ units, decimals }: Decimal): number {
  return Number(units) / 10 ** decimals;
}

/** With a real minus sign, which has the width of the plus sign and is read as "minus". */
export function shown({ units, decimals }: Decimal): string {
  const digits = String(units < 0n ? -units : units).padStart(decimals + 1, '0');
  const sign = units < 0n ? '−' : '';
  if (decimals === 0) return sign + digits;
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
