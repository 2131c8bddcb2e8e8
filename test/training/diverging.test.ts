import { describe, expect, it } from 'vitest';
import { Random } from '../../extension/engine/random.ts';
import { Batches } from '../../extension/training/batches.ts';
import { Learner, mostChunks } from '../../extension/training/learner.ts';
import { type Recipe, recipes } from '../../extension/training/recipe.ts';
import { Team } from '../../extension/training/team.ts';
import { builds, compiled } from '../engine/compiled.ts';
import { lonePlatform } from '../engine/lonePlatform.ts';
import { oddConfig as config, randomTensors } from '../engine/tinyModel.ts';

function learnerOf(build: (typeof builds)[number], change: Partial<Recipe>, bad: number | null): Learner {
  const recipe: Recipe = {
    ...recipes.small,
    lengths: [[0, 24]],
    tokensPerStep: [[0, 96]],
    ...change,
  };
  const size = { tokens: 96, chunks: mostChunks(96), lanes: 1, optimizer: recipe.optimizer };
  const team = Team.create(lonePlatform, compiled(build), config, size, 512);
  const random = new Random(5);
  const stream = Uint16Array.from({ length: 400 }, () => random.below(config.vocabSize));
  const tensors = randomTensors(config, 3);
  if (bad !== null) tensors.get('model.layers.1.mlp.up_proj.weight')![7] = bad;
  return new Learner(team, config, recipe, new Batches(stream, 1), tensors);
}

const bitsOf = ({ weights }: Learner): string =>
  [...weights.values()].map(({ buffer }) => Buffer.from(buffer as ArrayBuffer).toString('base64')).join();

describe.each(builds)('a training that diverges, in the %s build', (build) => {
  it.each([NaN, Infinity, -Infinity])(
    'says at which step it stops when one weight is %f, and leaves all weights as they were',
    (bad) => {
      const learner = learnerOf(build, {}, bad);
      const before = bitsOf(learner);
      expect(() => learner.step(0)).toThrow(
        expect.objectContaining({
          code: 'trainingDiverged',
          message: expect.stringMatching(/^Training stopped at step 1: the loss should be a finite number/),
        }),
      );
      expect(bitsOf(learner)).toBe(before);
      expect(learner.state).toEqual({ step: 0, tokens: 0, sequences: 0 });
    },
  );

  it('says so at the step after the one that went too far', () => {
    const learner = learnerOf(build, { optimizer: 'adamw', peakLearningRate: 1e30, warmUpSteps: 1 }, null);
    let steps = 0;
    const learn = (): void => {
      for (; steps < 20; steps++) learner.step(0);
    };
    expect(learn).toThrow(expect.objectContaining({ code: 'trainingDiverged' }));
    expect(steps).toBeGreaterThan(0);
    expect(learner.state.step).toBe(steps);
  });
});
