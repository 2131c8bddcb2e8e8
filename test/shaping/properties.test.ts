import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Place, shape, type Shaped } from '../../extension/shaping/shape.ts';

const languageId = fc.constantFrom(
  'typescript',
  'python',
  'go',
  'rust',
  'html',
  'yaml',
  'shellscript',
  'plaintext',
  'no such language',
);

const brackets = ['(', ')', '[', ']', '{', '}'];
const pieces = [
  'name',
  'x',
  'else',
  'return ',
  ' ',
  '  ',
  '\t',
  '\n',
  '\n  ',
  ';',
  ',',
  ':',
  ' = ',
  ...brackets,
];
const signs = [
  '"',
  "'",
  '`',
  '${',
  '//',
  '#',
  '/*',
  '*/',
  '"""',
  '\\',
  '<b>',
  '</b>',
  '<!--',
  '-->',
  '日',
  '\r\n',
  '👍',
];

function texts(of: readonly string[], maxLength = 24): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...of), { maxLength }).map((parts) => parts.join(''));
}

/** Behind the cursor stands what editors put there, and lines below. */
function placeOf(of: readonly string[], closing: readonly string[]): fc.Arbitrary<Place> {
  return fc.record({
    languageId,
    prefix: texts(of),
    suffix: fc.tuple(texts(closing, 4), texts(of)).map(([rest, below]) => `${rest}\n${below}`),
    insertSpaces: fc.boolean(),
    tabSize: fc.constantFrom(2, 4, 8),
    indentSize: fc.constantFrom(2, 4, 8),
  });
}

/** What a person types who has an editor that closes brackets: what is proposed closes some of them, too. */
function autoClosed(
  of: readonly string[],
  opening: readonly string[],
): fc.Arbitrary<readonly [string, Place]> {
  const partners: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
  const opened = fc.array(fc.constantFrom(...opening), { minLength: 1, maxLength: 3 });
  const indented = texts(['x(', ' {', '\n  ', '\n    ', 'if a:', '\n']);
  const proposed = fc.tuple(texts(of, 4), fc.nat({ max: 4 }), texts(of, 4));
  return fc
    .tuple(placeOf(of, ['']), indented, opened, proposed)
    .map(([place, begun, opened, [inner, closes, tail]]) => {
      const closing = opened.map((sign) => partners[sign] ?? sign).reverse();
      const raw = inner + closing.slice(0, closes).join('') + tail;
      const [line, ...below] = place.suffix.split('\n');
      const suffix = [line + closing.join(''), ...below].join('\n');
      return [raw, { ...place, prefix: place.prefix + begun + opened.join(''), suffix }] as const;
    });
}

/** A line of nothing but indentation, and a text that may belong further out. */
function indentedLine(of: readonly string[]): fc.Arbitrary<readonly [string, Place]> {
  const begun = texts(['if a:', 'x {', '\n', '\n  ', '\n\t', '\n    '], 6);
  const raw = fc.tuple(fc.constantFrom('}', '} else', 'else:', ')', 'end', '</b>', '  x'), texts(of));
  return fc
    .tuple(placeOf(of, ['']), begun, fc.constantFrom('\n  ', '\n    ', '\n\t', '\n\t\t'), raw)
    .map(
      ([place, begun, indentation, raw]) =>
        [raw.join(''), { ...place, prefix: place.prefix + begun + indentation }] as const,
    );
}

const all = [...pieces, ...signs];
const anything = fc.oneof(
  fc.tuple(
    fc.oneof(texts(all), fc.string({ unit: 'binary' })),
    placeOf(all, [')', ']', '}', '"', "'", ';', ' ', '</b>', '*/']),
  ),
  autoClosed(all, ['(', '[', '{', '"', "'", '`']),
  indentedLine(all),
);
const bracketed = fc.oneof(
  fc.tuple(texts(pieces), placeOf(pieces, [')', ']', '}', ';', ' '])),
  autoClosed(pieces, ['(', '[', '{']),
  indentedLine(pieces),
);

function ifShown(raw: string, place: Place, claim: (shown: Shaped) => void): void {
  const shown = shape(raw, place);
  if (!('refused' in shown)) claim(shown);
}

function restOf({ suffix }: Place): string {
  return /^[^\r\n]*/.exec(suffix)![0];
}

/** Closing brackets that no opening one is left for. */
function unmatched(text: string): number {
  const open: string[] = [];
  let count = 0;
  for (const character of text) {
    const kind = brackets.indexOf(character);
    if (kind < 0) continue;
    if (kind % 2 === 0) open.push(character);
    else if (open.includes(brackets[kind - 1]!)) open.length = open.lastIndexOf(brackets[kind - 1]!);
    else count++;
  }
  return count;
}

/** Whether no bracket closes across one that the text opens itself: there, which ones are partners hangs on what stands before it. */
function isNested(text: string): boolean {
  const open: string[] = [];
  for (const character of text) {
    const kind = brackets.indexOf(character);
    if (kind >= 0 && kind % 2 === 0) open.push(character);
    else if (kind > 0 && open.length > 0 && open.pop() !== brackets[kind - 1]) return false;
  }
  return true;
}

describe('whatever is proposed', () => {
  it('shaping what is shown changes nothing', () => {
    fc.assert(
      fc.property(anything, ([raw, place]) => {
        ifShown(raw, place, (shown) => expect(shape(shown.text, place)).toEqual(shown));
      }),
      { numRuns: 3_000 },
    );
  });

  it('what is shown has at least four visible characters and no blanks at its end', () => {
    fc.assert(
      fc.property(anything, fc.boolean(), ([raw, place], cut) => {
        const shown = shape(raw, place, { cut });
        if ('refused' in shown) return;
        expect(shown.text).toBe(shown.text.trimEnd());
        expect([...shown.text.replaceAll(/\s/g, '')].length).toBeGreaterThanOrEqual(4);
      }),
      { numRuns: 2_000 },
    );
  });

  it('no more goes than the rest of the line, all of which comes again, and no more than indentation before it', () => {
    fc.assert(
      fc.property(anything, ([raw, place]) => {
        ifShown(raw, place, ({ text, replaced, dedent }) => {
          const rest = restOf(place);
          expect(replaced).toBeLessThanOrEqual(rest.length);
          let from = 0;
          for (const character of rest.slice(0, replaced))
            from = text.indexOf(character, from) + 1 || Infinity;
          expect(from).toBeLessThanOrEqual(text.length);
          const lineSoFar = /[^\r\n]*$/.exec(place.prefix)![0];
          if (dedent > 0) expect([lineSoFar.trim(), lineSoFar.length >= dedent]).toEqual(['', true]);
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it('no bracket loses its partner: not in the text, not before it, not behind it', () => {
    fc.assert(
      fc.property(bracketed, ([raw, { languageId, ...rest }]) => {
        fc.pre(isNested(rest.suffix));
        // Where brackets are no syntax, they are anybody's.
        const place = { ...rest, languageId: languageId === 'plaintext' ? 'go' : languageId };
        ifShown(raw, place, ({ text, replaced }) => {
          const { prefix, suffix } = place;
          expect(unmatched(prefix + text + suffix.slice(replaced))).toBeLessThanOrEqual(
            unmatched(prefix + suffix),
          );
        });
      }),
      { numRuns: 5_000 },
    );
  });
});
