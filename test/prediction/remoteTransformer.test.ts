import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presetConfig } from '../../extension/engine/config.ts';
import { Decoder } from '../../extension/engine/decoder.ts';
import { type LikelyTokens, RemoteTransformer } from '../../extension/prediction/remoteTransformer.ts';
import { TransformerModel } from '../../extension/prediction/transformerModel.ts';
import { trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { compiled } from '../engine/compiled.ts';
import { randomTensors, realCode } from '../engine/tinyModel.ts';

const tokenizer = trainTokenizer(realCode(), 300);
const config = presetConfig('pencil', tokenizer.vocabSize);
const { vocabSize, endOfText } = tokenizer;
const decoder = new Decoder(compiled('baseline'), config, randomTensors(config, 1), 'f32');
const local = (): TransformerModel => new TransformerModel(decoder, endOfText);

function distributionOf(model: { distribution(out: Float64Array): void }): Float64Array {
  const out = new Float64Array(vocabSize);
  model.distribution(out);
  return out;
}

/** Of up to 20 tokens, whose probabilities add up to at most 1, now and then to 1 or, by rounding, to a little more. */
const likelyTokens = fc
  .tuple(
    fc.uniqueArray(fc.nat({ max: endOfText }), { minLength: 1, maxLength: 20 }),
    fc.array(fc.double({ min: 1e-9, max: 1, noNaN: true }), { minLength: 20, maxLength: 20 }),
    fc.constantFrom(0.001, 0.3, 0.9, 1, 1.0005),
  )
  .map(([ids, weights, together]): LikelyTokens => {
    const sum = ids.reduce((so, _, i) => so + weights[i]!, 0);
    return { ids, probabilities: ids.map((_, i) => (weights[i]! / sum) * together) };
  });

describe('a transformer elsewhere in the place of the one that is here', () => {
  it('adds up to 1 with nothing impossible, says of the likeliest what it was told, and shares the rest as here', () => {
    const before = distributionOf(local());
    fc.assert(
      fc.property(likelyTokens, (said) => {
        const out = distributionOf(new RemoteTransformer(local(), { at: () => said }, endOfText));
        expect(Math.abs(out.reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(1e-12);
        expect(Math.min(...out)).toBeGreaterThan(0);
        const together = said.probabilities.reduce((sum, p) => sum + p, 0);
        // A millionth is kept for all others, and what is more than 1 is taken from all alike.
        const most = Math.max(1e-6, together - 1 + 1e-6);
        said.ids.forEach((id, i) =>
          expect(Math.abs(out[id]! - said.probabilities[i]!)).toBeLessThanOrEqual(
            most * said.probabilities[i]! + 1e-12,
          ),
        );
        const others = [...before.keys()].filter((id) => id <= endOfText && !said.ids.includes(id));
        const [one, other] = [others[0]!, others.at(-1)!];
        expect(out[one]! / out[other]!).toBeCloseTo(before[one]! / before[other]!, 9);
      }),
      { numRuns: 300 },
    );
  });

  it('is the one that is here, bit for bit, where nothing was said, and asks for each place by its ids', () => {
    const asked: number[][] = [];
    const model = new RemoteTransformer(local(), { at: (ids) => (asked.push([...ids]), null) }, endOfText);
    const plain = local();
    for (const id of [5, 6]) for (const one of [model, plain]) one.learn(id);
    for (const one of [model, plain]) one.suppose(7);
    expect(distributionOf(model)).toEqual(distributionOf(plain));
    expect(model.top(3)).toEqual(plain.top(3));
    for (const one of [model, plain]) one.rewind();
    expect(model.probability(9)).toBe(plain.probability(9));
    const document = [endOfText, 5, 6];
    expect(asked).toEqual([[...document, 7], [...document, 7], document]);
  });

  it('leaves out of what was said the tokens of messages, which no text has', () => {
    const before = distributionOf(local());
    const call = endOfText + 1;
    const overlaid = (ids: number[], probabilities: number[]): Float64Array =>
      distributionOf(new RemoteTransformer(local(), { at: () => ({ ids, probabilities }) }, endOfText));
    const out = overlaid([call, 5, 6], [0.5, 0.3, 0.1]);
    expect(out[5]).toBeCloseTo(0.6, 6);
    expect(out[6]).toBeCloseTo(0.2, 6);
    expect(out[call]).toBeLessThanOrEqual(before[call]!);
    expect(overlaid([call, 5], [1, 0])).toEqual(before);
  });

  it('asks as the one that is here does, and lets nobody elsewhere know what is in a message', () => {
    const asked: number[][] = [];
    const model = new RemoteTransformer(local(), { at: (ids) => (asked.push([...ids]), null) }, endOfText);
    const plain = local();
    for (const one of [model, plain]) one.learn(5);
    expect(model.asks).toBe(plain.asks);
    expect(model.asks).toBeGreaterThan(0);
    for (const one of [model, plain]) one.consult([endOfText + 1, 8, endOfText + 3]);
    for (const one of [model, plain]) one.suppose(7);
    expect(distributionOf(model)).toEqual(distributionOf(plain));
    expect(asked).toEqual([]);
    for (const one of [model, plain]) one.rewind();
    expect(distributionOf(model)).toEqual(distributionOf(plain));
    expect(asked).toEqual([[endOfText, 5]]);
  });
});
