import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tokenizerFromJson, tokenizerToJson, trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import {
  awkwardLines,
  bytes,
  decodeUtf8,
  encodeUtf8,
  invalidUtf8,
  linesOf,
  realFiles,
  text,
} from './samples.ts';

const tokenizer = tokenizerFromJson(tokenizerToJson(trainTokenizer(realFiles, 4_096)));
const oracle = new HuggingFaceTokenizer(JSON.parse(tokenizerToJson(tokenizer)) as object, {
  clean_up_tokenization_spaces: false,
});

function expectSame(text: string): void {
  const ids = Array.from(tokenizer.encode(encodeUtf8(text)));
  expect(ids, JSON.stringify(text)).toEqual(oracle.encode(text).ids);
}

test('Hugging Face encodes at least 1,000 different real lines identically, with LF and with CRLF', () => {
  const lines = new Set(realFiles.flatMap((file) => linesOf(decodeUtf8(file))));
  expect(lines.size).toBeGreaterThanOrEqual(1_000);
  for (const line of lines) {
    expectSame(line);
    expectSame(line.replace('\n', '\r\n'));
  }
});

test('Hugging Face encodes whole real files identically', () => {
  for (const file of realFiles) expectSame(decodeUtf8(file));
});

test('Hugging Face encodes tabs, emoji, Chinese, combining marks, odd spaces and long runs identically', () => {
  for (const line of awkwardLines) {
    expectSame(line);
    expectSame(`a${line}\n${line}1`);
  }
});

test('Hugging Face encodes any text identically', () => {
  fc.assert(fc.property(text, expectSame), { numRuns: 1_000 });
});

test('Hugging Face encodes what a decoder makes of any bytes identically', () => {
  fc.assert(
    fc.property(bytes, (bytes) => expectSame(decodeUtf8(bytes))),
    { numRuns: 1_000 },
  );
  for (const bytes of invalidUtf8) expectSame(decodeUtf8(bytes));
});

test('Hugging Face decodes our ids to the text', () => {
  for (const file of realFiles) {
    const text = decodeUtf8(file);
    expect(oracle.decode(Array.from(tokenizer.encode(encodeUtf8(text))))).toBe(text);
  }
});

test('Hugging Face knows the control tokens by our ids', () => {
  expect(oracle.encode(tokenizer.controls.join('')).ids).toEqual(
    tokenizer.controls.map((_, i) => tokenizer.endOfText + i),
  );
});
