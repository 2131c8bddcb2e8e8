import { describe, expect, it } from 'vitest';
import { parameterTable } from '../../extension/engine/layout.ts';
import { Random } from '../../extension/engine/random.ts';
import type { ModelConfig } from '../../extension/protocol/model.ts';
import { Batches } from '../../extension/training/batches.ts';
import { copied } from '../../extension/training/between.ts';
import { Learner, mostChunks } from '../../extension/training/learner.ts';
import { type Recipe, recipes } from '../../extension/training/recipe.ts';
import { Team } from '../../extension/training/team.ts';
import { builds, compiled } from '../engine/compiled.ts';
import { lonePlatform } from '../engine/lonePlatform.ts';
import { randomTensors } from '../engine/tinyModel.ts';

const config: ModelConfig = {
  vocabSize: 50,
  hiddenSize: 12,
  intermediateSize: 48,
  numHiddenLayers: 2,
  numAttentionHeads: 1,
  maxPositionEmbeddings: 16,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tieWordEmbeddings: true,
};
const rate = 0.01;
const plain: Recipe = {
  ...recipes.small,
  tokensPerStep: [[0, 64]],
  lengths: [[0, 16]],
  warmUpSteps: 1,
  peakLearningRate: rate,
  outerRate: 1,
  weightDecay: 0,
  embeddingDecay: 0,
  readingsKept: Infinity,
};

function learnerOf(build: (typeof builds)[number], recipe: Recipe): Learner {
  const size = { tokens: 64, chunks: mostChunks(64), lanes: 1, optimizer: 'adamw' } as const;
  const team = Team.create(lonePlatform, compiled(build), config, size, 512);
  const random = new Random(5);
  const stream = Uint16Array.from({ length: 300 }, () => random.below(config.vocabSize));
  return new Learner(team, config, recipe, new Batches(stream, 1), randomTensors(config, 3));
}

describe.each(builds)('one step of AdamW in the %s build', (build) => {
  function weightsAfter(recipe: Recipe): Map<string, Float32Array> {
    const learner = learnerOf(build, recipe);
    learner.step(0);
    return learner.weights;
  }

  it('has a rate and a decay of the hidden matrices, others of the embedding, and of the norms no decay', () => {
    const before = randomTensors(config, 3);
    const unit = weightsAfter(plain);
    const after = weightsAfter({ ...plain, outerRate: 3, weightDecay: 0.5, embeddingDecay: 2 });
    const u = 2 ** -24;
    for (const { name, shape, hidden } of parameterTable(config)) {
      const outer = hidden ? 1 : 3;
      const decay = hidden ? 0.5 : shape.length === 2 ? 2 : 0;
      before.get(name)!.forEach((weight, at) => {
        const expected = weight + outer * (unit.get(name)![at]! - weight - rate * decay * weight);
        // Each step rounds its factors, its products and the new weight; the difference above rounds once more.
        const bound = u * (2 * Math.abs(expected) + (outer + 2) * Math.abs(weight) + 8 * outer * rate);
        expect(Math.abs(after.get(name)![at]! - expected), name).toBeLessThanOrEqual(bound);
      });
    }
  });

  it.each([
    // 64 of 300 tokens a step.
    [40, 64 / 40 / 300],
    [0.1, 0.03],
    [Infinity, 0],
  ])(
    'takes as much of the embedding as of the matrices, so that both fade in %d readings',
    (readings, taken) => {
      const fading = { ...plain, outerRate: 2, readingsKept: readings };
      const fixed = { ...plain, outerRate: 2, weightDecay: taken / rate, embeddingDecay: taken / rate / 2 };
      expect(weightsAfter(fading)).toEqual(weightsAfter(fixed));
    },
  );

  it('never has less decay than the recipe says', () => {
    const least = { ...plain, weightDecay: 0.2, embeddingDecay: 0.3 };
    expect(weightsAfter({ ...least, readingsKept: 1e6 })).toEqual(weightsAfter(least));
  });
});

it('the average takes the place of the weights and gives it back, and neither is another for it, nor what is learnt next', () => {
  const averaging: Recipe = { ...plain, averagedShare: 0.5, decayFrom: 0 };
  const [learner, undisturbed] = [learnerOf('baseline', averaging), learnerOf('baseline', averaging)];
  for (let step = 1; step <= 9; step++) for (const one of [learner, undisturbed]) one.step(step / 20);
  const [weights, average] = [learner.weights, copied(learner.average!)];
  expect(average).not.toEqual(weights);
  learner.exchangeAverage();
  expect([learner.weights, learner.average]).toEqual([average, weights]);
  learner.exchangeAverage();
  expect([learner.weights, learner.average]).toEqual([weights, average]);
  expect(learner.step(0.5)).toEqual(undisturbed.step(0.5));
  expect(learner.weights).toEqual(undisturbed.weights);
});
