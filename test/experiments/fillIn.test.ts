import { describe, expect, it } from 'vitest';
import { Random } from '../../extension/engine/random.ts';
import { tokenizerFromJson, tokenizerToJson, trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { Batches } from '../../extension/training/batches.ts';
import { marksOf, RearrangedBatches, rearranged, spansOf, withMarks } from './fillIn.ts';

const encoder = new TextEncoder();
const text = Array.from({ length: 60 }, (_, i) => `  const value${i} = other(${i}, third);\n`).join('');
const plain = trainTokenizer([encoder.encode(text)], 400);
const tokenizer = withMarks(plain);
const marks = marksOf(tokenizer);

describe('the marks', () => {
  it('are four more tokens, and text is encoded as before', () => {
    const { prefix, suffix, middle, end } = marks;
    expect([prefix, suffix, middle, end]).toEqual([0, 1, 2, 3].map((i) => plain.vocabSize + i));
    expect(tokenizer.vocabSize).toBe(plain.vocabSize + 4);
    expect(tokenizer.encode(encoder.encode(text))).toEqual(plain.encode(encoder.encode(text)));
  });

  it('are none of the product', () => {
    expect(() => tokenizerFromJson(tokenizerToJson(tokenizer))).toThrow(/added_tokens/);
  });
});

describe('a rearranged sequence', () => {
  const tokens = Array.from({ length: 60 }, (_, i) => i);

  it('has every token once, the middle last, each part behind its mark', () => {
    const random = new Random(1);
    for (let i = 0; i < 200; i++) {
      const told = rearranged(tokens, marks, random);
      const [suffix, middle] = [told.indexOf(marks.suffix), told.indexOf(marks.middle)];
      expect(told[0]).toBe(marks.prefix);
      expect(told.at(-1)).toBe(marks.end);
      const [before, after] = [told.slice(1, suffix), told.slice(suffix + 1, middle)];
      expect([...before, ...told.slice(middle + 1, -1), ...after]).toEqual(tokens);
      expect(told.length - middle - 2).toBeLessThanOrEqual(30);
    }
  });

  it('is as long as the sequence was, in so large a share of them, and the target is what comes next', () => {
    const stream = Uint16Array.from({ length: 5_000 }, (_, i) => i % 300);
    const [sequences, length] = [400, 64];
    const [ids, targets] = [new Int32Array(sequences * length), new Int32Array(sequences * length)];
    new RearrangedBatches(stream, 1, 0.5, marks).read(ids, targets, 0, sequences, length);
    let told = 0;
    for (let row = 0; row < ids.length; row += length) {
      expect([...targets.subarray(row, row + length - 1)]).toEqual([...ids.subarray(row + 1, row + length)]);
      if (ids[row] !== marks.prefix) continue;
      told++;
      expect(targets[row + length - 1]).toBe(marks.end);
    }
    // Three standard deviations of a fair coin.
    expect(Math.abs(told - sequences / 2)).toBeLessThan(3 * Math.sqrt(sequences / 4));
  });

  it('is none where nobody wants one', () => {
    const stream = Uint16Array.from({ length: 5_000 }, (_, i) => i % 300);
    const read = (batches: Batches): Int32Array => {
      const [ids, targets] = [new Int32Array(640), new Int32Array(640)];
      batches.read(ids, targets, 7, 10, 64);
      return Int32Array.of(...ids, ...targets);
    };
    expect(read(new RearrangedBatches(stream, 1, 0, marks))).toEqual(read(new Batches(stream, 1)));
  });
});

describe('what is to be filled in', () => {
  const ids = tokenizer.encode(encoder.encode(text));
  const decoded = (from: number, to: number): string =>
    new TextDecoder().decode(tokenizer.decode(ids.subarray(from, to)));

  it('is a line without its indentation, or a stretch with something on both sides of it', () => {
    const { line, withinLine } = spansOf([ids], tokenizer, 20, 1);
    expect(line).toHaveLength(20);
    expect(withinLine).toHaveLength(20);
    for (const { from, to, lineEnd } of line) {
      expect(to).toBe(lineEnd);
      expect(decoded(from, to)).toMatch(/^const value\d+ = other\(\d+, third\);$/);
    }
    for (const { from, to, lineEnd } of withinLine) {
      expect(decoded(from, to)).not.toMatch(/\n/);
      expect(decoded(from, to).length).toBeGreaterThanOrEqual(4);
      expect(decoded(0, from)).toMatch(/\n {2}\S+[^\n]*$/);
      expect(decoded(to, lineEnd)).toMatch(/^[^\n]+$/);
    }
  });
});
