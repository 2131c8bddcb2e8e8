import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { AgreeingTokens } from '../../extension/prediction/agreeingTokens.ts';
import { Begun, likeliestBeginnings } from '../../extension/prediction/beginnings.ts';
import { growText } from '../../extension/prediction/growText.ts';
import { ModelSource } from '../../extension/prediction/modelSource.ts';
import { partings } from '../../extension/prediction/partings.ts';
import { trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { OrderOneModel } from '../evaluation/orderOneModel.ts';

describe('the places within a token where others go another way', () => {
  const texts = fc.uniqueArray(
    fc.string({ unit: fc.constantFrom('a', 'b', '_', '(', ' '), minLength: 1, maxLength: 5 }),
    {
      minLength: 1,
      maxLength: 12,
    },
  );

  it('are those, each with what of all begins as the token does up to there, the token’s end the last', () => {
    fc.assert(
      fc.property(texts, fc.nat(4), (all, typed) => {
        const among = all.map((bytes) => ({ bytes, probability: 1 / (all.length + 1) }));
        const token = { id: 0, logit: 0, ...among[0]!, among };
        const { bytes } = token;
        const expected = Array.from({ length: bytes.length }, (_, i) => i + 1).flatMap((length) => {
          const alike = all.filter((other) => other.startsWith(bytes.slice(0, length)));
          const next = new Set(alike.map((other) => other[length]));
          const isPlace = length === bytes.length || (next.size > 1 && bytes[length - 1] !== ' ');
          return length > typed && isPlace ? [{ length, share: alike.length / (all.length + 1) }] : [];
        });
        const found = partings(token, typed);
        expect(found.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
        found.forEach(({ share }, i) => expect(share).toBeCloseTo(expected[i]!.share, 12));
      }),
    );
  });

  it('break a part of a word as often as the others go on with it', () => {
    const among = ['item', 'items', 'itemCount', 'it', 'its'].map((bytes) => ({ bytes, probability: 0.2 }));
    const found = partings({ id: 0, logit: 0, ...among[1]!, among }, 0);
    const onward = found.map(({ length, onward }) => [length, Math.round(10 * onward)]);
    expect(onward).toEqual([
      [2, 8],
      [4, 2],
      [5, 0],
    ]);
  });

  it('are none within a character, or an indentation', () => {
    const among = ['é', 'è', '\n  ', '\n    '].map((text) => ({
      bytes: Buffer.from(text, 'utf8').toString('latin1'),
      probability: 0.2,
    }));
    const ends = (i: number): number[] =>
      partings({ id: 0, logit: 0, ...among[i]!, among }, 0).map(({ length }) => length);
    expect([ends(0), ends(3)]).toEqual([[2], [5]]);
    expect(partings({ id: 0, logit: 0, ...among[2]!, among }, 0)[0]!.share).toBe(0.2);
  });
});

describe('a text that grows', () => {
  const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
  const never = (): boolean => false;
  const text = 'go(it);\ngo();\ngo(items);\nstop();\nstopped = go(it)(items);\n'.repeat(20);
  const tokenizer = trainTokenizer([bytesOf(text)], 300);
  const model = new OrderOneModel(tokenizer.vocabSize, tokenizer.endOfText, [
    tokenizer.encode(bytesOf(text)),
  ]);

  beforeEach(() => {
    model.begin();
    model.learn(tokenizer.encode(bytesOf('\n'))[0]!);
  });

  /** How likely the text goes on so, however it is cut into tokens. */
  function likelihood(bytes: Uint8Array, before: readonly number[] = []): number {
    model.rewind();
    for (const id of before) model.suppose(id);
    const said = new Float64Array(model.vocabSize);
    model.distribution(said);
    model.rewind();
    let sum = 0;
    for (let id = 0; id < tokenizer.endOfText; id++) {
      const token = tokenizer.tokenBytes(id);
      const shared = Math.min(token.length, bytes.length);
      if (said[id]! < 1e-6 || !token.subarray(0, shared).every((byte, i) => byte === bytes[i])) continue;
      sum += said[id]! * (shared === bytes.length ? 1 : likelihood(bytes.subarray(shared), [...before, id]));
    }
    return sum;
  }

  it.each(['', 'g', 'go', 'st', 'stop', 'go(', 'stopped', 'go(i'])(
    'behind %j is as likely up to each of its ends as it is in all ways to cut it into tokens',
    (typed) => {
      const source = new ModelSource(model, new AgreeingTokens(tokenizer), tokenizer);
      const standing = { rewind: () => model.rewind(), cancelled: never };
      const [beginning = []] = likeliestBeginnings(source, bytesOf(typed), 1, standing);
      model.rewind();
      const limits = { leastProbability: 0.2, maxTokens: 6, maxLines: 1, cancelled: never };
      const { bytes, ends, probabilities, made } = growText(
        new Begun(source, beginning),
        tokenizer,
        bytesOf(typed),
        limits,
      );
      expect(made.length).toBe(ends.length);
      const given = likelihood(bytesOf(typed));
      let shown = 0;
      ends.forEach((end, i) => {
        if (end === 0) return;
        shown++;
        const all = likelihood(Uint8Array.of(...bytesOf(typed), ...bytes.subarray(0, end))) / given;
        // What is not among the likeliest tokens is left out.
        expect(probabilities[i]).toBeLessThanOrEqual(all * (1 + 1e-9));
        expect(probabilities[i]).toBeGreaterThan(0.98 * all);
      });
      expect(shown).toBeGreaterThanOrEqual(2);
    },
  );
});
