import { describe, expect, it } from 'vitest';
import { initialTensors } from '../../extension/engine/weights.ts';
import { Random } from '../../extension/engine/random.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { type ModelConfig, type OptimizerName, optimizerNames } from '../../extension/protocol/model.ts';
import { Batches } from '../../extension/training/batches.ts';
import { Learner, mostChunks } from '../../extension/training/learner.ts';
import { recipes } from '../../extension/training/recipe.ts';
import { Team } from '../../extension/training/team.ts';
import { builds, compiled } from '../engine/compiled.ts';

const config: ModelConfig = {
  vocabSize: 300,
  hiddenSize: 40,
  intermediateSize: 160,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  maxPositionEmbeddings: 48,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tieWordEmbeddings: true,
};
const recipe = {
  ...recipes.default,
  // Grows beyond the memory: two micro-batches and a rest.
  tokensPerStep: [
    [0, 500],
    [0.5, 1_200],
  ],
  lengths: [
    [0, 20],
    [0.5, 48],
  ],
} as const;

/** So many tokens that a chunk's logits are computed in several blocks of rows. */
const wide: ModelConfig = { ...config, vocabSize: 20_000, hiddenSize: 8, intermediateSize: 32 };

function team(
  build: (typeof builds)[number],
  lanes: number,
  optimizer: OptimizerName = 'adamw',
  model = config,
): Team {
  const size = { tokens: 500, chunks: mostChunks(500), lanes, optimizer };
  return Team.create(nodePlatform(), compiled(build), model, size, 512);
}

async function weightsAfter(
  build: (typeof builds)[number],
  lanes: number,
  optimizer: OptimizerName,
  steps: number,
  model = config,
) {
  const crew = team(build, lanes, optimizer, model);
  const random = new Random(5);
  const stream = Uint16Array.from({ length: 2_000 }, () => random.below(model.vocabSize));
  const learner = new Learner(
    crew,
    model,
    recipe,
    new Batches(stream, 1),
    initialTensors(crew.plan.parameters, 1),
  );
  const losses = Array.from({ length: steps }, (_, step) => learner.step(step / steps).loss);
  const result = { losses, weights: learner.weights, moments: learner.moments };
  await crew.dispose();
  return result;
}

/** One sequence a step, so one chunk, and a model of few weights, so few tasks. */
async function fewItems(build: (typeof builds)[number], lanes: number) {
  const tiny = { ...config, hiddenSize: 8, intermediateSize: 32, numHiddenLayers: 1 };
  const short = { ...recipe, tokensPerStep: [[0, 48]], lengths: [[0, 48]] } as const;
  const crew = Team.create(
    nodePlatform(),
    compiled(build),
    tiny,
    { tokens: 48, chunks: 2, lanes, optimizer: 'muon' },
    512,
  );
  const stream = Uint16Array.from({ length: 200 }, (_, i) => (7 * i) % config.vocabSize);
  const weights = initialTensors(crew.plan.parameters, 1);
  const learner = new Learner(crew, tiny, short, new Batches(stream, 1), weights);
  const losses = Array.from({ length: 5 }, (_, step) => learner.step(step / 5).loss);
  const result = { items: crew.taskCount, losses, weights: learner.weights };
  await crew.dispose();
  return result;
}

describe.each(builds)('a team in the %s build', (build) => {
  it.each(optimizerNames)('learns the same bits with 1, 2, 3 and 8 lanes (%s)', async (optimizer) => {
    const alone = await weightsAfter(build, 1, optimizer, 6);
    expect(new Set(alone.losses).size).toBe(6);
    for (const lanes of [2, 3, 8]) {
      expect(await weightsAfter(build, lanes, optimizer, 6), `${lanes} lanes`).toEqual(alone);
    }
  });

  it('learns the same bits with 1, 2, 3 and 8 lanes when the logits of a chunk come in several blocks', async () => {
    const crew = team(build, 1, 'adamw', wide);
    expect(crew.plan.headRows).toBeLessThan(crew.plan.chunkRows / 2);
    await crew.dispose();
    const alone = await weightsAfter(build, 1, 'adamw', 2, wide);
    for (const lanes of [2, 3, 8]) {
      expect(await weightsAfter(build, lanes, 'adamw', 2, wide), `${lanes} lanes`).toEqual(alone);
    }
  });

  it('wakes the lanes that await their turn behind one that traps', async () => {
    const crew = team(build, 3);
    crew.integers(crew.plan.ids, 500).fill(1);
    // Only the first chunk reads far outside the memory; the others wait to add to the head's gradient behind it.
    crew.integers(crew.plan.ids, 1).fill(0x00ff_ffff);
    expect(() => crew.run('train', { rows: 500, length: 20, lossScale: 1 })).toThrow(/out of bounds/);
    await crew.dispose();
  });

  it('learns the same bits when there are more lanes than items in any phase', async () => {
    const [alone, crowd] = [await fewItems(build, 1), await fewItems(build, 12)];
    expect(alone.items).toBeLessThan(12);
    expect(crowd).toEqual(alone);
  });

  it('says which failure ended it when a lane traps, instead of waiting for ever', async () => {
    const crew = team(build, 2);
    // A token far outside the vocabulary reads far outside the memory.
    crew.integers(crew.plan.ids, 500).fill(0x00ff_ffff);
    const step = { rows: 500, length: 20, lossScale: 1 };
    expect(() => crew.run('train', step)).toThrow(/out of bounds/);
    expect(() => crew.run('train', step)).toThrow();
    await crew.dispose();
  });
});
