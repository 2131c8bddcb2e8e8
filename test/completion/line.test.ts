import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { completeLine } from '../../extension/completion/line.ts';
import { windowAround } from '../../extension/completion/window.ts';
import { Decoder } from '../../extension/engine/decoder.ts';
import { parameterTable } from '../../extension/engine/layout.ts';
import { initialTensors } from '../../extension/engine/weights.ts';
import type { ModelConfig } from '../../extension/protocol/model.ts';
import type { Tokenizer } from '../../extension/tokenizer/bytePairTokenizer.ts';
import { trainTokenizer } from '../../extension/tokenizer/trainTokenizer.ts';
import { compiled } from '../engine/compiled.ts';

const source = readFileSync(new URL('../../extension/engine/layout.ts', import.meta.url));
const text = source.toString();
const options = { leastProbability: 0, maxTokens: 12, maxMilliseconds: 10_000 };
const never = (): boolean => false;

let tokenizer: Tokenizer;
let decoder: Decoder;

/** A random model with large embeddings: it is sure of something, which is all that these claims need. */
beforeAll(() => {
  tokenizer = trainTokenizer([source], 400);
  const config: ModelConfig = {
    vocabSize: tokenizer.vocabSize,
    hiddenSize: 32,
    intermediateSize: 128,
    numHiddenLayers: 1,
    numAttentionHeads: 2,
    maxPositionEmbeddings: 64,
    ropeTheta: 10_000,
    rmsNormEps: 1e-5,
    tieWordEmbeddings: true,
  };
  const tensors = initialTensors(parameterTable(config), 3);
  tensors.set(
    'model.embed_tokens.weight',
    tensors.get('model.embed_tokens.weight')!.map((value) => 20 * value),
  );
  decoder = new Decoder(compiled('baseline'), config, tensors, 'f32');
});

const anyPrefix = fc.nat({ max: text.length }).map((end) => text.slice(0, end));

describe('completeLine', () => {
  it('adds to what is typed exactly what its tokens say, on one line, with the product of their probabilities', () => {
    fc.assert(
      fc.property(anyPrefix, (prefix) => {
        const completion = completeLine(decoder, tokenizer, prefix, options, never);
        expect(completion.text).not.toMatch(/[\r\n]/);
        const chosen = completion.tokens.map((token) => token.bytes).join('');
        const bytes = Buffer.from(completion.text).toString('latin1');
        const typed = Buffer.from(prefix).toString('latin1');
        const splits = Array.from(
          { length: chosen.length + 1 },
          (_, at) => typed.endsWith(chosen.slice(0, at)) && chosen.slice(at).startsWith(bytes),
        );
        expect(splits).toContain(true);
        const product = completion.tokens.reduce((p, token) => p * token.probability, 1);
        expect(completion.probability).toBe(completion.text === '' ? 0 : product);
      }),
      { numRuns: 150 },
    );
  });

  it('goes on from half of its context where more is asked for than fits into it', () => {
    const before = text.slice(0, 2_000);
    const asked = (maxTokens: number, prefix: string): readonly number[] =>
      completeLine(decoder, tokenizer, prefix, { ...options, maxTokens }, never).tokens.map(({ id }) => id);
    const [first] = asked(1, before);
    expect(asked(1_000, before)[0]).toBe(first);
    // The last token alone says something else, or this would prove nothing.
    expect(asked(1, before.slice(-1))[0]).not.toBe(first);
  });

  it('shows nothing when no token reaches the floor', () => {
    const {
      text: shown,
      tokens,
      stop,
    } = completeLine(decoder, tokenizer, text.slice(0, 500), { ...options, leastProbability: 1.01 }, never);
    expect([shown, tokens, stop]).toEqual(['', [], 'unlikely']);
  });

  it('says that it stops at the limit exactly where it has as many tokens, and otherwise where the line ends', () => {
    const stops = new Set<string>();
    // Of a context of 64, half is there to be written in.
    fc.assert(
      fc.property(anyPrefix, fc.integer({ min: 1, max: 31 }), (prefix, maxTokens) => {
        const { tokens, stop } = completeLine(decoder, tokenizer, prefix, { ...options, maxTokens }, never);
        stops.add(stop);
        if (stop === 'limit') expect(tokens.length).toBe(maxTokens);
        else if (stop === 'lineEnd') expect(tokens.length).toBeLessThanOrEqual(maxTokens);
        // With no floor there is one other way to stop: no token agrees with what is typed.
        else expect(stop).toBe('unlikely');
      }),
      { numRuns: 200 },
    );
    expect([...stops]).toContain('limit');
  });

  it('says that the line ends where the likeliest token is a line break, and adds nothing', () => {
    const tensors = initialTensors(parameterTable(decoder.config), 3);
    // All embeddings are zero but that of the line break, which is typed: its logit alone is positive.
    const head = tensors.get('model.embed_tokens.weight')!.fill(0);
    const hidden = decoder.config.hiddenSize;
    const newline = Array.from({ length: tokenizer.vocabSize }, (_, id) => id).find(
      (id) => id !== tokenizer.endOfText && tokenizer.decode([id]).toString() === '10',
    )!;
    head.fill(1, newline * hidden, (newline + 1) * hidden);
    const sure = new Decoder(compiled('baseline'), decoder.config, tensors, 'f32');
    const {
      text: shown,
      tokens,
      stop,
    } = completeLine(sure, tokenizer, 'x\n', { ...options, leastProbability: 0.5 }, never);
    expect([shown, tokens, stop]).toEqual(['', [], 'lineEnd']);
  });

  it('returns what it has when it is cancelled or out of time', () => {
    let polls = 0;
    const cancelled = completeLine(decoder, tokenizer, text.slice(0, 900), options, () => ++polls > 3);
    const whole = completeLine(decoder, tokenizer, text.slice(0, 900), options, never);
    expect(cancelled.stop).toBe('cut');
    expect(whole.tokens.slice(0, cancelled.tokens.length)).toEqual(cancelled.tokens);
    const late = completeLine(
      decoder,
      tokenizer,
      text.slice(0, 900),
      { ...options, maxMilliseconds: -1 },
      never,
    );
    expect([late.stop, late.text]).toEqual(['cut', '']);
  });

  it('samples the same line from the same seed, others from others, and the likeliest at temperature 0', () => {
    const sampled = (seed: number, temperature: number, topK = 400) => {
      const sampling = { seed, temperature, topK, topP: 0.99 };
      return completeLine(decoder, tokenizer, text.slice(0, 900), { ...options, sampling }, never).tokens;
    };
    expect(sampled(7, 100)).toEqual(sampled(7, 100));
    expect(
      new Set(Array.from({ length: 10 }, (_, seed) => JSON.stringify(sampled(seed, 100)))).size,
    ).toBeGreaterThan(1);
    const greedy = completeLine(decoder, tokenizer, text.slice(0, 900), options, never).tokens;
    expect(sampled(7, 0)).toEqual(greedy);
    expect(sampled(7, 100, 1)).toEqual(greedy);
  });

  it('gives the same line again from its cache', () => {
    for (const end of [10, 700, 701, 702, 650, 1_000]) {
      const first = completeLine(decoder, tokenizer, text.slice(0, end), options, never);
      const second = completeLine(decoder, tokenizer, text.slice(0, end), options, never);
      expect(second.text).toBe(first.text);
    }
  });
});

