import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { Decoder } from '../../extension/engine/decoder.ts';
import { readCheckpoint } from '../../extension/engine/checkpoint.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { TransformerModel } from '../../extension/prediction/transformerModel.ts';
import { tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { compiled } from '../engine/compiled.ts';
import { DynamicEvaluation } from './dynamicEvaluation.ts';

const { files, baseModel } = nodePlatform();
const { config, tensors, tokenizerJson } = await readCheckpoint(files, baseModel!);
const tokenizer = tokenizerFromJson(tokenizerJson);
const kernels = compiled('baseline');
const source = readFileSync(path.join(import.meta.dirname, '../../extension/engine/decoder.ts'));
const ids = tokenizer.encode(source).subarray(0, 300);

/** Bits of each token, the document read from its beginning. */
function bitsAt(rate: number): { once: number[]; again: number[]; steps: number } {
  const decoder = new Decoder(kernels, config, tensors, 'int8');
  const model = new TransformerModel(decoder, tokenizer.endOfText);
  const dynamic = new DynamicEvaluation(kernels, decoder, tensors, ids, {
    rate,
    every: 100,
    measuredSteps: 2,
  });
  const read = (): number[] => {
    model.begin();
    dynamic.begin(tokenizer.endOfText);
    return Array.from(ids, (id) => {
      const bits = -Math.log2(model.probability(id));
      model.learn(id);
      dynamic.learn(id);
      return bits;
    });
  };
  const once = read();
  const { steps } = dynamic;
  return { once, again: read(), steps };
}

it('changes nothing at a rate of 0, every later token at another, and nothing of the next document', () => {
  const still = bitsAt(0);
  const moved = bitsAt(1e-4);
  expect([still.steps, moved.steps]).toEqual([3, 3]);
  expect(still.again).toEqual(still.once);
  expect(moved.again).toEqual(moved.once);
  expect(moved.once.slice(0, 100)).toEqual(still.once.slice(0, 100));
  expect(moved.once.slice(100).filter((bits, i) => bits === still.once[100 + i])).toEqual([]);
});
