import type { Operands } from '../protocol/explanation.ts';
import { decimalsFor, type Writing, writingFor } from './figure.ts';
import type { Sheet } from './sheet.ts';

/** Of a probability that is nearly nothing, or nearly 1: four digits count of what it is, or of what it lacks. */
export function writingOfShare(p: number): Writing {
  const writing = writingFor([p]);
  return writing.power > 0
    ? writing
    : { ...writing, decimals: Math.max(writing.decimals, decimalsFor(1 - p)) };
}

/** Of a probability that is set against 1. */
export function writingBeside1(p: number): Writing {
  return { decimals: decimalsFor(1 - p), power: 0 };
}

/** Of the whole, whose parts have two decimals more. */
export function writingOfEntropy({ p, rest }: Operands['entropy']): Writing {
  const bits = (value: number): number => (value > 0 ? -value * Math.log2(value) : 0);
  return { decimals: decimalsFor(p.reduce((sum, value) => sum + bits(value), rest)), power: 0 };
}

/** p = d × 10^−k is as surprising as d and k times a 10th are. */
export function writeLoss(
  sheet: Sheet,
  { p }: Operands['loss'],
  [nats, bits]: readonly number[],
  [forP]: readonly Writing[],
): void {
  const { power } = forP!;
  const figure = sheet.given('p', p, forP);
  const ofDigits = sheet.surprise(power === 0 ? '−ln p' : `−ln (p × 10^${power})`, figure);
  const loss = power === 0 ? ofDigits : sheet.plus('−ln p', ofDigits, timesLnOf10(sheet, power));
  sheet.result('−ln p', loss, nats!);
  const ln2 = sheet.given('ln 2', Math.LN2, { decimals: sheet.decimals + 2, power: 0 });
  sheet.result('−log₂ p', sheet.divided('−log₂ p', loss, ln2), bits!);
}

/** What is divided by 10^power has its logarithm lowered by this. */
function timesLnOf10(sheet: Sheet, power: number): ReturnType<Sheet['times']> {
  const ln10 = sheet.given('ln 10', Math.LN10, { decimals: sheet.decimals + 4, power: 0 });
  return sheet.times('k × ln 10', ln10, sheet.exact('k', power, 0));
}

export function writeSoftmax(
  sheet: Sheet,
  { scores, index, temperature, rest }: Operands['softmax'],
  [share]: readonly number[],
): void {
  const most = sheet.given('m', Math.max(...scores));
  const T = temperature === 1 ? null : sheet.exact('T', temperature, 2);
  const { sum, z, power: kept } = sheet.exponentials('Σ', 'z', scores, most, T, rest, index);
  // What floating point takes for nothing is nothing here, too.
  const { power } = writingFor([share!]);
  if (power === 0) {
    sheet.result('p', sheet.divided('p', kept, sum, sheet.decimals + 2), share!);
    return;
  }
  // Of so small a power of e there are no digits left: it is raised before.
  const below = sheet.minus('z − m', z, most);
  const exponent = T === null ? below : sheet.divided('(z − m) ÷ T', below, T, sheet.decimals + 2);
  const raised = sheet.plus('x + k × ln 10', exponent, timesLnOf10(sheet, power));
  const raisedPower = sheet.exponential('e^x', raised, power);
  sheet.result('p', sheet.divided('p', raisedPower, sum, sheet.decimals + 2), share!);
}
