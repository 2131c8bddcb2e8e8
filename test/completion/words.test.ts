import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServedIndex } from '../../extension/completion/servedIndex.ts';
import { tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { compiled } from '../engine/compiled.ts';
import { builtIndexes } from '../indexing/builtIndexes.ts';
import { folderOfCode } from '../indexing/folderOfCode.ts';
import { giveWay } from './alone.ts';

const { module } = compiled('baseline');
const options = { count: 8, minProbability: 0.001, maxMilliseconds: 60_000 };
const never = (): boolean => false;
const open = { name: 'new.ts', suffix: '\n' };

let code: ReturnType<typeof folderOfCode>;
let text: string;
let served: ServedIndex;

beforeAll(async () => {
  code = folderOfCode('tokenizer', 'protocol');
  text = readFileSync(path.join(code.folder, 'tokenizer', 'healing.ts'), 'utf8');
  const [index] = await builtIndexes(code.folder, path.join(code.folder, 'none'));
  served = new ServedIndex(module, index!);
});
afterAll(() => code.remove());

const wordsAt = (prefix: string, change: object = {}, cancelled = never) =>
  served.words(prefix, open, { ...options, ...change }, cancelled);

/** What stands before the cursor of the word there. */
function fragment(prefix: string): string {
  return /[\p{L}\p{N}\p{M}_]*$/u.exec(prefix)![0];
}

describe('words', () => {
  it('go on with what is typed, are whole and distinct, and come likeliest first, with probabilities of one choice', () => {
    fc.assert(
      fc.property(fc.nat({ max: text.length }), (end) => {
        const prefix = text.slice(0, end);
        const words = wordsAt(prefix);
        for (const { word, typed } of words) {
          expect(word).toMatch(/^[\p{L}_][\p{L}\p{N}\p{M}_]*$/u);
          expect(word.slice(0, typed)).toBe(fragment(prefix));
          expect(word.length).toBeGreaterThan(typed);
        }
        expect(new Set(words.map(({ word }) => word)).size).toBe(words.length);
        const probabilities = words.map(({ probability }) => probability);
        expect(probabilities).toEqual(probabilities.toSorted((a, b) => b - a));
        expect(probabilities.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(1 + 1e-9);
      }),
      { numRuns: 40 },
    );
  });

  it('are found whole wherever a word of several tokens is cut', async () => {
    const { encode, endOfText } = learning();
    const ids = Uint16Array.from([...encode('bitternMarsh.quietShore(egretPond);\n'.repeat(6)), endOfText]);
    await served.learn([{ path: 'bittern.ts', ids }], giveWay);
    for (let cut = 1; cut < 'quietShore'.length; cut++) {
      const [first] = wordsAt(`bitternMarsh.${'quietShore'.slice(0, cut)}`);
      expect([first?.word, first?.typed]).toEqual(['quietShore', cut]);
    }
    await served.learn([{ path: 'bittern.ts', ids: null }], giveWay);
  });

  it('are no more than were asked for, and none less likely', () => {
    const many = wordsAt('  const ');
    expect(many.length).toBeGreaterThan(2);
    expect(wordsAt('  const ', { count: 2 })).toEqual(many.slice(0, 2));
    const { probability } = many[1]!;
    expect(wordsAt('  const ', { minProbability: probability }).at(-1)!.probability).toBeGreaterThanOrEqual(
      probability,
    );
  });

  it('end where they are cancelled or late, with what is found, and leave the place as it was', () => {
    const complete = () =>
      served.complete(
        text.slice(0, 900),
        open,
        { leastProbability: 0.3, maxTokens: 24, maxMilliseconds: 60_000 },
        never,
      );
    const before = complete().tokens;
    let polls = 0;
    wordsAt('  const ', {}, () => ++polls > 2);
    expect(polls).toBe(3);
    expect(wordsAt(text.slice(0, 900), { maxMilliseconds: -1 })).toEqual([]);
    expect(complete().tokens).toEqual(before);
  });
});

function learning() {
  const tokenizer = tokenizerFromJson(served.tokenizerJson);
  const encoder = new TextEncoder();
  return {
    encode: (given: string) => tokenizer.encode(encoder.encode(given)),
    endOfText: tokenizer.endOfText,
  };
}