describe('windowAround', () => {
  const around = (
    prefix: string | Uint8Array,
    suffix: string | Uint8Array,
    room: number,
    roomAfter: number,
  ) => windowAround(tokenizer, Buffer.from(prefix), Buffer.from(suffix), room, roomAfter);

  it('holds the bytes on both sides of the cursor, in place, and no more ids than there is room for', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: source.length }),
        fc.integer({ min: 8, max: 400 }),
        fc.nat({ max: 60 }),
        (end, room, after) => {
          const roomAfter = Math.min(after, room - 2);
          const { ids, starts, cursor } = around(
            source.subarray(0, end),
            source.subarray(end),
            room,
            roomAfter,
          );
          expect(ids.length).toBeLessThanOrEqual(room);
          expect(cursor).toBeGreaterThan(0);
          const real = ids.filter((id) => id !== tokenizer.endOfText);
          const first = starts[ids.length - real.length] ?? end;
          const bytes = Buffer.from(tokenizer.decode(real));
          expect(bytes.equals(source.subarray(first, first + bytes.length))).toBe(true);
          expect(starts[cursor] ?? end).toBe(end);
        },
      ),
    );
  });

  it('has a quarter of its room before the cursor, however little that is', () => {
    for (let room = 1; room <= 80; room++) {
      const roomAfter = Math.floor(room / 4);
      for (let end = 2_000; end < 2_100; end += 7) {
        const { cursor } = around(source.subarray(0, end), source.subarray(end), room, roomAfter);
        expect(cursor).toBeGreaterThanOrEqual(room / 4);
      }
    }
  });

  it('begins with end-of-text where the text is there from its beginning, as a training document does', () => {
    expect(around('const a', '', 64, 0).ids[0]).toBe(tokenizer.endOfText);
    expect(around('', '', 64, 0)).toEqual({ ids: [tokenizer.endOfText], starts: [0], cursor: 1 });
    expect(around(text, '', 64, 0).ids[0]).not.toBe(tokenizer.endOfText);
  });

  it('keeps its start from one key to the next, so that the cache stays valid', () => {
    const starts = Array.from(
      { length: 40 },
      (_, i) => around(text.slice(0, 3_000 + i), '', 64, 0).starts[0],
    );
    expect(new Set(starts).size).toBeLessThanOrEqual(3);
  });

  it.each([
    ['the whole text', 0],
    ['a text that is cut in front in steps, as the editor sends it', 8_192],
  ])('keeps its tokens while somebody types far into a file: %s', (_, step) => {
    const long = text.repeat(Math.ceil(60_000 / text.length));
    const sent = (end: number): string => {
      const beyond = Math.max(0, end - 32_768);
      return long.slice(step === 0 ? 0 : Math.floor(beyond / step) * step, end);
    };
    const keys = 200;
    let computed = 0;
    for (let key = 0; key < keys; key++) {
      const { ids } = around(sent(45_000 + key), '', 64, 0);
      computed += ids.length - Math.min(decoder.cachedLength(ids), ids.length - 1);
      decoder.next(ids);
    }
    // The last word is tokenized anew at a key (a handful), and all 64 where the window moves on: once in 32 tokens.
    expect(computed / keys).toBeLessThan(12);
  });

  it('holds the last 16 KB of a long text, more than a context', () => {
    const long = Buffer.from(text.repeat(Math.ceil(60_000 / text.length)));
    fc.assert(
      fc.property(fc.nat({ max: 60_000 }), (end) => {
        const { starts } = around(long.subarray(0, end), '', 60_000, 0);
        expect(starts[0]).toBeLessThanOrEqual(Math.max(0, end - 16_384));
      }),
      { numRuns: 20 },
    );
  });
});
