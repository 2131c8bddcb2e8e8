import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NihiloError } from '../../extension/protocol/errors.ts';
import { controlNames } from '../../extension/tokenizer/bytePairTokenizer.ts';
import { type Tokenizer, tokenizerToJson, trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { referenceEncode, referenceMerges } from './referenceBytePairs.ts';
import { encodeUtf8, realFiles, text } from './samples.ts';

/** One character a byte. */
function tokenText(tokenizer: Tokenizer, id: number): string {
  return String.fromCharCode(...tokenizer.tokenBytes(id));
}

/** Few letters, so that pairs repeat, overlap and tie. */
const repetitive = fc
  .oneof(
    fc.array(fc.constantFrom('a', 'b', 'ab', 'ababab', 'aaa', ' ', '\n'), { maxLength: 80 }),
    fc.array(fc.constantFrom('a', 'b', 'c', 'abc', 'aab', ' ', '+', '+=', 'é'), { maxLength: 80 }),
  )
  .map((parts) => parts.join(''));
const documents = fc.array(fc.oneof(repetitive, text), { minLength: 1, maxLength: 4 });
const vocabSize = fc.integer({ min: 260, max: 300 });

test('merges are those of a naive trainer, on any documents', () => {
  fc.assert(
    fc.property(documents, vocabSize, (documents, vocabSize) => {
      const tokenizer = trainTokenizer(documents.map(encodeUtf8), vocabSize);
      const merges = tokenizer.merges.map(({ left, right }) => [
        tokenText(tokenizer, left),
        tokenText(tokenizer, right),
      ]);
      expect(merges).toEqual(referenceMerges(documents, vocabSize));
    }),
    { numRuns: 500 },
  );
});

test('text is encoded as by a naive encoder with these merges', () => {
  fc.assert(
    fc.property(documents, vocabSize, fc.oneof(repetitive, text), (documents, vocabSize, text) => {
      const tokenizer = trainTokenizer(documents.map(encodeUtf8), vocabSize);
      const tokens = Array.from(tokenizer.encode(encodeUtf8(text)), (id) => tokenText(tokenizer, id));
      expect(tokens).toEqual(referenceEncode(text, referenceMerges(documents, vocabSize)));
    }),
    { numRuns: 300 },
  );
});

test('an id is the rank of its token in the encoded training text, control tokens last', () => {
  fc.assert(
    fc.property(documents, vocabSize, (documents, vocabSize) => {
      expectMostFrequentFirst(documents.map(encodeUtf8), vocabSize);
    }),
  );
  expectMostFrequentFirst(realFiles, 2_048);
});

function expectMostFrequentFirst(documents: readonly Uint8Array[], vocabSize: number): void {
  const tokenizer = trainTokenizer(documents, vocabSize);
  const frequencies = Array.from({ length: tokenizer.endOfText }, () => 0);
  for (const document of documents) for (const id of tokenizer.encode(document)) frequencies[id]!++;
  expect(frequencies).toEqual(frequencies.toSorted((a, b) => b - a));
  expect(tokenizer.endOfText).toBe(tokenizer.vocabSize - controlNames.length);
}

test('every byte has a token, also when the training text lacks it', () => {
  const tokenizer = trainTokenizer([encodeUtf8('abc')], 260);
  const single = Array.from({ length: 256 }, (_, id) => tokenizer.tokenBytes(id)[0]);
  expect(single.sort((a, b) => a! - b!)).toEqual(Array.from({ length: 256 }, (_, byte) => byte));
});

test('the same documents give the same tokenizer, however they are handed over', () => {
  const file = tokenizerToJson(trainTokenizer(realFiles, 1_000));
  expect(tokenizerToJson(trainTokenizer(new Set(realFiles), 1_000))).toBe(file);
  expect(tokenizerToJson(trainTokenizer(realFiles.toReversed(), 1_000))).toBe(file);
});

test('enough text gives exactly the vocabulary asked for, less text a smaller one', () => {
  expect(trainTokenizer(realFiles, 2_048).vocabSize).toBe(2_048);
  expect(trainTokenizer([], 2_048).vocabSize).toBe(260);
  expect(trainTokenizer([encodeUtf8('abcabc abd')], 2_048).vocabSize).toBe(260 + ['ab', 'abc'].length);
});

test.each([259, 65_536, 1_000.5, NaN])('a vocabulary of %d is refused', (vocabSize) => {
  expect(() => trainTokenizer([], vocabSize)).toThrow(NihiloError);
});
