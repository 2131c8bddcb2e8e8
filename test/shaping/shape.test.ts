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

describe('a word that stands further out than the lines above it', () => {
  const dedentOf = (languageId: string, prefix: string, text: string): number => {
    const shown = shape(text, { languageId, prefix, suffix: '\n', insertSpaces: true, tabSize: 2 });
    return 'dedent' in shown ? shown.dedent : -1;
  };

  it.each([
    ['sql', 'select\n  case\n    when a then b\n    ', 'else c'],
    ['haskell', 'f x =\n  if x\n    then a\n    ', 'else b'],
  ])('is none where it belongs below the line above it (%s)', (languageId, prefix, text) => {
    expect(dedentOf(languageId, prefix, text)).toBe(0);
  });

  it.each([
    ['shellscript', 'run() {\n  if [ -d out ]; then\n    ls out\n    ', 'else'],
    ['lua', 'each(list, function(item)\n  print(item)\n  ', 'end)'],
  ])('is one within brackets, too, where a block is (%s)', (languageId, prefix, text) => {
    expect(dedentOf(languageId, prefix, text)).toBe(2);
  });
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
