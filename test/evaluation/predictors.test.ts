import { beforeAll, describe, expect, it } from 'vitest';
import { splitHeldOut } from '../../extension/corpus/split.ts';
import { buildCounts, ended } from '../../extension/counts/buildCounts.ts';
import type { SequenceModel } from '../../extension/counts/sequenceModel.ts';
import { presetConfig } from '../../extension/engine/config.ts';
import { compileKernels } from '../../extension/engine/instantiate.ts';
import { Random } from '../../extension/engine/random.ts';
import { type Material, predictors } from '../../extension/evaluation/predictors.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { MixtureModel } from '../../extension/prediction/mixtureModel.ts';
import type { TransformerModel } from '../../extension/prediction/transformerModel.ts';
import { trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { randomTensors, realCode } from '../engine/tinyModel.ts';

const code = realCode().map((bytes) => bytes.subarray(0, 4_000));
const [heldOut, training] = [code.slice(0, 2), code.slice(2)];
const tokenizer = trainTokenizer(training, 400);
const config = presetConfig('pencil', tokenizer.vocabSize);
const material: Material = {
  platform: nodePlatform(),
  tokenizer,
  texts: training.map((bytes, i) => ({ path: `${i}.ts`, bytes, ids: tokenizer.encode(bytes) })),
  documentTokens: 65_536,
  transformer: { config, tensors: randomTensors(config, 1), heldOutPaths: ['0.ts', '1.ts'] },
  trust: null,
  learnsOn: false,
  breathe: () => Promise.resolve(),
};
const documents = heldOut.map((bytes) => [...tokenizer.encode(bytes).subarray(0, 300), tokenizer.endOfText]);

const said = (model: SequenceModel): Float64Array => {
  const out = new Float64Array(model.vocabSize);
  model.distribution(out);
  return out;
};

/** What is said behind each token of a document, which `go` goes on behind. */
function course(model: SequenceModel, ids: readonly number[], go: (id: number) => void): Float64Array[] {
  return ids.map((id) => {
    const out = said(model);
    go(id);
    return out;
  });
}

// What every row of an evaluation takes for granted.
describe.each(predictors)('$name', ({ prepare }) => {
  let model: SequenceModel;
  beforeAll(async () => {
    model = await prepare(material);
  });

  it('is the same whenever it is prepared', async () => {
    const again = await prepare(material);
    for (const one of [model, again]) one.begin();
    for (const id of documents[0]!.slice(0, 40)) {
      expect(said(again)).toEqual(said(model));
      for (const one of [model, again]) one.learn(id);
    }
  });

  it('has probabilities above 0 that add up to 1, of which the likeliest are told exactly', () => {
    model.begin();
    for (const id of documents[0]!.slice(0, 60)) {
      const all = said(model);
      expect(Math.abs(all.reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(1e-9);
      expect(Math.min(...all)).toBeGreaterThan(0);
      const { ids, probabilities } = model.top(10);
      const sorted = [...all].sort((a, b) => b - a).slice(0, 10);
      ids.forEach((token, rank) => {
        expect(probabilities[rank]).toBeCloseTo(sorted[rank]!, 9);
        expect(all[token]).toBeCloseTo(sorted[rank]!, 9);
        expect(model.probability(token)).toBeCloseTo(sorted[rank]!, 9);
      });
      model.learn(id);
    }
  });

  it('forgets what a document taught when the next begins', () => {
    model.begin();
    const before = course(model, documents[0]!, (id) => model.learn(id));
    model.begin();
    for (const id of documents[1]!) model.learn(id);
    model.begin();
    expect(course(model, documents[0]!, (id) => model.learn(id))).toEqual(before);
  });

  it('takes back what was only supposed, and says behind it what it says behind tokens that came and taught nothing', () => {
    const random = new Random(1);
    model.begin();
    const frozen = course(model, documents[0]!, (id) => model.advance(id));
    model.begin();
    const supposed = course(model, documents[0]!, (id) => model.suppose(id));
    expect(supposed).toEqual(frozen);
    model.rewind();
    const disturbed = course(model, documents[0]!, (id) => {
      for (let i = random.below(4); i > 0; i--) {
        model.suppose(random.below(model.vocabSize));
        model.top(1);
      }
      model.rewind();
      model.advance(id);
    });
    expect(disturbed).toEqual(frozen);
  });
});

it('hears of a single text its end alone, which the training held out, and counts it whole', async () => {
  const [text] = material.texts;
  const whole = ended(text!.ids, tokenizer.endOfText);
  // What it is judged by may be shorter.
  const one = { ...material, texts: [text!], documentTokens: 100 };
  const transformer = { ...material.transformer!, heldOutPaths: [text!.path] };
  const mixture = await predictors.find(({ name }) => name === 'mixture')!.prepare({ ...one, transformer });
  const { module } = await compileKernels((name) => material.platform.readAsset(name), true);
  const heard = await predictors.find(({ name }) => name === 'transformer')!.prepare({ ...one, transformer });
  const parts = splitHeldOut([text!], 1).documents;
  const [head, tail] = parts.map(({ bytes }) => ended(tokenizer.encode(bytes), tokenizer.endOfText));
  const options = { slack: 0, documentTokens: whole.length };
  const outside = { model: heard, documents: [tail!] };
  const counts = await buildCounts(module, tokenizer, [head!], { ...options, outside });
  for (const part of [head!, tail!]) counts!.foldDocument(part, false);
  counts!.foldDocument(whole, true);
  const expected = new MixtureModel(counts!, heard as TransformerModel);
  for (const model of [mixture, expected]) model.begin();
  for (const id of documents[0]!.slice(0, 40)) {
    expect(said(mixture)).toEqual(said(expected));
    for (const model of [mixture, expected]) model.learn(id);
  }
});
