import fc from 'fast-check';
import { expect, it } from 'vitest';
import { suggestedTokens } from '../../extension/completion/suggestedTokens.ts';

const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const tokensOf = (...texts: readonly string[]) =>
  texts.map((bytes, id) => ({ id, bytes: latin1(bytes), logit: 0, probability: 0.5 }));

it('begin in the word that was being typed, whatever stands where', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '求', '🎉', ' ', '(') });
  fc.assert(
    fc.property(
      word,
      word,
      word.filter((text) => text !== ''),
      (before, typed, text) => {
        const found = suggestedTokens(before + typed, text, tokensOf(typed + text));
        expect(found).not.toBeNull();
        // Of several ways any tells where the tokens begin, and all of them stand before the cursor.
        const bytes = Buffer.from(before + typed, 'utf8').toString('latin1');
        expect(bytes.endsWith(latin1(typed + text).slice(0, found!.typed))).toBe(true);
        expect(
          latin1(typed + text)
            .slice(found!.typed)
            .startsWith(latin1(text)),
        ).toBe(true);
      },
    ),
  );
});

it('tell how much of them stands before the cursor, in bytes', () => {
  expect(suggestedTokens('const né', 'w = 1;', tokensOf(' néw', ' =', ' 1', ';'))?.typed).toBe(4);
  expect(suggestedTokens('return ', 'value;', tokensOf(' value', ';'))?.typed).toBe(1);
  expect(suggestedTokens('x = ', 'y;', tokensOf('y', ';'))?.typed).toBe(0);
});

it('may go on behind the end of the last line', () => {
  expect(suggestedTokens('go(', ');', tokensOf(');\n\n'))?.typed).toBe(0);
});

it('may be shown up to where others go another way, within the last', () => {
  expect(suggestedTokens('go(', 'it)', tokensOf('it', ');'))?.typed).toBe(0);
  expect(suggestedTokens('a', 'a', tokensOf('aab'))?.typed).toBe(1);
  expect(suggestedTokens('go(', 'it', tokensOf('it', ');'))).toBeNull();
});

it('are nobody’s where they don’t make the text', () => {
  expect(suggestedTokens('ab', 'cd', tokensOf('bd'))).toBeNull();
  expect(suggestedTokens('ab', 'cd', tokensOf('xcd'))).toBeNull();
});
