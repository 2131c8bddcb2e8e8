import { expect, it } from 'vitest';
import { sheetOf } from '../../extension/arithmetic/formulas.ts';
import { sheetText } from '../../extension/arithmetic/sheetText.ts';
import { english } from '../../extension/webview/phrases/english.ts';
import { replayMerges } from '../../extension/inspection/mergeReplay.ts';
import { countsIn } from '../../extension/inspection/vocabulary.ts';
import { Tokenizer, trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { redo } from '../arithmetic/redo.ts';
import { realCode } from '../engine/tinyModel.ts';
import { joinedAtEachMerge } from '../tokenizer/referenceBytePairs.ts';

const documents = realCode().slice(0, 3);
const tokenizer = trainTokenizer(documents, 700);
const ids = documents.flatMap((document) => [...tokenizer.encode(document)]);
const counts = countsIn(ids, tokenizer.vocabSize);

it('counts of merges are those of joining the pairs of all of the text, one merge after the other', () => {
  const latin1 = (id: number): string => Buffer.from(tokenizer.tokenBytes(id)).toString('latin1');
  const pairs = tokenizer.merges.map(({ left, right }) => [latin1(left), latin1(right)] as const);
  const joined = joinedAtEachMerge(
    documents.map((document) => Buffer.from(document).toString('utf8')),
    pairs,
  );
  const seen = new Set<number>();
  for (const id of new Set(ids)) {
    for (const { merge, count } of replayMerges(tokenizer, id, counts).steps) {
      if (merge === null) continue;
      expect(count!.total, pairs[merge - 1]!.join('|')).toBe(joined[merge - 1]);
      seen.add(merge);
    }
  }
  expect(seen.size).toBe(tokenizer.merges.length);
});

it('a count is the sum of what its sheet shows: of the 50 tokens that count for most, and of all others', () => {
  const all = realCode();
  const tokenizer = trainTokenizer(all, 3_000);
  const ids = all.flatMap((document) => [...tokenizer.encode(document)]);
  const counts = countsIn(ids, tokenizer.vocabSize);
  const steps = [...new Set(ids.slice(0, 2_000))].flatMap((id) => replayMerges(tokenizer, id, counts).steps);
  const joined = steps.flatMap(({ count }) => (count === null ? [] : [count]));
  // Of a merge that stands in many tokens some are not written out.
  expect(joined.some(({ rest, terms }) => rest > 0 && terms.length === 50)).toBe(true);
  for (const { total, terms, rest } of joined) {
    const operands = {
      tokens: terms.map((_, i) => `t${i}`),
      times: terms.map(({ times }) => times),
      counts: terms.map(({ count }) => count),
      rest,
    };
    for (const mostTerms of [Infinity, 8]) {
      const sheet = sheetOf({ formula: 'mergeCount', operands, machine: [total] }, mostTerms);
      expect(redo(sheetText(sheet, english.sheetWords))).toMatchObject([
        { shown: String(total), difference: 0 },
      ]);
    }
  }
});

it('without a count of the workspace there are merges all the same', () => {
  const id = ids.find((id) => tokenizer.tokenBytes(id).length > 2)!;
  const { steps } = replayMerges(tokenizer, id, null);
  expect(steps.length).toBeGreaterThan(1);
  expect(steps.every(({ count }) => count === null)).toBe(true);
});

it('however long the tokens of a vocabulary are, the answer has room in a message', () => {
  // Every token twice as long as the one before, of bytes that take six characters each in a message.
  const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  const doubled = Array.from({ length: 20 }, (_, i) => new Uint8Array(2 ** (i + 1)).fill(1));
  // Beside them 300 tokens of one more byte each.
  const ones = Array.from({ length: 300 }, (_, i) =>
    Uint8Array.of(...doubled[6]!, 2, ...new Uint8Array(i).fill(3)),
  );
  const firstOne = bytes.length + doubled.length;
  const merges = [
    ...doubled.map((_, i) => {
      const part = i === 0 ? 1 : bytes.length + i - 1;
      return { left: part, right: part, merged: bytes.length + i };
    }),
    ...ones.map((_, i) => ({
      left: i === 0 ? bytes.length + 6 : firstOne + i - 1,
      right: i === 0 ? 2 : 3,
      merged: firstOne + i,
    })),
  ];
  const tokenizer = new Tokenizer([...bytes, ...doubled, ...ones], merges);
  const counts = new Uint32Array(tokenizer.vocabSize).fill(4_000_000_000);
  const longest = bytes.length + 6;
  const { steps } = replayMerges(tokenizer, longest, counts);
  expect(steps).toHaveLength(128);
  expect(steps[1]!.count!.terms).toHaveLength(8);
  expect(JSON.stringify(steps).length).toBeLessThan(1_000_000);
  expect(steps.at(-1)!.count!.total).toBe(4e9 * (1 + (2 ** 14 - 2) + 300));
  expect(replayMerges(tokenizer, firstOne, counts).steps).toEqual([]);
  expect(replayMerges(tokenizer, bytes.length + 19, counts).steps).toEqual([]);
});
