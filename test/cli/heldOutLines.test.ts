import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseLines } from '../../extension/cli/heldOutLines.ts';

const line = fc
  .array(fc.constantFrom('const', ' ', 'value', '.', '(', ')', '🙂', '漢字', '  ', '='), { maxLength: 14 })
  .map((pieces) => pieces.join(''));
const document = fc
  .record({
    path: fc.uuid(),
    linesBefore: fc.nat({ max: 1_000 }),
    text: fc
      .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n'))
      .map(([lines, end]) => lines.join(end)),
  })
  .map(({ text, ...rest }) => ({ ...rest, text, bytes: Buffer.from(text), heldOut: true }));
const documents = fc.array(document, { maxLength: 8 });
const seed = fc.nat();

const longLines = ({ text }: { readonly text: string }): string[] =>
  text.split(/\r\n|\r|\n/).filter((content) => content.trim().length >= 20);

describe('the held-out lines that are shown', () => {
  it('are as many as are asked for or there are, none twice, one a document as far as that goes, and the same for the same seed', () => {
    fc.assert(
      fc.property(documents, seed, fc.nat({ max: 12 }), (all, s, count) => {
        const chosen = chooseLines(all, count, s);
        const eligible = all.map((one) => longLines(one).length).filter((lines) => lines > 0);
        const total = eligible.reduce((sum, lines) => sum + lines, 0);
        expect(chosen.length).toBe(Math.min(count, total));
        expect(new Set(chosen.map(({ name, line }) => `${name}:${line}`)).size).toBe(chosen.length);
        const first = chosen.slice(0, eligible.length);
        expect(new Set(first.map(({ name }) => name)).size).toBe(first.length);
        expect(chooseLines(all, count, s)).toEqual(chosen);
      }),
    );
  });

  it('are long enough lines of their document, cut past a third and between two characters, with something to come', () => {
    fc.assert(
      fc.property(documents, seed, (all, s) => {
        for (const { name, line: number, prefix, typed, rest } of chooseLines(all, 3, s)) {
          const { text, linesBefore } = all.find((one) => one.path === name)!;
          const content = text.split(/\r\n|\r|\n/)[number - 1 - linesBefore]!;
          expect(typed + rest).toBe(content.trim());
          expect(text.startsWith(prefix + rest)).toBe(true);
          expect(prefix.endsWith(typed)).toBe(true);
          expect(3 * typed.length).toBeGreaterThanOrEqual(typed.length + rest.length);
          expect(rest.length).toBeGreaterThan(0);
          expect(typed.isWellFormed() && rest.isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are cut at the first end of a word after a third', () => {
    const bytes = Buffer.from('\n    return someFunction(argument, 12);\n');
    const document = { path: 'a', linesBefore: 9, bytes, heldOut: true };
    const [cut] = chooseLines([document], 1, 1);
    expect(cut).toMatchObject({ line: 11, typed: 'return someFunction', rest: '(argument, 12);' });
  });

  it('differ between seeds', () => {
    const many = Array.from({ length: 20 }, (_, i) => ({
      path: `${i}`,
      linesBefore: 0,
      bytes: Buffer.from(`let value${i} = compute(value);`),
      heldOut: true,
    }));
    const picks = Array.from({ length: 20 }, (_, s) => chooseLines(many, 1, s)[0]!.name);
    expect(new Set(picks).size).toBeGreaterThan(5);
  });
});
