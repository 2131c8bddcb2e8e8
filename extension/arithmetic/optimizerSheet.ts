import type { AdamWStep, MuonStep } from '../protocol/optimizerStep.ts';
import type { Figure, Sheet } from './sheet.ts';

/** A step moves a weight by less than four decimals show. */
export const sixDecimals: readonly number[] = [0.001];

/** Gradients are small: they are written as multiples of this power of ten, which makes the largest one begin behind the point. */
export function powerOf(step: AdamWStep | MuonStep): number {
  const size = step.optimizer === 'adamw' ? Math.sqrt(step.second.before) : 0;
  const largest = Math.max(Math.abs(step.gradient * step.clip), Math.abs(step.first.before), size);
  return largest === 0 ? 0 : -1 - Math.floor(Math.log10(largest));
}

/** c × g × 10ᵏ */
function clipped(sheet: Sheet, { gradient, clip }: AdamWStep | MuonStep, power: number): Figure {
  const g = sheet.given(`g × 10^${power}`, gradient * 10 ** power);
  return clip === 1 ? g : sheet.times('c × g', g, sheet.given('c', clip));
}

/** share × a + (1 − share) × b */
function mixed(
  sheet: Sheet,
  names: readonly [string, string, string],
  share: number,
  a: Figure,
  b: Figure,
): Figure {
  const [kept, shareName, otherName] = names;
  const left = sheet.times(`${shareName} × ${kept}`, a, sheet.exact(shareName, share, 4));
  const right = sheet.times(
    `(1 − ${shareName}) × ${otherName}`,
    b,
    sheet.exact(`1 − ${shareName}`, 1 - share, 4),
  );
  return sheet.plus(`${kept}′`, left, right);
}

/** w − η × u − η × λ × w */
function moved(sheet: Sheet, { before, rate, decay }: AdamWStep | MuonStep, update: Figure): Figure {
  const w = sheet.given('w', before);
  const eta = sheet.given('η', rate);
  const along = sheet.times('η × u', update, eta);
  const fades = sheet.times('η × λ × w', sheet.times('λ × w', w, sheet.exact('λ', decay, 4)), eta);
  return sheet.minus('w′', sheet.minus('w − η × u', w, along), fades);
}

/** @param machine moments as multiples of the power of ten, then the weight */
export function writeAdamW(sheet: Sheet, step: AdamWStep, machine: readonly number[]): void {
  const { first, second, beta1, beta2, eps, steps } = step;
  const [m, v, w] = machine;
  const power = powerOf(step);
  const unit = 10 ** power;
  const g = clipped(sheet, step, power);
  const mean = mixed(sheet, ['m', 'β₁', 'g'], beta1, sheet.given(`m × 10^${power}`, first.before * unit), g);
  sheet.result(`m′ × 10^${power}`, mean, m!);
  const squares = sheet.given(`v × 10^${2 * power}`, second.before * unit * unit);
  const square = mixed(sheet, ['v', 'β₂', 'g²'], beta2, squares, sheet.times('g²', g, g));
  sheet.result(`v′ × 10^${2 * power}`, square, v!);
  const t = (steps ?? 0) + 1;
  const unbiasedMean = sheet.divided(
    'm′ ÷ (1 − β₁ᵗ)',
    mean,
    sheet.given('1 − β₁ᵗ', 1 - beta1 ** t),
    sheet.decimals + 2,
  );
  const unbiased = sheet.divided(
    'v′ ÷ (1 − β₂ᵗ)',
    square,
    sheet.given('1 − β₂ᵗ', 1 - beta2 ** t),
    sheet.decimals + 2,
  );
  const root = sheet.plus(
    '√ + ε',
    sheet.squareRoot('√', unbiased),
    sheet.given(`ε × 10^${power}`, eps * unit),
  );
  const update = sheet.divided('u', unbiasedMean, root, sheet.decimals + 2);
  sheet.result('w′', moved(sheet, step, update), w!);
}

/** @param machine the momentum as a multiple of the power of ten, then the weight */
export function writeMuon(sheet: Sheet, step: MuonStep, machine: readonly number[]): void {
  const { first, momentum, direction, scale } = step;
  const [m, w] = machine;
  const power = powerOf(step);
  const unit = 10 ** power;
  const g = clipped(sheet, step, power);
  const mean = mixed(
    sheet,
    ['m', 'μ', 'g'],
    momentum,
    sheet.given(`m × 10^${power}`, first.before * unit),
    g,
  );
  sheet.result(`m′ × 10^${power}`, mean, m!);
  const update = sheet.times('u', sheet.given('o', direction), sheet.given('s', scale));
  sheet.result('w′', moved(sheet, step, update), w!);
}
