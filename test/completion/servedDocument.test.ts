import { beforeAll, describe, expect, it } from 'vitest';
import { ServedIndex } from '../../extension/completion/servedIndex.ts';
import { Random } from '../../extension/engine/random.ts';
import { compiled } from '../engine/compiled.ts';
import { index, never, open, options, text } from './indexedCode.ts';
import { learning } from './learning.ts';

const { module } = compiled('baseline');

describe('while somebody types', async () => {
  let served: ServedIndex;
  let documents: Map<string, string>;
  beforeAll(async () => {
    served = new ServedIndex(module, await index());
    const lines = text.repeat(8).split('\n');
    documents = new Map([
      ['one.ts', lines.join('\n')],
      ['two.ts', lines.toReversed().join('\n')],
    ]);
  });

  /** Asks at a place of a long document, as often as it takes; each time it is cut at the given poll. */
  function ask(name: string, at: number, mostPolls = Infinity) {
    const long = documents.get(name)!;
    const place = { name, suffix: long.slice(at) };
    const polls: number[] = [];
    for (;;) {
      let count = 0;
      const completion = served.complete(long.slice(0, at), place, options, () => ++count > mostPolls);
      polls.push(count);
      if (completion.stop !== 'cut') return { completion, polls };
      expect(count).toBe(mostPolls + 1);
      expect(polls.length).toBeLessThan(100);
    }
  }

  it('another document comes in steps that can be cancelled between, and none is done twice', () => {
    ask('one.ts', 4_000);
    const whole = ask('two.ts', 4_000);
    const here = ask('two.ts', 4_000).polls[0]!;
    const steps = whole.polls[0]! - here;
    // Each document is thousands of tokens: one goes, another comes, 2,048 of them at once.
    expect(steps).toBeGreaterThanOrEqual(4);
    ask('one.ts', 4_000);
    const cut = ask('two.ts', 4_000, here + 1);
    const again = cut.polls.length - 1;
    expect(again).toBeGreaterThan(0);
    const polled = cut.polls.reduce((sum, count) => sum + count, 0);
    expect(polled).toBeLessThanOrEqual(steps + here + again * (here + 1));
    expect(cut.completion.tokens.map(({ id }) => id)).toEqual(whole.completion.tokens.map(({ id }) => id));
  });

  it('one more key, or another line nearby, is no step', () => {
    ask('one.ts', 4_000);
    for (const at of [4_001, 4_002, 4_500, 4_010]) {
      expect(ask('one.ts', at).polls).toEqual(ask('one.ts', at).polls);
    }
  });

  it('nor is it at the end, in the middle or at the beginning of a document that there is no room for', () => {
    const lines = Array.from(
      { length: 9_000 },
      (_, i) => `const value${i * 7} = ${i ** 2} + value${i % 100};\n`,
    );
    const huge = lines.join('');
    expect(learning(served).encode(huge).length).toBeGreaterThan(2 * 32_768);
    documents.set('huge.ts', huge);
    for (const end of [huge.length - 10, huge.length / 2, 500].map(Math.floor)) {
      ask('huge.ts', end);
      for (let at = end + 1; at < end + 6; at++) {
        expect(ask('huge.ts', at).polls).toEqual(ask('huge.ts', at).polls);
      }
    }
  });

  it('trials leave the open document as it is: the next completion has no more steps than without them', async () => {
    ask('one.ts', 4_000);
    const before = ask('one.ts', 4_000);
    let places = 0;
    const random = new Random(3);
    const trials = await served.tryOut(
      () => true,
      () => random.uniform(),
      4,
      never,
      () => Promise.resolve(++places <= 2),
    );
    expect([trials.length > 0, places]).toEqual([true, 3]);
    const { completion, polls } = ask('one.ts', 4_000);
    expect(polls).toEqual(before.polls);
    expect(completion.tokens.map(({ id }) => id)).toEqual(before.completion.tokens.map(({ id }) => id));
  });

  it('files that have changed are counted in parts, and completions come between them', async () => {
    const { encode, endOfText } = learning(served);
    const files = [...documents].map(([path, long]) => {
      return { path: `saved/${path}`, ids: Uint16Array.from([...encode(long), endOfText]) };
    });
    const between: string[] = [];
    await served.learn(files, () => {
      between.push(served.complete("import { Tokenizer } from './byt", open, options, never).text);
      return Promise.resolve();
    });
    expect(between.length).toBeGreaterThanOrEqual(2);
    expect(new Set(between)).toEqual(new Set(["ePairTokenizer.ts';"]));
  });

  it('nothing is left to do for a place that is ready, and it is given up when somebody asks', async () => {
    let turns = 0;
    const once = (): Promise<boolean> => Promise.resolve(++turns < 2);
    ask('one.ts', 4_000);
    const long = documents.get('two.ts')!;
    await served.open(long.slice(0, 4_000), { name: 'two.ts', suffix: long.slice(4_000) }, once);
    expect(turns).toBe(2);
    await served.getReady(() => Promise.resolve(++turns > 0));
    const done = turns;
    await served.getReady(() => Promise.resolve(++turns > 0));
    expect(turns).toBe(done);
    expect(ask('two.ts', 4_000).polls).toEqual(ask('two.ts', 4_000).polls);
  });
});
