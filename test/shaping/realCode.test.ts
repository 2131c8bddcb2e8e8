import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Place, shape } from '../../extension/shaping/shape.ts';

const root = path.join(import.meta.dirname, '..', '..');
const style = { insertSpaces: true, tabSize: 2, indentSize: 2 };

/** Places in this project's own sources: every so many characters, up to the end of the line. */
function* places(folder: string, ending: string, languageId: string, every: number) {
  const names = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((name) => name.endsWith(ending)).sort()) {
    const text = readFileSync(path.join(root, folder, name), 'utf8');
    for (let at = every; at < text.length; at += every) {
      const end = text.indexOf('\n', at);
      const rest = text.slice(at, end);
      const place: Place = { ...style, languageId, prefix: text.slice(0, at), suffix: text.slice(end) };
      if (end >= 0 && rest.replaceAll(/\s/g, '').length >= 4) yield { name, rest, place };
    }
  }
}

const sources = [
  ['extension', '.ts', 'typescript', 397],
  ['extension', '.tsx', 'typescriptreact', 97],
  ['extension', '.css', 'css', 31],
  ['distributed', '.py', 'python', 97],
  ['test/e2e/stallProbe', '.cjs', 'javascript', 7],
] as const;

describe('what really comes next in real code', () => {
  it.each(sources)(
    'is shown as it is in 995 of 1,000 places (%s, %s)',
    (folder, ending, languageId, every) => {
      const shown = Array.from(places(folder, ending, languageId, every), ({ rest, place }) => {
        const outcome = shape(rest, place);
        return (
          'text' in outcome && outcome.text === rest.trimEnd() && outcome.replaced + outcome.dedent === 0
        );
      });
      expect(shown.length).toBeGreaterThan(50);
      expect(shown.filter((same) => same).length).toBeGreaterThanOrEqual(0.995 * shown.length);
    },
  );

  it.each(sources)(
    'gives the same line where the editor has closed the brackets (%s, %s)',
    (folder, ending, languageId, every) => {
      let count = 0;
      for (const { name, rest, place } of places(folder, ending, languageId, every)) {
        const line = place.prefix.slice(place.prefix.lastIndexOf('\n') + 1);
        const closers = closersOf(rest);
        // Brackets in strings and comments are nothing that an editor closes.
        if (closers === '' || /["'`/#]/.test(line + rest)) continue;
        const outcome = shape(rest, { ...place, suffix: closers + place.suffix });
        if ('refused' in outcome) continue;
        count++;
        const { text, replaced } = outcome;
        expect([name, line + text + closers.slice(replaced)]).toEqual([name, (line + rest).trimEnd()]);
      }
      expect(count).toBeGreaterThan(languageId === 'css' ? 0 : 10);
    },
  );
});

/** The brackets that `rest` closes and does not open: what stands behind the cursor while they are not typed yet. */
function closersOf(rest: string): string {
  let depth = 0;
  let closers = '';
  for (const character of rest) {
    if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character) && --depth < 0) {
      closers += character;
      depth = 0;
    }
  }
  return closers;
}
