import fc from 'fast-check';
import { expect, it } from 'vitest';
import { askedPlace } from '../../extension/host/askedPlace.ts';

it('takes a place as it was written, and nothing beside it', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1 }), fc.integer({ min: 1 }), (uri, line, column) => {
      expect(askedPlace({ uri, line, column, command: 'other' })).toEqual({ uri, line, column });
    }),
  );
});

it.each([
  ['nothing', undefined],
  ['null', null],
  ['a name', 'file:///a.ts'],
  ['a list', ['file:///a.ts', 1, 1]],
  ['no address', { line: 1, column: 1 }],
  ['an address that is none', { uri: { scheme: 'file' }, line: 1, column: 1 }],
  ['no column', { uri: 'file:///a.ts', line: 1 }],
  ['a line before the first', { uri: 'file:///a.ts', line: 0, column: 1 }],
  ['half a line', { uri: 'file:///a.ts', line: 1.5, column: 1 }],
  ['a line in letters', { uri: 'file:///a.ts', line: '1', column: 1 }],
  ['no number', { uri: 'file:///a.ts', line: 1, column: Number.NaN }],
  ['more lines than can be counted', { uri: 'file:///a.ts', line: 2 ** 53, column: 1 }],
])('is no place: %s', (_, argument) => {
  expect(askedPlace(argument)).toBeNull();
});
