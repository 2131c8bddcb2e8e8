import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { syntaxOf } from '../../extension/shaping/languages.ts';
import { isProse, openBefore, placeKind, scan } from '../../extension/shaping/lexical.ts';

it.each([
  ['typescript', 'say("it', true],
  ['typescript', '// it', true],
  ['json', '{ "na', false],
  ['jsonc', '{ "name": "it', false],
  ['jsonc', '// it', true],
  ['json5', "{ name: 'it", false],
  ['yaml', 'name: "it', true],
] as const)('in %s words stand for people behind %j: %s', (languageId, prefix, expected) => {
  expect(isProse(prefix, languageId)).toBe(expected);
});

describe('placeKind', () => {
  it.each([
    ['typescript', "import { a } from '", 'string'],
    ['typescript', "import { a } from './a.ts';", 'code'],
    ['typescript', 'const a = `x ${', 'code'],
    ['typescript', 'const a = `x ${b} y', 'string'],
    ['typescript', 'const a = `x ${[`y`, "}"].join()} z`;', 'code'],
    ['typescript', '// it is', 'comment'],
    ['typescript', '// it is\n', 'code'],
    ['typescript', '/** it\n * is', 'comment'],
    ['typescript', '/** it */ ', 'code'],
    ['typescript', 'const quote = /["\'`]/g;\n', 'code'],
    ['typescript', 'const half = total / 2; const s = "a/b";', 'code'],
    ['typescript', "const unfinished = 'a\nconst next = ", 'code'],
    ['typescript', "const a = 'it\\'s ", 'string'],
    ['python', 'def f():\n    """It\n    isn\'t', 'string'],
    ['python', 'def f():\n    """It isn\'t."""\n    ', 'code'],
    ['python', "x = f'{a}' # it's", 'comment'],
    ['python', "x = '#'", 'code'],
    ['go', 'const a = `it\n', 'string'],
    ['go', "case '\"', '`':\n", 'code'],
    ['rust', "fn first<'a>(text: &'a str) -> &'a str {\n", 'code'],
    ['rust', "let quote = '\"';", 'code'],
    ['rust', 'let a = r#"a "quoted" text"#; ', 'code'],
    ['rust', 'let a = "two\nlines', 'string'],
    ['c', "char c = '\\''; ", 'code'],
    ['c', 'puts("it', 'string'],
    ['cpp', "int million = 1'000'000; ", 'code'],
    ['java', 'String a = """\n  it\'s\n', 'string'],
    ['html', "<p>It isn't", 'code'],
    ['html', '<a href="', 'string'],
    ['html', '<!-- it', 'comment'],
    ['php', "<p>It isn't", 'markup'],
    ['php', "<p>It isn't</p>\n<?php foo(", 'code'],
    ['php', '<?php if ($a): ?>\n  <a href="#">It isn\'t</a> <?= ', 'code'],
    ['php', "<?php endif; // it ?>\n<p>It isn't", 'markup'],
    ['php', "<?php\necho 'it", 'string'],
    ['php', '<?php // it', 'comment'],
    ['php', '<?php # it', 'comment'],
    ['php', '<?php #[Route(', 'code'],
    ['css', 'a { /* it', 'comment'],
    ['css', 'background: url(//example.org/', 'code'],
    ['yaml', "name: what's new", 'code'],
    ['yaml', 'color: a#b', 'code'],
    ['yaml', 'on: push # it', 'comment'],
    ['shellscript', 'echo ${#list[@]}', 'code'],
    ['shellscript', 'echo "$(cat ', 'code'],
    ['shellscript', 'echo "$(cat "a")', 'string'],
    ['sql', "select 'it''s' -- a", 'comment'],
    ['lua', '--[[ it\nis', 'comment'],
    ['plaintext', 'It isn\'t "quoted', 'code'],
    ['no such language', 'say "it', 'string'],
  ] as const)('in %s behind %j is %s', (languageId, prefix, kind) => {
    expect(placeKind(prefix, languageId)).toBe(kind);
  });

  it('is told from a text whose beginning is cut within a comment or a string of several lines', () => {
    const code = 'total += compute(value, {\n  key: "text",\n});\nreturn total;\n'.repeat(700);
    expect(placeKind(` * of a comment's\n */\n${code}`, 'typescript')).toBe('code');
    const python = 'total = compute(\n    value,\n)\nif total:\n    values = [total]\n';
    const documented = `def f():\n    """It isn't."""\n${python}`.repeat(400);
    expect(placeKind(`the end of a docstring\n"""\n${documented}`, 'python')).toBe('code');
    expect(placeKind(`the end of a docstring\n"""\n${documented}"""This`, 'python')).toBe('string');
    expect(placeKind(documented, 'python')).toBe('code');
  });

  it('is code at the end of every line of this folder that is not a comment or within a template', () => {
    for (const file of [
      'shape.ts',
      'place.ts',
      'brackets.ts',
      'scope.ts',
      'edges.ts',
      'overlap.ts',
      'indentation.ts',
    ]) {
      const source = readFileSync(new URL(`../../extension/shaping/${file}`, import.meta.url), 'utf8');
      let end = 0;
      for (const line of source.split('\n')) {
        end += line.length;
        const expected = /^\s*(\/\/|\/?\*)/.test(line) && !line.endsWith('*/') ? 'comment' : 'code';
        expect([file, line, placeKind(source.slice(0, end), 'typescript')]).toEqual([file, line, expected]);
        end++;
      }
    }
  });

  it('throws at no text', () => {
    const languages = fc.constantFrom('typescript', 'python', 'rust', 'html', 'shellscript', 'toString');
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('`', '${', '}', '"""', "'", '<', 'a', '>', '/', '*', '\n', '\\') }),
    );
    fc.assert(
      fc.property(text, languages, (prefix, languageId) => {
        expect(['code', 'string', 'comment', 'markup']).toContain(placeKind(prefix, languageId));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('what is open behind a text', () => {
  const syntax = syntaxOf('typescript');
  const forget = (): void => void openBefore('forgotten\n', syntaxOf('python'));

  it('is the same whatever was looked at before', () => {
    const text = fc.string({
      unit: fc.constantFrom('`', '${', '}', "'", '(', ')', 'a', '/*', '*/', '//', '\n', '\n', '\\', ';'),
      maxLength: 60,
    });
    const long = 'total += compute(value, {\n  key: "text",\n});\n'.repeat(800);
    fc.assert(
      fc.property(text, text, fc.constantFrom('', long), (one, other, before) => {
        forget();
        const fresh = openBefore(before + one + other, syntax);
        forget();
        openBefore(before + one, syntax);
        expect(openBefore(before + one + other, syntax)).toEqual(fresh);
        openBefore(before + other, syntax);
        expect(openBefore(before + one + other, syntax)).toEqual(fresh);
      }),
    );
  });

  it('takes one look at a line, however much is typed behind it', () => {
    const source = readFileSync(new URL('../../extension/shaping/lexical.ts', import.meta.url), 'utf8');
    const exec = vi.spyOn(RegExp.prototype, 'exec');
    const looks = (prefix: string): number => {
      exec.mockClear();
      openBefore(prefix, syntax);
      return exec.mock.calls.length;
    };
    forget();
    const first = looks(source);
    expect(first).toBeGreaterThan(1_000);
    expect(looks(`${source}const a`)).toBeLessThan(10);
    expect(looks(`${source}const a = (\n  b`)).toBeLessThan(10);
    forget();
    const cut = source.repeat(4).slice(-40_000);
    expect(looks(cut)).toBeGreaterThan(1_000);
    expect(looks(`${cut};`)).toBeLessThan(60);
    exec.mockRestore();
  });

  it.each([
    ['the cursor stands on', ''],
    ['stands above it', '\n'],
  ])(
    'takes a few looks at each character of a long line that %s, whose signs have its indentation',
    (_, end) => {
      const line = `  ${'(a, '.repeat(8_000)}${end}`;
      const { indexOf, lastIndexOf, slice } = String.prototype;
      let characters = 0;
      const spies = [
        vi.spyOn(String.prototype, 'indexOf').mockImplementation(function (this: string, sign, from = 0) {
          const found = indexOf.call(this, sign, from);
          characters += (found < 0 ? this.length : found) - from;
          return found;
        }),
        vi.spyOn(String.prototype, 'lastIndexOf').mockImplementation(function (this: string, sign, from) {
          const found = lastIndexOf.call(this, sign, from);
          characters += (from ?? this.length) - found;
          return found;
        }),
        vi.spyOn(String.prototype, 'slice').mockImplementation(function (this: string, from, to) {
          const part = slice.call(this, from, to);
          characters += part.length;
          return part;
        }),
      ];
      try {
        forget();
        openBefore(line, syntax);
      } finally {
        for (const spy of spies) spy.mockRestore();
      }
      // Of each beginning that it may have, a few times.
      expect(characters).toBeLessThan(10 * line.length);
      expect(new Set(scan(line, syntax).open.map(({ indentation }) => indentation))).toEqual(new Set(['  ']));
    },
  );
});
