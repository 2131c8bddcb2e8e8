import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayInsertBefore, shownText } from '../../extension/host/suggestion.ts';

describe('mayInsertBefore', () => {
  it.each(['', '  ', ')', ');', '"', "')", '})', '] = '.slice(0, 1), ' }'])(
    'lets text in before %j',
    (rest) => {
      expect(mayInsertBefore(rest)).toBe(true);
    },
  );

  it.each(['word', ' x', '(', '= 1', ') + y', '日'])('lets no text in before %j', (rest) => {
    expect(mayInsertBefore(rest)).toBe(false);
  });
});

describe('shownText', () => {
  it.each([
    // what the editor closed by itself is not closed twice
    ['name)', ')', 'name'],
    ['name);', ')', 'name);'],
    ['name);', ');', 'name'],
    ["value')", "')", 'value'],
    ['value;', ';', 'value'],
    ['f(x))', ')', 'f(x)'],
    // but what the text itself opens, it closes
    ['f(x)', ')', 'f(x)'],
    ["'abc'", "'", "'abc'"],
    ['{ a, b }', ' }', '{ a, b }'],
    ['[1, 2]', ']', '[1, 2]'],
    // white space at the end of a line is nothing to repeat
    ['return x', '  ', 'return x'],
  ])('shows of %j before %j the text %j', (completion, rest, shown) => {
    expect(shownText(completion, rest)).toBe(shown);
  });

  it('shows nothing of fewer than four visible characters', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('', ')', ');', '"'), (completion, rest) => {
        const shown = shownText(completion, rest);
        if (shown !== null) expect(shown.trim().length).toBeGreaterThanOrEqual(4);
        if (completion.trim().length < 4) expect(shown).toBeNull();
      }),
    );
    expect(shownText('abc ', '')).toBeNull();
    expect(shownText('abcd', '')).toBe('abcd');
  });

  it('is the completion, or the completion without an end that the line goes on with', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '(', ')', '"', ';', ' ') });
    const rest = fc.string({ unit: fc.constantFrom(')', '"', ';', ' '), maxLength: 3 });
    fc.assert(
      fc.property(text, rest, (completion, rest) => {
        const shown = shownText(completion, rest);
        if (shown === null) return;
        expect(completion.startsWith(shown)).toBe(true);
        expect(rest.startsWith(completion.slice(shown.length))).toBe(true);
      }),
    );
  });
});
