import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import { mostThreads } from '../training/threads.ts';

interface NumberRange {
  readonly whole: boolean;
  readonly least: number;
  readonly most: number;
}

/**
 * Reads an option's value as a number.
 * @returns a function that throws NihiloError argumentInvalid for what is no number within the range
 */
export function numberWithin(option: string, range: NumberRange): (text: string) => number {
  return (text) => {
    const value = decimal.test(text) ? Number(text) : NaN;
    if (value >= range.least && value <= range.most && (!range.whole || Number.isInteger(value)))
      return value;
    throw new NihiloError('argumentInvalid', say`${option} should be ${describe(range)} and is '${text}'.`);
  };
}

/** `Number` alone would take '', '0x10' and 'Infinity'. */
const decimal = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function describe({ whole, least, most }: NumberRange): string {
  const kind = whole ? 'a whole number' : 'a number';
  const from = least === Number.MIN_VALUE ? 'above 0' : `from ${least}`;
  return most >= Number.MAX_SAFE_INTEGER ? `${kind} ${from}` : `${kind} ${from} to ${most}`;
}

/** @returns a function that throws NihiloError argumentInvalid for what is none of the names */
export function oneOf<Name extends string>(option: string, names: readonly Name[]): (text: string) => Name {
  return (text) => {
    const found = names.find((name) => name === text);
    if (found !== undefined) return found;
    throw new NihiloError(
      'argumentInvalid',
      say`${option} should be one of ${names.join(', ')} and is '${text}'.`,
    );
  };
}

export const count = { whole: true, least: 1, most: Number.MAX_SAFE_INTEGER };
export const threadRange = { ...count, most: mostThreads };
export const positive = { whole: false, least: Number.MIN_VALUE, most: Number.MAX_VALUE };
export const canaries = { whole: true, least: 0, most: 1_000 };
export const seedRange = { whole: true, least: 0, most: 2 ** 32 - 1 };

export const calls = 'teach the model to ask its application for names that it cannot know';
export const reproducible = 'baseline SIMD: the same bits on every machine, and slower';
export const oneObject = 'print one JSON object on stdout and nothing else';
