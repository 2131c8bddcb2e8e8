import { expect } from 'vitest';
import { sheetOf } from '../../extension/arithmetic/formulas.ts';
import { sheetText } from '../../extension/arithmetic/sheetText.ts';
import type { Explanation } from '../../extension/protocol/explanation.ts';
import { english } from '../../extension/webview/phrases/english.ts';
import { redo } from './redo.ts';

/** One result of a sheet that has been redone. */
export interface CheckedResult {
  readonly name: string;
  readonly machine: number;
  readonly bound: number;
  /** how large what was added up is, all signs taken off; 0 where nothing was. Of a short sheet: what of it is written out */
  readonly sizes: number;
}

/**
 * Redoes the sheet from its text alone, to the last digit: each result's machine number is the engine's, and no further from what is shown than
 * the bound says that is printed.
 */
export function checkSheet(explanation: Explanation, asked: unknown, mostTerms = Infinity): CheckedResult[] {
  const text = sheetText(sheetOf(explanation, mostTerms), english.sheetWords);
  const redone = redo(text);
  const where = (): string => `${JSON.stringify(asked)}\n${text}`;
  if (redone.length !== explanation.machine.length)
    expect(redone, where()).toHaveLength(explanation.machine.length);
  return redone.map(({ name, shown, machine, bound }, i) => {
    const power = Number(/ × 10\^(\d+)$/.exec(name)?.[1] ?? 0);
    const engine = explanation.machine[i]! * 10 ** power;
    // Of a multiple the last bit may be another one.
    if (!(Math.abs(machine - engine) <= (power === 0 ? 0 : 1e-15 * Math.abs(engine))))
      expect(machine, where()).toBe(engine);
    const difference = Math.abs(Number(shown.replace('−', '-')) - machine);
    if (!(difference <= bound)) expect(difference, where()).toBeLessThanOrEqual(bound);
    return { name, machine, bound, sizes: sizesIn(text) * 10 ** power };
  });
}

/** Σ |terms| of the sheet, or of the two that a step adds up, of the numbers themselves. */
function sizesIn(text: string): number {
  let [terms, largestStep] = [0, 0];
  const size = (shown: string, name: string): number => {
    const powers = [...name.matchAll(/10\^(\d+)/g)].reduce((sum, [, power]) => sum + Number(power), 0);
    return Number(shown.replaceAll(/[−()]/g, '')) * 10 ** -powers;
  };
  for (const line of text.split('\n')) {
    const [name, ...made] = line.split(' = ');
    if (made.length === 0 || /^subtotal|β/.test(name!)) continue;
    if (/[₀-₉]/.test(name!)) terms += size(made.at(-1)!, name!);
    const added = / [+−] /.test(made[0]!) && !made[0]!.startsWith('e') ? made[0]!.split(/ [+−] /) : [];
    largestStep = Math.max(largestStep, ...added.map((each) => size(each, name!)), 0);
  }
  return Math.max(terms, largestStep);
}
