import { describe, expect, it } from 'vitest';
import { mayInsertAt, shape } from '../../extension/shaping/shape.ts';
import { goldenFiles } from './goldenFile.ts';

describe('shape', () => {
  for (const [file, cases] of goldenFiles()) {
    describe(file, () => {
      it.each(cases)('$title', ({ place, proposed, cut, expected }) => {
        expect(shape(proposed, place, { cut })).toEqual(expected);
      });

      it('has at least eight cases', () => {
        expect(cases.length).toBeGreaterThanOrEqual(8);
      });
    });
  }
});

describe('mayInsertAt', () => {
  const before = (restOfLine: string): boolean =>
    mayInsertAt({ prefix: '', suffix: `${restOfLine}\nnext line` });

  it.each(['', '  ', ')', ');', '"', "')", '})', ']', ' }', '</div>', '</a></li>', ' */', ' -->', ')\r'])(
    'lets text in before %j',
    (rest) => {
      expect(before(rest)).toBe(true);
    },
  );

  it.each(['word', ' x', '(', '= 1', ') + y', '日', '<div>', '*'])('lets no text in before %j', (rest) => {
    expect(before(rest)).toBe(false);
  });
});
