import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findNearDuplicates } from '../../extension/corpus/similarity.ts';

/** Jaccard similarity by its definition, of identifiers as a regular expression finds them. */
function jaccard(a: string, b: string, told: (identifiers: string[]) => string[]): number {
  const [ours, theirs] = [a, b].map((text) => new Set(told(text.match(/(?<![\w$])[A-Za-z_$][\w$]*/g) ?? [])));
  const shared = [...ours!].filter((identifier) => theirs!.has(identifier)).length;
  return shared === 0 ? 0 : shared / (ours!.size + theirs!.size - shared);
}

function once(identifiers: string[]): string[] {
  return identifiers;
}

function each(identifiers: string[]): string[] {
  const counts = new Map<string, number>();
  return identifiers.map((identifier) => {
    const count = counts.get(identifier) ?? 0;
    counts.set(identifier, count + 1);
    return `${identifier} ${count}`;
  });
}

/** Few words, so that texts come close to one another; some that begin with a digit and are no identifiers. */
const word = fc.constantFrom('a', 'b', 'c', 'd', 'e', '$f', '_g', 'h1', 'if', 'return', '1', '2x', '0xff');
const text = fc
  .array(fc.tuple(word, fc.constantFrom(' ', '\n', '.', '(', '+', '"')), { maxLength: 14 })
  .map((parts) => parts.flat().join(''));

function encode(texts: readonly string[]): Uint8Array[] {
  return texts.map((text) => new TextEncoder().encode(text));
}

describe('findNearDuplicates', () => {
  it('finds the texts with a set similarity of 8/10 or a multiset similarity of 7/10, and no others', () => {
    const property = fc.property(
      fc.array(text, { maxLength: 6 }),
      fc.array(text, { maxLength: 6 }),
      (texts, others) => {
        const expected = texts.map((ours) =>
          others.some((theirs) => jaccard(ours, theirs, once) >= 0.8 || jaccard(ours, theirs, each) >= 0.7),
        );
        expect(findNearDuplicates(encode(texts), encode(others))).toEqual(expected);
      },
    );
    fc.assert(property, { numRuns: 2_000 });
  });

  it('takes exactly 8 of 10 different identifiers for nearly the same, and 15 of 19 for different', () => {
    const names = Array.from({ length: 20 }, (_, i) => `n${i}`);
    const similar = (ours: string[], theirs: string[]): boolean =>
      findNearDuplicates(encode([ours.join(' ')]), encode([theirs.join(' ')]))[0]!;
    expect(similar(names.slice(0, 8), names.slice(0, 10))).toBe(true);
    // Set similarity 15/19 = .789; the repetitions keep the multisets apart.
    const repeated = [...names.slice(0, 17), ...Array.from({ length: 30 }, () => names[0]!)];
    expect(similar(names.slice(2, 19), repeated)).toBe(false);
  });

  it('never finds a text without identifiers', () => {
    expect(findNearDuplicates(encode(['', '1 2 3', '+']), encode(['', '1 2 3', '+']))).toEqual([
      false,
      false,
      false,
    ]);
  });
});
