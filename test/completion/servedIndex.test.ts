import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Predictor } from '../../extension/completion/predictor.ts';
import { ServedIndex } from '../../extension/completion/servedIndex.ts';
import { presetConfig } from '../../extension/engine/config.ts';
import { Decoder } from '../../extension/engine/decoder.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { TransformerModel } from '../../extension/prediction/transformerModel.ts';
import { tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { compiled } from '../engine/compiled.ts';
import { randomTensors } from '../engine/tinyModel.ts';
import { giveWay, goesOn } from './alone.ts';
import { index, never, open, options, text } from './indexedCode.ts';
import { learning } from './learning.ts';

const { module } = compiled('baseline');

describe('a completion from an index', async () => {
  let served: ServedIndex;
  beforeAll(async () => void (served = new ServedIndex(module, await index())));

  it('adds to what is typed exactly what its tokens say, on one line, and is as likely as they are together', () => {
    fc.assert(
      fc.property(fc.nat({ max: text.length }), (end) => {
        const place = { name: 'tokenizer/healing.ts', suffix: text.slice(end) };
        const completion = served.complete(text.slice(0, end), place, options, never);
        expect(completion.text).not.toMatch(/[\r\n]/);
        const chosen = completion.tokens.map((token) => token.bytes).join('');
        const splits = Array.from(
          { length: chosen.length + 1 },
          (_, at) =>
            text.slice(0, end).endsWith(chosen.slice(0, at)) && chosen.slice(at).startsWith(completion.text),
        );
        expect(splits).toContain(true);
        if (completion.text === '') {
          expect(completion.probability).toBe(0);
          return;
        }
        // Of the last token it may have what others at its place begin with, too.
        const productOf = (tokens: typeof completion.tokens): number =>
          tokens.reduce((product, token) => product * token.probability, 1);
        const [all, before] = [completion.tokens, completion.tokens.slice(0, -1)];
        expect(completion.probability).toBeGreaterThanOrEqual(Math.max(0.3, productOf(all) * (1 - 1e-12)));
        expect(completion.probability).toBeLessThanOrEqual(productOf(before) * (1 + 1e-12));
        for (const { probability } of before) expect(probability).toBeGreaterThanOrEqual(0.3);
      }),
      { numRuns: 60 },
    );
  });

  it('goes on with a line that is known wherever it is cut, also within a token', async () => {
    const line = 'egretPond.gather(reedStalk, stillShore);';
    const { encode, endOfText } = learning(served);
    const ids = Uint16Array.from([...encode(`${line}\n`.repeat(4)), endOfText]);
    await served.learn([{ path: 'egret.ts', ids }], giveWay);
    for (let cut = 'egre'.length; cut < line.length; cut++) {
      const { text: rest, stop } = served.complete(
        line.slice(0, cut),
        open,
        { ...options, maxTokens: 64 },
        never,
      );
      expect([line.slice(0, cut) + rest, stop]).toEqual([line, 'lineEnd']);
    }
  });

  it('ends where it is cancelled, at its time cap, at the most tokens, and where no token is likely enough', () => {
    const ask = (change: object, cancelled = never): string => {
      const asked = { ...options, leastProbability: 0, ...change };
      return served.complete("import type { Tokenizer } from './", open, asked, cancelled).stop;
    };
    let polls = 0;
    expect(ask({}, () => ++polls > 2)).toBe('cut');
    expect(polls).toBe(3);
    expect(ask({ maxMilliseconds: -1 })).toBe('cut');
    expect(ask({ maxTokens: 1 })).toBe('limit');
    expect(ask({ leastProbability: 1.01 })).toBe('unlikely');
    expect(ask({})).toBe('lineEnd');
  });

  it('is the same again, and does not see the rest of the line that it predicts', () => {
    const ask = (suffix: string) => {
      const { text: rest, tokens } = served.complete(text.slice(0, 900), { ...open, suffix }, options, never);
      return { rest, tokens };
    };
    ask('\nend');
    const first = ask('\nend');
    expect(first.tokens.length).toBeGreaterThan(1);
    expect(ask('what stands here\nend')).toEqual(first);
  });

  it('sees what stands behind the cursor', () => {
    const suffix = '\nquailFeather.glide(1);\nquailFeather.glide(2);\nquailFeather.glide(3);\n';
    expect(served.complete('quailFeather.gl', { ...open, suffix }, options, never).text).toMatch(/^ide\(/);
  });

  it('comes from a file that was saved, and no longer when that is gone', async () => {
    const { encode, endOfText } = learning(served);
    const ids = Uint16Array.from([...encode('heronNest.wade(deepWater);\n'.repeat(3)), endOfText]);
    const ask = (): string => served.complete('heronNest.wa', open, options, never).text;
    const before = ask();
    expect(await served.learn([{ path: 'heron.ts', ids }], giveWay)).toBe(false);
    expect(ask()).toBe('de(deepWater);');
    await served.learn([{ path: 'heron.ts', ids: null }], giveWay);
    expect(ask()).toBe(before);
  });

  it('is tried out in a file as if nothing had been learnt from it, and only in files that may be taken', async () => {
    const { encode, endOfText } = learning(served);
    const secret = 'loonCall.echo(farShore, stillWater);';
    const ids = Uint16Array.from([...encode(`${secret}\n`), endOfText]);
    await served.learn([{ path: 'loon.ts', ids }], giveWay);
    const known = served.complete('loonCall.echo(far', open, options, never);
    expect(known.text).toBe('Shore, stillWater);');
    let draw = 0;
    const at = (offset: number) => () => (draw++ === 0 ? 0 : offset / (secret.length + 1));
    const isLoon = ({ path }: { readonly path: string }): boolean => path === 'loon.ts';
    const trials = await served.tryOut(isLoon, at('loonCall.echo(far'.length + 0.5), 1, never, goesOn);
    // Right at most by chance: the likeliest letters, not the rest of the line.
    expect(trials.filter(({ right, probability }) => right && probability > 0.5)).toEqual([]);
    expect(served.complete('loonCall.echo(far', open, options, never)).toMatchObject({ text: known.text });
    expect(await served.tryOut(() => false, Math.random, 4, never, goesOn)).toEqual([]);
    expect(await served.tryOut(isLoon, Math.random, 4, () => true, goesOn)).toEqual([]);
    await served.learn([{ path: 'loon.ts', ids: null }], giveWay);
  });

  it('has alternatives that begin with other tokens, and goes on over lines where that is wanted', async () => {
    const several = served.complete(
      'export ',
      open,
      { ...options, leastProbability: 0.001, alternatives: 3 },
      never,
    );
    const beginnings = [several, ...several.alternatives].map(({ tokens }) => tokens[0]!.id);
    expect(beginnings).toHaveLength(4);
    expect(new Set(beginnings).size).toBe(4);
    const { encode, endOfText } = learning(served);
    const block = 'sandpiperRun(() => {\n  shore.follow();\n});\n';
    await served.learn(
      [{ path: 'piper.ts', ids: Uint16Array.from([...encode(block.repeat(3)), endOfText]) }],
      giveWay,
    );
    const asked = { ...options, leastProbability: 0.01, maxTokens: 64 };
    const lines = served.complete('sandpiper', open, { ...asked, maxLines: 3 }, never);
    expect([lines.text, lines.stop]).toEqual(['Run(() => {\n  shore.follow();\n});', 'lineEnd']);
    expect(served.complete('sandpiper', open, asked, never).text).toBe('Run(() => {');
    await served.learn([{ path: 'piper.ts', ids: null }], giveWay);
  });

  it('has alternatives that differ behind what is typed, be it a whole word or sign', async () => {
    const { encode, endOfText } = learning(served);
    const lines = [...'nssnsnnssn'].map((bird) => `wadeTo(${bird === 's' ? 'southMarsh' : 'northFen'});\n`);
    const ids = Uint16Array.from([...encode(lines.join('')), endOfText]);
    await served.learn([{ path: 'wader.ts', ids }], giveWay);
    const asked = { ...options, leastProbability: 0.01, alternatives: 3 };
    const textsBehind = (typed: string): string[] => {
      const { text, alternatives } = served.complete(typed, open, asked, never);
      return [text, ...alternatives.map((one) => one.text)];
    };
    expect(textsBehind('wadeTo(')).toEqual(expect.arrayContaining(['southMarsh);', 'northFen);']));
    const behindWord = textsBehind('wadeTo');
    expect(behindWord[0]).toMatch(/^\(/);
    expect(new Set(behindWord).size).toBe(behindWord.length);
    await served.learn([{ path: 'wader.ts', ids: null }], giveWay);
  });

  it('is cut where there was no time for any of the alternatives', () => {
    const asked = { ...options, alternatives: 3 };
    expect(served.complete('export ', open, asked, () => true)).toMatchObject({ text: '', stop: 'cut' });
  });

  it('tells how likely what must follow does behind each token, and is the same text', () => {
    const asked = { ...options, leastProbability: 0.001 };
    const suffix = ' from "./healing.ts";\n';
    const free = served.complete('import { heal', { ...open, suffix }, asked, never);
    const bound = served.complete(
      'import { heal',
      { ...open, suffix },
      { ...asked, restFollows: true },
      never,
    );
    expect([free.follows, bound.text]).toEqual([null, free.text]);
    const { made, follows } = bound;
    expect(follows!.length).toBe(bound.ends.length);
    // Within a token nobody has looked.
    const isBehind = (i: number): boolean => made[i] !== made[i + 1] && i < made.length - 1;
    follows!.forEach((probability, i) => {
      if (isBehind(i)) expect(probability).toBeGreaterThan(0);
      expect(probability).toBeLessThan(1);
    });
    expect(follows!.filter((_, i) => isBehind(i)).length).toBeGreaterThan(2);
    // `import { heal } from`: a space may well come behind the bracket, hardly within the word.
    const [within, behind] = [bound.text.length > 0 ? bound.follows![0]! : 0, Math.max(...bound.follows!)];
    expect(behind).toBeGreaterThan(within);
  });

  it('says when more is counted than there is room for', async () => {
    const { endOfText } = learning(served);
    const many = new Uint16Array(60_000).fill(endOfText);
    const files = Array.from({ length: 6 }, (_, i) => ({ path: `large${i}`, ids: many }));
    const outdated: boolean[] = [];
    for (const file of files) outdated.push(await served.learn([file], giveWay));
    expect(outdated).toContain(true);
  });
});

describe('an index and a transformer', () => {
  it('predict together where the counts have learnt how far to trust it, and only there', async () => {
    const { edition, ...rest } = await index();
    const { encode, endOfText } = learning(new ServedIndex(module, { edition, ...rest }));
    const config = presetConfig('pencil', tokenizerFromJson(rest.tokenizerJson).vocabSize);
    const decoder = new Decoder(compiled('baseline'), config, randomTensors(config, 1), 'f32');
    expect(encode('a')).toHaveLength(1);
    const predicting = [false, true].map((heard) => {
      const served = new ServedIndex(module, { edition, ...rest, heard });
      served.hear(new TransformerModel(decoder, endOfText));
      const { tokens } = served.complete(
        text.slice(0, 700),
        open,
        { ...options, leastProbability: 0 },
        never,
      );
      expect(tokens.length).toBeGreaterThan(0);
      return served.predicting;
    });
    expect(predicting).toEqual(['counts', 'counts + transformer']);
  });
});

describe('Predictor', () => {
  const prefix = "import type { Tokenizer } from './bytePai";

  it('completes from the index that came last, and from the one before until it is there', async () => {
    const predictor = new Predictor(nodePlatform());
    const ask = async (): Promise<string> => (await predictor.complete(prefix, open, options, never)).text;
    await expect(ask()).rejects.toMatchObject({ code: 'checkpointMissing' });
    expect(await predictor.useIndex(await index(1), giveWay)).toBe('counts');
    const first = await ask();
    expect(first).toBe("rTokenizer.ts';");
    const second = await index(2);
    const swapping = predictor.useIndex(second, giveWay);
    expect(await ask()).toBe(first);
    await swapping;
    expect(await ask()).toBe(first);
    const change = { path: 'tokenizer', ids: null };
    expect(await predictor.learn(1, [change], giveWay)).toBe(false);
    expect(predictor.find(text.slice(0, 900), open, true)?.places[0]?.file).toBe('tokenizer/healing.ts');
    await predictor.learn(2, [change], giveWay);
    expect(predictor.find(text.slice(0, 900), open, true)?.places[0]?.file).not.toBe('tokenizer/healing.ts');
    predictor.dropIndex();
    await expect(ask()).rejects.toMatchObject({ code: 'checkpointMissing' });
    expect(predictor.find(text.slice(0, 900), open, true)).toBeNull();
  });
});

describe('what the parts of the mixture say', async () => {
  let served: ServedIndex;
  beforeAll(async () => {
    const own = { ...(await index()), heard: true };
    const { vocabSize, endOfText } = tokenizerFromJson(own.tokenizerJson);
    const config = presetConfig('pencil', vocabSize);
    const decoder = new Decoder(compiled('baseline'), config, randomTensors(config, 1), 'f32');
    served = new ServedIndex(module, own);
    served.hear(new TransformerModel(decoder, endOfText));
  });
  const generous = { ...options, leastProbability: 0 };

  it('along a suggestion, has its tokens’ probabilities, each the product of its decisions', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: text.length }), (end) => {
        const [prefix, suffix] = [text.slice(0, end), text.slice(end)];
        const place = { name: 'tokenizer/healing.ts', suffix };
        const { tokens, ends } = served.complete(prefix, place, generous, never);
        const along = served.along(prefix, place, tokens)!;
        expect(along.transformer).toBe(true);
        expect(along.tokens.map(({ id, bytes }) => ({ id, bytes }))).toEqual(
          tokens.map(({ id, bytes }) => ({ id, bytes })),
        );
        let [mixedSoFar, saidSoFar] = [1, 1];
        for (const [i, { mixed, decisions }] of along.tokens.entries()) {
          const ofSides = decisions.map(({ side, adjusted }) => (side === 1 ? adjusted : 1 - adjusted));
          // Decisions are kept in float32, and multiplied in float64.
          expect(Math.abs(ofSides.reduce((p, q) => p * q, 1) / mixed - 1)).toBeLessThan(1e-4);
          const { probability } = tokens[i]!;
          mixedSoFar *= mixed;
          saidSoFar *= probability;
          // Of those that begin in what is typed, completions know so much.
          if (i > 0 && ends[i - 1]! > 0) expect(Math.abs(mixed / probability - 1)).toBeLessThan(1e-9);
          else if (ends[i]! > 0) expect(mixedSoFar).toBeLessThan(saidSoFar * (1 + 1e-9));
        }
        compared += tokens.length;
      }),
      { numRuns: 40 },
    );
    expect(compared).toBeGreaterThan(100);
    // Nothing is supposed any more: the next completion is the one that it would have been.
    const place = { name: 'tokenizer/healing.ts', suffix: '' };
    const before = served.complete(text, place, generous, never);
    served.along(text, place, before.tokens);
    expect(served.complete(text, place, generous, never).tokens).toEqual(before.tokens);
  });

  it('of a place, are told of what is asked and of the mixture’s own likeliest, and total 1 with all others', () => {
    const at = text.indexOf('return ') + 'return '.length;
    const place = { name: 'tokenizer/healing.ts', suffix: text.slice(at) };
    const { tokens, others } = served.parts(text.slice(0, at), place, at, [3, 5])!;
    const ids = tokens.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining([3, 5]));
    expect(ids).toHaveLength(new Set(ids).size);
    const mixed = tokens.map((token) => token.mixed);
    expect(mixed).toEqual(mixed.toSorted((a, b) => b - a));
    expect(mixed.reduce((sum, p) => sum + p, others.mixed)).toBeCloseTo(1, 9);
    const { vocabSize } = tokenizerFromJson(served.tokenizerJson);
    expect(ids.length + others.count).toBe(vocabSize);
    // All of the vocabulary is the whole of it; none that was not told is likelier than the fifth that was, and together they are the rest.
    const all = served.parts(text.slice(0, at), place, at, [...Array(vocabSize).keys()])!;
    expect(all.others.count).toBe(0);
    expect(Math.abs(all.others.mixed)).toBeLessThanOrEqual(1e-6);
    expect(all.tokens.slice(0, 5).map(({ id }) => id)).toEqual(ids.slice(0, 5));
    const rest = all.tokens
      .filter(({ id }) => !ids.includes(id))
      .reduce((sum, token) => sum + token.mixed, 0);
    expect(Math.abs(rest - others.mixed)).toBeLessThanOrEqual(1e-6);
  });

  it('are not told of a text with a secret, nor of tokens that are others here', () => {
    const secret = 'const token = "ghp_' + 'A1b2C3d4'.repeat(4) + 'E5f6";\n';
    expect(served.along(secret, open, [])).toBeNull();
    expect(served.along('return ', open, [{ id: 3, bytes: 'no such token' }])).toBeNull();
    expect(served.along('return ', open, [{ id: 1e6, bytes: 'a' }])).toBeNull();
    expect(served.along('return ', open, [])).not.toBeNull();
  });
});
