import { describe, expect, it } from 'vitest';
import { presetConfig } from '../../extension/engine/config.ts';
import { Decoder } from '../../extension/engine/decoder.ts';
import { RecordedModel } from '../../extension/inspection/recordedModel.ts';
import { attentionRow, dot } from '../../extension/inspection/subject.ts';
import { compiled } from '../engine/compiled.ts';
import { randomTensors } from '../engine/tinyModel.ts';
import { randomIntegers, uniform } from '../reference/random.ts';

const config = { ...presetConfig('small', 200), maxPositionEmbeddings: 40 };
const tensors = randomTensors(config, 5);
const next = uniform(3);
const ids = [...randomIntegers(next, 37, 0, 199)];
const recorded = (): RecordedModel => new RecordedModel(compiled('relaxed'), config, tensors);

describe('a forward pass that records', () => {
  it('gives the decoder’s logits: two programs, the same sums in another order', () => {
    const model = recorded();
    model.run(ids);
    const logits = new Decoder(compiled('relaxed'), config, tensors, 'f32').all(ids);
    for (const position of [0, 17, 36]) {
      model.logits(position).forEach((logit, id) => {
        expect(Math.abs(logit - logits[position * 200 + id]!)).toBeLessThanOrEqual(1e-3);
      });
    }
  });

  it('has the same bits when it is computed again behind another one, or behind gradients', () => {
    const model = recorded();
    model.run(ids);
    const before = [...model.output(1, 20), ...model.row('up', 0, 3)];
    model.run([1, 2, 3]);
    model.differentiate(ids, [...ids.slice(1), -1]);
    model.run(ids);
    expect([...model.output(1, 20), ...model.row('up', 0, 3)]).toEqual(before);
  });

  it('attention adds up to 1 within 1e-12 and, times the values, is what the kernel gave', () => {
    const model = recorded();
    model.run(ids);
    const dim = config.hiddenSize / config.numAttentionHeads;
    for (const [layer, head, position] of [
      [0, 0, 36],
      [1, 2, 20],
      [1, 1, 0],
    ] as const) {
      const { weights } = attentionRow(model, layer, head, position);
      expect(weights).toHaveLength(position + 1);
      expect(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1)).toBeLessThanOrEqual(1e-12);
      const context = model.row('attention', layer, position).subarray(head * dim, (head + 1) * dim);
      context.forEach((value, i) => {
        const values = weights.map((_, other) => model.head('v', layer, head, other)[i]!);
        expect(Math.abs(dot(weights, values) - value)).toBeLessThanOrEqual(1e-4);
      });
    }
  });

  it('a step down all gradients lowers the loss, and the weights come back bit for bit', () => {
    const model = recorded();
    const targets = [...ids.slice(1), -1];
    const mean = (losses: Float32Array): number => losses.reduce((sum, loss) => sum + loss, 0) / 36;
    const before = mean(model.differentiate(ids, targets));
    model.descend(0.001);
    expect(mean(model.differentiate(ids, targets))).toBeLessThan(before);
    model.setWeights(tensors);
    expect(mean(model.differentiate(ids, targets))).toBe(before);
  });
});
