import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changesBetween } from '../../extension/webview/training/sampleDiff.ts';

const tokens = fc.array(fc.constantFrom('a', 'b', 'c', '\n'), { maxLength: 24 });

test('what is kept and gone is the sample before, what is kept and new the sample now', () => {
  fc.assert(
    fc.property(tokens, tokens, (before, now) => {
      const changes = changesBetween(before, now);
      const without = (kind: string): string[] =>
        changes.filter((change) => change.kind !== kind).map(({ bytes }) => bytes);
      expect(without('new')).toEqual(before);
      expect(without('gone')).toEqual(now);
    }),
  );
});

test('as much is kept as can be: all of what is the same, and a change in the middle alone', () => {
  expect(changesBetween(['a', 'b'], ['a', 'b']).every(({ kind }) => kind === 'kept')).toBe(true);
  expect(changesBetween(['if', '(', 'x', ')'], ['if', '(', 'total', ')'])).toEqual([
    { kind: 'kept', bytes: 'if' },
    { kind: 'kept', bytes: '(' },
    { kind: 'gone', bytes: 'x' },
    { kind: 'new', bytes: 'total' },
    { kind: 'kept', bytes: ')' },
  ]);
  expect(
    changesBetween(['x', 'a', 'b', 'c'], ['a', 'b', 'c', 'y']).filter(({ kind }) => kind === 'kept'),
  ).toHaveLength(3);
});
