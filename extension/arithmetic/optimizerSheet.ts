import type { AdamWStep, MuonStep } from '../protocol/optimizerStep.ts';
import { type Figure, type Writing, zerosOf } from './figure.ts';
import type { Sheet } from './sheet.ts';

/** Numbers with six decimals: a step moves a weight by less than four show. */
export const sixDecimals = (): readonly Writing[] => [{ decimals: 6, power: 0 }];

/** Gradients are small: they are written as multiples of this power of ten, which makes the largest one begin behind the point. */
function powerOf(step: AdamWStep | MuonStep): number {
  const [size, eps] = step.optimizer === 'adamw' ? [Math.sqrt(step.second.before), step.eps] : [0, 0];
  const largest = Math.max(Math.abs(step.gradient * step.clip), Math.abs(step.first.before), size);
  // Where nothing pushes the weight, it is divided by ε alone.
  const decisive = largest === 0 ? eps : largest;
  return decisive === 0 ? 0 : Math.max(0, zerosOf(decisive));
}

/** c × g */
function clipped(sheet: Sheet, { gradient, clip }: AdamWStep | MuonStep, power: number): Figure {
  const g = sheet.given('g', gradient, { decimals: sheet.decimals, power });
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
  const fades = sheet.times('η × λ × w', sheet.times('λ × w', w, sheet.given('λ', decay)), eta);
  return sheet.minus('w′', sheet.minus('w − η × u', w, along), fades);
}

export function writeAdamW(sheet: Sheet, step: AdamWStep, machine: readonly number[]): void {
  const { first, second, beta1, beta2, eps, steps } = step;
  const [m, v, w] = machine;
  const { decimals } = sheet;
  const power = powerOf(step);
  const g = clipped(sheet, step, power);
  const before = sheet.given('m', first.before, { decimals, power });
  const mean = mixed(sheet, ['m', 'β₁', 'g'], beta1, before, g);
  sheet.result('m′', mean, m!);
  const squares = sheet.given('v', second.before, { decimals, power: 2 * power });
  const square = mixed(sheet, ['v', 'β₂', 'g²'], beta2, squares, sheet.times('g²', g, g));
  sheet.result('v′', square, v!);
  const t = (steps ?? 0) + 1;
  const meanShare = sheet.given('1 − β₁ᵗ', 1 - beta1 ** t);
  const unbiasedMean = sheet.divided('m′ ÷ (1 − β₁ᵗ)', mean, meanShare, decimals + 2);
  const squareShare = sheet.given('1 − β₂ᵗ', 1 - beta2 ** t);
  const unbiased = sheet.divided('v′ ÷ (1 − β₂ᵗ)', square, squareShare, decimals + 2);
  const root = sheet.squareRoot('√', unbiased);
  const divisor = sheet.plus('√ + ε', root, sheet.given('ε', eps, { decimals, power }));
  const update = sheet.divided('u', unbiasedMean, divisor, decimals + 2);
  sheet.result('w′', moved(sheet, step, update), w!);
}

export function writeMuon(sheet: Sheet, step: MuonStep, machine: readonly number[]): void {
  const { first, momentum, direction, scale } = step;
  const [m, w] = machine;
  const power = powerOf(step);
  const g = clipped(sheet, step, power);
  const before = sheet.given('m', first.before, { decimals: sheet.decimals, power });
  sheet.result('m′', mixed(sheet, ['m', 'μ', 'g'], momentum, before, g), m!);
  const update = sheet.times('u', sheet.given('o', direction), sheet.given('s', scale));
  sheet.result('w′', moved(sheet, step, update), w!);
}
