import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { awkwardLines, decodeUtf8, encodeUtf8, realFiles } from './samples.ts';

const root = path.join(import.meta.dirname, '..', '..');
const read = (name: string): string => readFileSync(path.join(root, 'base', name), 'utf8');
const tokenizer = tokenizerFromJson(read('tokenizer.json'));
const theirs = new HuggingFaceTokenizer(
  JSON.parse(read('tokenizer.json')) as object,
  JSON.parse(read('tokenizer_config.json')) as object,
);

/** What is installed and what is ours; each language has at least one of them. */
const folders = ['assembly', 'distributed', 'extension', 'l10n', 'media', 'node_modules', 'test/tokenizer'];
const languages =
  '.cjs .css .cts .h .html .js .json .md .mjs .mts .ps1 .py .sh .svg .ts .tsx .xml .yml'.split(' ');
const perLanguageAndFolder = 3;
const [fewestBytes, mostBytes] = [200, 40_000];

/** The first by their names, of a size that says something: the same with the same packages. */
function filesOf(folder: string): Map<string, string[]> {
  const files = readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !file.includes('node_modules', path.join(root, folder).length));
  const chosen = new Map<string, string[]>(languages.map((language) => [language, []]));
  for (const file of files.sort()) {
    const own = chosen.get(path.extname(file));
    if (own === undefined || own.length === perLanguageAndFolder) continue;
    const { size } = statSync(file);
    if (size >= fewestBytes && size <= mostBytes) own.push(file);
  }
  return chosen;
}

const byFolder = folders.map(filesOf);

const controls = new RegExp(
  `(${tokenizer.controls.map((text) => text.replaceAll('|', String.raw`\|`)).join('|')})`,
);

/** Where a text spells a control token, Hugging Face takes it for one; to us it is text, since nobody's file may end another one. */
function expectSame(text: string, what: string): void {
  const ours = text.split(controls).flatMap((part) => {
    const control = tokenizer.controls.indexOf(part);
    return control < 0 ? Array.from(tokenizer.encode(encodeUtf8(part))) : [tokenizer.endOfText + control];
  });
  expect(ours, what).toEqual(theirs.encode(text).ids);
}

describe('the tokenizer of the base that ships', () => {
  it.each(languages)(
    'encodes real files *%s as Hugging Face does from the same tokenizer.json',
    (language) => {
      const files = byFolder.flatMap((chosen) => chosen.get(language)!);
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) expectSame(decodeUtf8(readFileSync(file)), path.relative(root, file));
    },
  );

  it('encodes real files in other scripts and awkward lines as Hugging Face does', () => {
    for (const [i, file] of realFiles.entries()) expectSame(decodeUtf8(file), `real file ${i}`);
    for (const line of awkwardLines) expectSame(line, JSON.stringify(line));
  });

  it('has the control tokens by Hugging Face’s ids, and never makes one of text', () => {
    const spelled = tokenizer.controls.join('');
    expect(theirs.encode(spelled).ids).toEqual(tokenizer.controls.map((_, i) => tokenizer.endOfText + i));
    expect(Math.max(...tokenizer.encode(encodeUtf8(spelled)))).toBeLessThan(tokenizer.endOfText);
  });
});
