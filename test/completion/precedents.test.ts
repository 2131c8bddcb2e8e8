import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ServedIndex } from '../../extension/completion/servedIndex.ts';
import { type Tokenizer, tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { compiled } from '../engine/compiled.ts';
import { builtIndexes } from '../indexing/builtIndexes.ts';
import { folderOfCode } from '../indexing/folderOfCode.ts';
import { uniform } from '../reference/random.ts';

let code: ReturnType<typeof folderOfCode>;
let served: ServedIndex;
let tokenizer: Tokenizer;
/** every identifier of the folder, by a search of its own */
let words: Set<string>;
let whole: string;
beforeAll(async () => {
  code = folderOfCode('tokenizer', 'protocol');
  const [index] = await builtIndexes(code.folder, null);
  served = new ServedIndex(compiled('baseline').module, index!);
  tokenizer = tokenizerFromJson(served.tokenizerJson);
  whole = index!.files
    .map(({ path: file }) => readFileSync(path.join(code.folder, file), 'utf8'))
    .join('\n\n');
  words = new Set(whole.match(/(?<![\w\u0080-\uffff])[A-Za-z_]\w*(?![\w\u0080-\uffff])/g));
});
afterAll(() => code.remove());

const open = { name: 'new.ts', suffix: '' };

it('knows a word exactly where a file has it as a whole, wherever it stands in the line', () => {
  const next = uniform(3);
  const all = [...words];
  expect(all.length).toBeGreaterThan(300);
  const beginnings = ['', ' ', '.', '(', '\n', '\t', '"', '!'];
  for (let i = 0; i < 400; i++) {
    const word = all[Math.floor(next() * all.length)]!;
    // A part of it, or more than it, is another word, which may stand there, too.
    const cut = word.slice(0, 1 + Math.floor(next() * word.length));
    const changed = [word, cut, `${word}Q`, `x${word}`, `${cut}_1`][i % 5]!;
    const before = `zyxw();${beginnings[i % beginnings.length]}`;
    const told = served.precedent(before, open, `${changed};`);
    expect(told, changed).toMatchObject({ word: changed, isKnown: words.has(changed) });
  }
});

it('the word that is gone on with counts as a whole, and one of the open document is known', () => {
  const word = 'preTokenEnd';
  expect(words).toContain(word);
  for (let typed = 1; typed < word.length; typed++) {
    const told = served.precedent(`q.${word.slice(0, typed)}`, open, `${word.slice(typed)}(`);
    expect(told).toMatchObject({ word, isKnown: true });
  }
  const unknown = (prefix: string, suffix: string): boolean =>
    !served.precedent(prefix, { name: 'new.ts', suffix }, 'qwertyuiop').isKnown;
  expect(unknown('let a = ', '')).toBe(true);
  expect(unknown('let qwertyuiopa = ', ' aqwertyuiop\n aqwertyuiop')).toBe(true);
  expect(unknown('let qwertyuiop = ', '')).toBe(false);
  expect(unknown('let a = ', '\n// qwertyuiop')).toBe(false);
  // What stands behind the place on its line is what is predicted.
  expect(unknown('let a = ', 'qwertyuiop;\n')).toBe(true);
});

it('signs and numbers are no words, and a word of another file that is open counts for nothing', () => {
  expect(served.precedent('a', open, ' += 1').word).toBe(null);
  expect(served.precedent('a', open, '();')).toMatchObject({ word: null, isKnown: true });
  const file = 'tokenizer/preTokens.ts';
  const only = 'preTokenPattern';
  const others = readFileSync(path.join(code.folder, file), 'utf8');
  expect(others).toContain(only);
  const elsewhere = whole.split(only).length - others.split(only).length;
  const told = served.precedent('a = ', { name: file, suffix: '' }, only);
  expect(told.isKnown).toBe(elsewhere > 0);
});

it('tells how many tokens stand elsewhere just so, up to the end of the word', () => {
  const next = uniform(8);
  let longest = 0;
  for (let i = 0; i < 60; i++) {
    const at = Math.floor(next() * (whole.length - 400));
    const prefix = `${i % 2 === 0 ? 'zyxw!\n' : ''}${whole.slice(at, at + 60 + Math.floor(next() * 200))}`;
    const coming = whole.slice(at + prefix.length - (i % 2 === 0 ? 6 : 0)).slice(0, 30);
    const { tokens } = served.precedent(prefix, open, coming);
    const end = /^\W*\w*/.exec(coming)![0].length;
    const ids = tokenizer.encode(new TextEncoder().encode(prefix + coming.slice(0, end)));
    const said = (count: number): string =>
      new TextDecoder().decode(tokenizer.decode(ids.slice(ids.length - count)));
    if (tokens > 0) expect(whole).toContain(said(tokens));
    longest = Math.max(longest, tokens);
  }
  expect(longest).toBeGreaterThan(20);
  expect(served.precedent('~`~`', open, '^~^~').tokens).toBeLessThan(3);
});
