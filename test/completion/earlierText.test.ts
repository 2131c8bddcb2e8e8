import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ServedIndex } from '../../extension/completion/servedIndex.ts';
import { heal } from '../../extension/tokenizer/healing.ts';
import { type Tokenizer, tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { compiled } from '../engine/compiled.ts';
import { builtIndexes } from '../indexing/builtIndexes.ts';
import { folderOfCode } from '../indexing/folderOfCode.ts';
import { uniform } from '../reference/random.ts';

const files = ['tokenizer/healing.ts', 'tokenizer/heap.ts', 'protocol/stages.ts', 'protocol/prediction.ts'];

let code: ReturnType<typeof folderOfCode>;
let served: ServedIndex;
let tokenizer: Tokenizer;
beforeAll(async () => {
  code = folderOfCode('tokenizer', 'protocol');
  const [index] = await builtIndexes(code.folder, null);
  served = new ServedIndex(compiled('baseline').module, index!);
  tokenizer = tokenizerFromJson(served.tokenizerJson);
});
afterAll(() => code.remove());

const textOf = (file: string): string => readFileSync(path.join(code.folder, file), 'utf8');

/** The text that a match says was found: the last tokens, or those before the word that is being typed. */
function matchedText(prefix: string, tokens: number, isTyped: boolean): string {
  const bytes = new TextEncoder().encode(prefix);
  const whole = tokenizer.encode(bytes);
  if (!isTyped) return new TextDecoder().decode(tokenizer.decode(whole.slice(whole.length - tokens)));
  const { ids } = heal(tokenizer, [...tokenizer.encode(bytes)], bytes, 0);
  return new TextDecoder().decode(tokenizer.decode(Uint16Array.from(ids.slice(ids.length - tokens))));
}

it('“seen before” names, 100 of 100 times, a file that has the same text, ending where the line that it names begins or goes on', () => {
  const next = uniform(11);
  let longest = 0;
  for (let i = 0; i < 100; i++) {
    const file = files[i % files.length]!;
    const whole = textOf(file);
    const from = Math.floor(next() * (whole.length / 2));
    // A piece of a file in a new one, at times behind something that stands nowhere.
    const isTyped = i % 4 < 2;
    const cut = from + 40 + Math.floor(next() * 400);
    // Half of a word is one that is typed: where nobody types, a text ends as the file has it.
    const piece = whole.slice(from, isTyped ? cut : whole.indexOf('\n', cut));
    const prefix = i % 2 === 0 ? piece : `zyxw.qvut(${i});\n${piece}`;
    const match = served.find(prefix, { name: `new${i}.ts`, suffix: '' }, isTyped);
    expect(match).not.toBeNull();
    const said = matchedText(prefix, match!.tokens, isTyped);
    if (!isTyped) expect(prefix.endsWith(said)).toBe(true);
    longest = Math.max(longest, said.length);
    expect(match!.places).toHaveLength(Math.min(5, match!.count));
    for (const { file, line } of match!.places) {
      const found = textOf(file);
      const linesOfEnds = [...occurrences(found, said)].map(
        (at) => found.slice(0, at + said.length).split('\n').length,
      );
      expect(linesOfEnds, `${file}:${line} ${JSON.stringify(said)}`).toContain(line);
    }
  }
  expect(longest, 'and not only a few characters of it').toBeGreaterThan(100);
});

it('text that stands nowhere is seen nowhere', () => {
  expect(served.find('', { name: 'empty.ts', suffix: '' }, false)).toBeNull();
});

function* occurrences(text: string, part: string): Generator<number> {
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) yield at;
}
