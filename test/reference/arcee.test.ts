import { expect, it } from 'vitest';
import { type ArceeConfig, arceeLossAndGradients, arceeShapes } from './arcee.ts';
import { expectGradients } from './centralDifferences.ts';
import { randomFloats, randomIntegers, uniform } from './random.ts';

const config: ArceeConfig = {
  vocabSize: 5,
  hiddenSize: 4,
  intermediateSize: 8,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  ropeTheta: 100,
  rmsNormEps: 1e-3,
};

function randomTensors(seed: number): Map<string, Float64Array> {
  const next = uniform(seed);
  const tensors = [...arceeShapes(config)].map(
    ([name, shape]) =>
      [
        name,
        randomFloats(
          next,
          shape.reduce((product, size) => product * size, 1),
        ),
      ] as const,
  );
  return new Map(tensors);
}

it.each([1, 2, 3])('every gradient of a whole model is its slope within 1e-7 (seed %i)', (seed) => {
  const next = uniform(seed + 100);
  const ids = randomIntegers(next, 5, 0, config.vocabSize - 1);
  const targets = [...randomIntegers(next, 4, 0, config.vocabSize - 1), -1];
  const tensors = randomTensors(seed);
  const { gradients } = arceeLossAndGradients(config, tensors, ids, targets);
  expectGradients(
    (moved) => arceeLossAndGradients(config, new Map(Object.entries(moved)), ids, targets).loss,
    Object.fromEntries(tensors),
    Object.fromEntries(gradients),
  );
});

it('the logits of a position do not depend on later tokens', () => {
  const tensors = randomTensors(7);
  const whole = arceeLossAndGradients(config, tensors, [1, 2, 3, 4], [0, 0, 0, 0]);
  const start = arceeLossAndGradients(config, tensors, [1, 2, 0, 0], [0, 0, 0, 0]);
  const seen = 2 * config.vocabSize;
  expect(start.logits.subarray(0, seen)).toEqual(whole.logits.subarray(0, seen));
  expect(start.logits.subarray(seen)).not.toEqual(whole.logits.subarray(seen));
});
