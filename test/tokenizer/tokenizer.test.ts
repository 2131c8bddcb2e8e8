import fc from 'fast-check';
import { expect, test } from 'vitest';
import { controlNames } from '../../extension/tokenizer/bytePairTokenizer.ts';
import { tokenizerFromJson, tokenizerToJson, trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { referenceEncode } from './referenceBytePairs.ts';
import { awkwardLines, bytes, encodeUtf8, invalidUtf8, realFiles } from './samples.ts';

const tokenizer = trainTokenizer(realFiles, 2_048);

test('any bytes come back as they were', () => {
  fc.assert(
    fc.property(bytes, (bytes) => {
      expectBack(bytes);
    }),
    { numRuns: 2_000 },
  );
  for (const bytes of [...realFiles, ...invalidUtf8, ...awkwardLines.map(encodeUtf8)]) {
    expectBack(bytes);
  }
});

function expectBack(bytes: Uint8Array): void {
  expect(isSame(tokenizer.decode(tokenizer.encode(bytes)), bytes)).toBe(true);
}

/** For long arrays, which `toEqual` takes seconds to compare. */
function isSame(a: Uint8Array | Uint16Array, b: Uint8Array | Uint16Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

test('the names of the control tokens are encoded as ordinary text', () => {
  const text = encodeUtf8(`a${controlNames.join('b')}c`);
  const ids = tokenizer.encode(text);
  expect(Math.max(...ids)).toBeLessThan(tokenizer.endOfText);
  expect(tokenizer.decode(ids)).toEqual(text);
});

test('control tokens, end of text first, are the last of the vocabulary and have no bytes', () => {
  const ids = controlNames.map((_, i) => tokenizer.endOfText + i);
  expect(ids.at(-1)).toBe(tokenizer.vocabSize - 1);
  expect(tokenizer.decode(ids)).toHaveLength(0);
});

test('each merge makes its token out of the bytes of two others', () => {
  for (const { left, right, merged } of tokenizer.merges) {
    expect(tokenizer.tokenBytes(merged)).toEqual(tokenizer.decode([left, right]));
  }
  expect(tokenizer.merges).toHaveLength(tokenizer.vocabSize - 260);
});

test('what was encoded before changes nothing, also when more different words came than are remembered', () => {
  const words = Array.from({ length: 70_000 }, (_, i) => wordOf(i));
  expectBack(encodeUtf8(words.join('+')));
  for (const bytes of realFiles) {
    const fresh = tokenizerFromJson(tokenizerToJson(tokenizer));
    expect(isSame(tokenizer.encode(bytes), fresh.encode(bytes))).toBe(true);
  }
});

/** A different word of letters for each number. */
function wordOf(number: number): string {
  return Array.from(number.toString(26), (digit) =>
    String.fromCharCode(97 + Number.parseInt(digit, 26)),
  ).join('');
}

test('a quarter of a megabyte without a break is encoded as the merges say', () => {
  const piece = 'export_default_function_';
  const merges = tokenizer.merges.map(({ left, right }) => [tokenText(left), tokenText(right)] as const);
  // Long enough for what happens in the middle not to depend on the ends.
  const ids = tokenizer.encode(encodeUtf8(piece.repeat(11_000)));
  const short = referenceEncode(piece.repeat(40), merges);
  expect(Array.from(ids.subarray(0, short.length / 2), (id) => tokenText(id))).toEqual(
    short.slice(0, short.length / 2),
  );
  expectBack(encodeUtf8(piece.repeat(11_000)));
});

/** One character a byte. */
function tokenText(id: number): string {
  return String.fromCharCode(...tokenizer.tokenBytes(id));
}

test('a prefix that ends where a pre-token ends is encoded as the beginning of the whole', () => {
  for (const bytes of realFiles) {
    const end = bytes.lastIndexOf(0x0a, bytes.length / 2);
    const prefix = tokenizer.encode(bytes.subarray(0, end));
    expect(isSame(tokenizer.encode(bytes).subarray(0, prefix.length), prefix)).toBe(true);
  }
});
