import { expect, it } from 'vitest';
import { type Match, SuffixIndex } from '../../extension/counts/suffixIndex.ts';
import { randomIntegers, uniform } from '../reference/random.ts';

type Documents = readonly { readonly document: string; readonly ids: Uint16Array }[];

/** Compares with the text before every token of every document, documents in the order in which they are preferred. */
function naiveMatch(documents: Documents, lineFeeds: Uint8Array, ids: Uint16Array, most: number): Match {
  const found = documents.flatMap(({ document, ids: text }) => {
    let line = 1;
    return Array.from(text, (id, at) => {
      line += lineFeeds[id]!;
      let length = 0;
      while (length <= at && length < ids.length && text[at - length] === ids[ids.length - 1 - length])
        length++;
      return { length, place: { document, line } };
    });
  });
  const length = Math.max(0, ...found.map((match) => match.length));
  const places = found.filter((match) => length > 0 && match.length === length).map(({ place }) => place);
  return { length, count: places.length, places: places.slice(0, most) };
}

function randomIds(next: () => number, most: number, vocabSize: number): Uint16Array {
  return Uint16Array.from(randomIntegers(next, Math.floor(next() * (most + 1)), 0, vocabSize - 1));
}

/** Half of them are the end of a stretch of a document. */
function randomQuery(next: () => number, documents: Documents, vocabSize: number): Uint16Array {
  const source = documents[Math.floor(next() * documents.length)];
  const noise = randomIds(next, 12, vocabSize);
  if (source === undefined || next() < 0.5) return noise;
  const end = Math.floor(next() * (source.ids.length + 1));
  return Uint16Array.of(...noise, ...source.ids.subarray(Math.max(0, end - 20), end));
}

it.each([1, 2, 3, 20, 400])(
  'matches are those of a search through everything, with %i tokens',
  (vocabSize) => {
    const next = uniform(vocabSize);
    const lineFeeds = Uint8Array.from(
      randomIntegers(next, vocabSize, -2, 2).map((count) => Math.max(0, count)),
    );
    for (let round = 0; round < 20; round++) {
      const documents = Array.from({ length: Math.floor(next() * 6) }, (_, i) => ({
        document: `${i}`,
        ids: randomIds(next, 400, vocabSize),
      }));
      const index = new SuffixIndex(documents, lineFeeds);
      for (let query = 0; query < 20; query++) {
        const ids = randomQuery(next, documents, vocabSize);
        const most = Math.floor(next() * 8);
        expect(index.longestMatch(ids, most)).toEqual(naiveMatch(documents, lineFeeds, ids, most));
      }
    }
  },
);

it.each([2, 5, 40])(
  'tokens stand between others where a search through everything finds them so, with %i tokens',
  (vocabSize) => {
    const next = uniform(100 + vocabSize);
    const lineFeeds = new Uint8Array(vocabSize);
    let found = 0;
    for (let round = 0; round < 200; round++) {
      const documents = Array.from({ length: Math.floor(next() * 4) }, (_, i) => ({
        document: `${i}`,
        ids: randomIds(next, 60, vocabSize),
      }));
      const index = new SuffixIndex(documents, lineFeeds);
      const query = randomQuery(next, documents, vocabSize);
      const ids = query.subarray(Math.max(0, query.length - 1 - Math.floor(3 * next())));
      const [before, behind] = randomIntegers(next, 2, 0, 2);
      const isWanted = (id: number | null, wanted: number): boolean => ((id ?? -1) + 1) % 3 === wanted;
      const naive = documents.some(({ ids: text }) =>
        Array.from(text, (_, at) => at).some(
          (at) =>
            at + ids.length <= text.length &&
            ids.every((id, i) => text[at + i] === id) &&
            isWanted(text[at - 1] ?? null, before!) &&
            isWanted(text[at + ids.length] ?? null, behind!),
        ),
      );
      const told = index.has(ids, (one, other) => isWanted(one, before!) && isWanted(other, behind!));
      expect(told).toBe(ids.length > 0 && naive);
      found += Number(told);
    }
    expect(found).toBeGreaterThan(0);
  },
);

it.each([1, 2, 3, 4])(
  'after documents came, changed and went, answers are those of an index that is built anew (seed %i)',
  (seed) => {
    const next = uniform(seed);
    const vocabSize = 2 + Math.floor(next() * 10);
    const lineFeeds = Uint8Array.from(randomIntegers(next, vocabSize, 0, 2));
    let documents: { document: string; ids: Uint16Array }[] = Array.from({ length: 8 }, (_, i) => ({
      document: `${i}`,
      ids: randomIds(next, 200, vocabSize),
    }));
    const index = new SuffixIndex(documents, lineFeeds);
    for (let step = 0; step < 120; step++) {
      const document = `${Math.floor(next() * 14)}`;
      documents = documents.filter((other) => other.document !== document);
      if (next() < 0.6) {
        const ids = randomIds(next, 120, vocabSize);
        documents.unshift({ document, ids });
        index.set(document, ids);
      } else {
        index.delete(document);
      }
      const rebuilt = new SuffixIndex(documents, lineFeeds);
      for (let query = 0; query < 5; query++) {
        const ids = randomQuery(next, documents, vocabSize);
        const match = index.longestMatch(ids, 4);
        expect(match).toEqual(rebuilt.longestMatch(ids, 4));
        expect(match).toEqual(naiveMatch(documents, lineFeeds, ids, 4));
      }
    }
  },
);

it('a match ends at the beginning of a document and names the line on which its text goes on', () => {
  const [a, b, lineFeed] = [0, 1, 2];
  const documents = [
    { document: 'one', ids: Uint16Array.of(a, b, lineFeed, a, b, a) },
    { document: 'two', ids: Uint16Array.of(b, a, lineFeed, lineFeed, b, b) },
  ];
  const index = new SuffixIndex(documents, Uint8Array.of(0, 0, 1));
  expect(index.longestMatch(Uint16Array.of(b, b, a, lineFeed))).toEqual({
    length: 3,
    count: 1,
    places: [{ document: 'two', line: 2 }],
  });
  expect(index.longestMatch(Uint16Array.of(lineFeed, a, b))).toEqual({
    length: 3,
    count: 1,
    places: [{ document: 'one', line: 2 }],
  });
  expect(index.longestMatch(Uint16Array.of(a, a)).places[0]).toEqual({ document: 'one', line: 1 });
  expect(index.longestMatch(new Uint16Array())).toEqual({ length: 0, count: 0, places: [] });
});
