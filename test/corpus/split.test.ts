import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findNearDuplicates } from '../../extension/corpus/similarity.ts';
import { type Document, sidesOf, splitHeldOut, type Text } from '../../extension/corpus/split.ts';

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** A text that resembles no other of another path. */
function distinct(path: string): Text {
  const words = Array.from(
    { length: 12 },
    (_, i) => `w${[...path].map((c) => c.codePointAt(0)).join('_')}_${i}`,
  );
  return { path, bytes: encode(`${words.join('\n')}\n`) };
}

function heldOutPaths(documents: readonly Document[]): string[] {
  return documents
    .filter(({ heldOut }) => heldOut)
    .map(({ path }) => path)
    .sort();
}

const paths = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}(\/[a-z]{1,4}){0,2}\.ts$/), {
  minLength: 2,
  maxLength: 40,
});
const seed = fc.nat({ max: 2 ** 32 - 1 });

describe('splitHeldOut', () => {
  it('holds out a tenth of the files, within six standard deviations', () => {
    const count = 20_000;
    const texts = Array.from({ length: count }, (_, i) => ({
      path: `src/part${i % 37}/file${i}.ts`,
      bytes: encode(`${i}`),
    }));
    const deviation = Math.sqrt(count * 0.1 * 0.9);
    const bySeed = [1, 2, 3, 4, 2 ** 31].map((seed) => heldOutPaths(splitHeldOut(texts, seed).documents));
    for (const heldOut of bySeed) expect(Math.abs(heldOut.length - count / 10)).toBeLessThan(6 * deviation);
    // Two seeds agree by chance alone: a hundredth is held out by both.
    const other = new Set(bySeed[1]);
    const shared = bySeed[0]!.filter((path) => other.has(path)).length;
    expect(Math.abs(shared - count / 100)).toBeLessThan(6 * Math.sqrt(count * 0.01 * 0.99));
  });

  it('gives the same split for the same seed, in whatever order the files come', () => {
    const property = fc.property(paths, seed, (some, seed) => {
      const texts = some.map(distinct);
      const [one, other] = [texts, texts.toReversed()].map((texts) =>
        heldOutPaths(splitHeldOut(texts, seed).documents),
      );
      expect(one).toEqual(other);
    });
    fc.assert(property, { numRuns: 100 });
  });

  it('leaves a file on its side when others come', () => {
    const texts = Array.from({ length: 400 }, (_, i) => distinct(`f${i}.ts`));
    const all = new Set(heldOutPaths(splitHeldOut(texts, 7).documents));
    for (const count of [100, 200, 300]) {
      const some = heldOutPaths(splitHeldOut(texts.slice(0, count), 7).documents);
      expect(some).toEqual([...all].filter((path) => Number(path.slice(1, -3)) < count).sort());
      expect(some.length).toBeGreaterThan(1);
    }
  });

  it('has something on each side from two files on, and loses nothing that is not reported', () => {
    const property = fc.property(paths, seed, (some, seed) => {
      const { documents, nearDuplicates } = splitHeldOut(some.map(distinct), seed);
      const heldOut = heldOutPaths(documents).length;
      expect(heldOut).toBeGreaterThanOrEqual(1);
      expect(heldOut).toBeLessThan(documents.length);
      expect([...documents, ...nearDuplicates].map(({ path }) => path).sort()).toEqual(some.toSorted());
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('drops held-out files that nearly repeat a training file, and only those', () => {
    const texts = Array.from({ length: 200 }, (_, i) => distinct(`f${i}.ts`));
    const before = splitHeldOut(texts, 3);
    expect(before.nearDuplicates).toEqual([]);
    const [copied, ...others] = heldOutPaths(before.documents);
    const { bytes } = texts.find(({ path }) => path === copied)!;
    const copies = Array.from({ length: 20 }, (_, i) => ({
      path: `copy${i}.ts`,
      bytes: encode(`// copy ${i}\n${new TextDecoder().decode(bytes)}`),
    }));
    const after = splitHeldOut([...texts, ...copies], 3);
    const dropped = after.nearDuplicates.map(({ path }) => path);
    expect(dropped).toContain(copied);
    expect(dropped.every((path) => path === copied || path.startsWith('copy'))).toBe(true);
    expect(heldOutPaths(after.documents)).toEqual(others);
  });

  it('holds out nothing that nearly repeats a training file, unless that leaves less than half to learn from', () => {
    const groups = fc.array(fc.nat({ max: 6 }), { minLength: 2, maxLength: 12 });
    const property = fc.property(groups, seed, (groups, seed) => {
      const texts = groups.map((group, i) => ({
        path: `f${i}.ts`,
        bytes: encode(`${new TextDecoder().decode(distinct(`group${group}`).bytes)}// ${100 + i}\n`),
      }));
      const { documents, nearDuplicates } = splitHeldOut(texts, seed);
      expect(documents.length + nearDuplicates.length).toBe(texts.length);
      const [heldOut, training] = [true, false].map((side) =>
        documents.filter((document) => document.heldOut === side).map(({ bytes }) => bytes),
      );
      expect(heldOut!.length).toBeGreaterThan(0);
      if (nearDuplicates.length > 0) {
        expect(findNearDuplicates(heldOut!, training!)).not.toContain(true);
      } else if (findNearDuplicates(heldOut!, training!).every(Boolean)) {
        // All texts of a group have one length, and of other groups too.
        const first = texts.findIndex(({ bytes }) => bytes === heldOut![0]);
        const left = training!.filter(
          (bytes) => groups[texts.findIndex((text) => text.bytes === bytes)] !== groups[first],
        );
        expect(left.length).toBeLessThan(training!.length / 2);
      }
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('keeps every file of a workspace in which all are alike', () => {
    const texts = Array.from({ length: 30 }, (_, i) => ({
      path: `f${i}.ts`,
      bytes: encode(`a b c d e f g h\n${i}\n`),
    }));
    const { documents, nearDuplicates } = splitHeldOut(texts, 1);
    expect(documents).toHaveLength(30);
    expect(nearDuplicates).toEqual([]);
  });

  it('holds out the end of a single file, from a line break to its end', () => {
    const line = fc.stringMatching(/^[a-z ]{0,30}$/);
    const property = fc.property(
      fc.array(line, { minLength: 2, maxLength: 60 }),
      fc.boolean(),
      (lines, ends) => {
        const text = lines.join('\n') + (ends ? '\n' : 'x');
        const { documents } = splitHeldOut([{ path: 'only.ts', bytes: encode(text) }], 1);
        const [head = '', tail = ''] = documents.map(({ bytes }) => decode(bytes));
        expect(head + tail).toBe(text);
        expect(documents.map(({ heldOut }) => heldOut)).toEqual([false, true]);
        expect(head.endsWith('\n')).toBe(true);
        expect(tail.length).toBeGreaterThan(0);
        // The tail begins at the first line break within the last tenth, or at the last before it.
        const longest = Math.max(...lines.map((some) => some.length)) + 2;
        expect(Math.abs(tail.length - text.length / 10)).toBeLessThanOrEqual(longest);
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  it('holds out nothing of a single line, and nothing of nothing', () => {
    expect(splitHeldOut([{ path: 'a', bytes: encode('one line\n') }], 1).documents).toEqual([
      { path: 'a', bytes: encode('one line\n'), linesBefore: 0, heldOut: false },
    ]);
    expect(splitHeldOut([], 1)).toEqual({ documents: [], nearDuplicates: [] });
  });
});

describe('sidesOf', () => {
  it('has the items of a split on its two sides, of texts in their order, of a single one those of its parts', () => {
    const property = fc.property(paths, seed, (some, seed) => {
      const texts = some.map(distinct);
      const { documents } = splitHeldOut(texts, seed);
      const items = texts.map(({ bytes }) => decode(bytes));
      const { seen, unseen } = sidesOf(texts, items, heldOutPaths(documents), decode);
      const textsOn = (side: boolean): string[] =>
        documents.filter(({ heldOut }) => heldOut === side).map(({ bytes }) => decode(bytes));
      expect(seen.toSorted()).toEqual(textsOn(false).toSorted());
      expect(unseen.toSorted()).toEqual(textsOn(true).toSorted());
      expect([...seen].sort((a, b) => items.indexOf(a) - items.indexOf(b))).toEqual(seen);
      const [one] = texts as [Text];
      const [head, tail] = splitHeldOut([one], seed).documents;
      const parts = { seen: [decode(head!.bytes)], unseen: [decode(tail!.bytes)] };
      expect(sidesOf([one], [decode(one.bytes)], [one.path], decode)).toEqual(parts);
    });
    fc.assert(property);
  });

  it('has a single line on the side that is seen', () => {
    const text = { path: 'a', bytes: encode('one line\n') };
    expect(sidesOf([text], ['whole'], [], decode)).toEqual({ seen: ['one line\n'], unseen: [] });
  });
});
