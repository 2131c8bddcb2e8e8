import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planDecode } from '../../extension/engine/decodePlan.ts';
import { allocateMemory, planTraining } from '../../extension/engine/layout.ts';
import { presetConfig } from '../../extension/engine/config.ts';
import { settings } from '../../extension/host/settings.ts';
import { optimizerNames, presetNames } from '../../extension/protocol/model.ts';
import { Batches, joinDocuments } from '../../extension/training/batches.ts';
import {
  learningRate,
  meanTokensPerStep,
  recipeFor,
  recipes,
  sequenceLength,
  sequencesPerStep,
  tokensInMemory,
} from '../../extension/training/recipe.ts';
import { mostChunks } from '../../extension/training/learner.ts';
import { usualThreads } from '../../extension/training/threads.ts';

describe('Batches', () => {
  const stream = Uint16Array.from({ length: 1_000 }, (_, i) => i);
  const read = (batches: Batches, first: number, sequences: number, length: number) => {
    const ids = new Int32Array(sequences * length);
    const targets = new Int32Array(sequences * length);
    batches.read(ids, targets, first, sequences, length);
    return { ids, targets };
  };

  it('gives each id the one after it as its target', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer(), fc.integer({ min: 1, max: 999 }), (first, seed, length) => {
        const { ids, targets } = read(new Batches(stream, seed), first, 1, length);
        expect(targets).toEqual(ids.map((id) => id + 1));
      }),
    );
  });

  it('reads the same sequences in one step as in several: nothing but their number is remembered', () => {
    const whole = read(new Batches(stream, 7), 0, 12, 16);
    const parts = [0, 4, 8].flatMap((first) => [...read(new Batches(stream, 7), first, 4, 16).ids]);
    expect([...whole.ids]).toEqual(parts);
  });

  it('reads every token within two epochs and none more than five times, at any length', () => {
    for (const length of [8, 50, 128]) {
      const sequences = Math.ceil((2 * stream.length) / length);
      const { ids } = read(new Batches(stream, 3), 0, sequences, length);
      const times = new Uint32Array(stream.length);
      for (const id of ids) times[id]!++;
      // The first and last tokens lie in few sequences: a start can't be before the first or behind the last.
      const inner = times.slice(length, -length - 1);
      expect(Math.min(...inner), `length ${length}`).toBeGreaterThan(0);
      expect(Math.max(...times), `length ${length}`).toBeLessThanOrEqual(5);
    }
  });

  it('starts elsewhere with another seed', () => {
    const starts = Array.from({ length: 50 }, (_, seed) => read(new Batches(stream, seed), 0, 1, 8).ids[0]);
    expect(new Set(starts).size).toBeGreaterThan(40);
  });
});

describe('joinDocuments', () => {
  it('puts end-of-text before each document and behind the last', () => {
    const stream = joinDocuments([Uint16Array.of(1, 2), Uint16Array.of(), Uint16Array.of(3)], 9);
    expect([...stream]).toEqual([9, 1, 2, 9, 9, 3, 9]);
  });
});

describe('a step that grows', () => {
  const recipe = {
    ...recipes.default,
    tokensPerStep: [
      [0, 1_000],
      [0.25, 2_000],
      [0.75, 5_000],
    ],
  } as const;

  it('has as many whole sequences as fit into its tokens at that point of the training', () => {
    const sequences = [0, 0.2, 0.25, 0.7, 0.75, 1].map((progress) => sequencesPerStep(recipe, progress, 64));
    expect(sequences).toEqual([15, 15, 31, 31, 78, 78]);
  });

  it('has a mean over the training, from which epochs follow', () => {
    const lengths = [[0, 64]] as const;
    expect(meanTokensPerStep({ ...recipe, lengths }, 256)).toBe(0.25 * 960 + 0.5 * 1_984 + 0.25 * 4_992);
    expect(meanTokensPerStep(recipes.default, 256)).toBe(1_024);
  });

  it('has a mean of whole sequences, also where it asks for less than one', () => {
    const least = { tokensPerStep: [[0, 1]], lengths: recipes.default.lengths } as const;
    expect(meanTokensPerStep(least, 256)).toBeCloseTo(0.4 * 64 + 0.3 * 128 + 0.3 * 256, 9);
    expect(meanTokensPerStep(least, 32)).toBeCloseTo(32, 9);
  });
});

describe.each(presetNames)('the recipe of %s', (preset) => {
  const recipe = recipes[preset];

  it('warms up, stays, and falls to nothing', () => {
    expect(learningRate(recipe, 0, 0)).toBeCloseTo(recipe.peakLearningRate / recipe.warmUpSteps, 12);
    expect(learningRate(recipe, recipe.warmUpSteps, recipe.decayFrom)).toBe(recipe.peakLearningRate);
    expect(learningRate(recipe, 1_000, 1)).toBe(0);
    expect(learningRate(recipe, 1_000, (1 + recipe.decayFrom) / 2)).toBeCloseTo(
      recipe.peakLearningRate / 2,
      12,
    );
  });

  it('has room for a sequence, and for a whole step or a micro-batch of it', () => {
    const config = presetConfig(preset);
    expect(tokensInMemory(recipe, config)).toBe(
      Math.max(recipe.tokensPerMicroBatch, config.maxPositionEmbeddings),
    );
    const choices = { preset, optimizer: recipe.optimizer };
    const larger = recipeFor({ ...choices, tokensPerStep: 9 * recipe.tokensPerMicroBatch });
    expect(tokensInMemory(larger, config)).toBe(tokensInMemory(recipe, config));
    const least = recipeFor({ ...choices, tokensPerStep: 1 });
    expect(tokensInMemory(least, config)).toBe(config.maxPositionEmbeddings);
    expect(sequencesPerStep(least, 0, 64)).toBe(1);
  });

  it('ends with sequences as long as the context', () => {
    const { maxPositionEmbeddings } = presetConfig(preset);
    expect(sequenceLength(recipe, 1, maxPositionEmbeddings)).toBe(maxPositionEmbeddings);
  });
});

describe.each(presetNames.flatMap((preset) => optimizerNames.map((optimizer) => ({ preset, optimizer }))))(
  'the memory of $preset with $optimizer',
  ({ preset, optimizer }) => {
    const config = presetConfig(preset);
    const tokens = tokensInMemory(recipes[preset], config);
    const size = { tokens, chunks: mostChunks(tokens), lanes: 3, optimizer };

    it('is planned in the order of its addresses, 64 bytes apart, and ends where it says', () => {
      const decoding = (['f32', 'int8'] as const).map((format) => planDecode(config, format, 64, 1_000));
      for (const plan of [planTraining(config, size, 1_000), ...decoding]) {
        const addresses: number[] = [];
        const collect = (value: unknown, key: string): void => {
          if (typeof value === 'number' && value >= 1_000 && !notAddresses.has(key)) addresses.push(value);
          else if (Array.isArray(value)) value.forEach((item) => collect(item, key));
          else if (typeof value === 'object' && value !== null) {
            for (const [name, item] of Object.entries(value)) collect(item, name);
          }
        };
        const { bytes, ...regions } = plan;
        for (const [name, region] of Object.entries(regions)) {
          if (!parameterLists.has(name)) collect(region, name);
        }
        expect(addresses.length).toBeGreaterThan(15);
        expect(addresses.filter((address) => address % 64 !== 0)).toEqual([]);
        expect(new Set(addresses).size).toBe(addresses.length);
        expect(Math.max(...addresses)).toBeLessThan(bytes);
      }
    });

    it('is refused before it is allocated when it exceeds the limit, naming the setting', () => {
      const { bytes } = planTraining(config, size, 0);
      const limit = Math.floor(bytes / 1_048_576) - 1;
      if (limit >= 0) expect(() => allocateMemory(bytes, limit)).toThrow(/nihilo\.training\.memoryLimit/);
      expect(() => allocateMemory(2 ** 33, 1e6)).toThrow(/nihilo\.training\.memoryLimit/);
    });
  },
);

it.each([2, 4, 16])('a model of %i layers that needs more than 2 GiB is refused like any other', (layers) => {
  const config = {
    ...presetConfig('large'),
    hiddenSize: 2_048,
    intermediateSize: 8_192,
    numHiddenLayers: layers,
  };
  const size = { tokens: 2_048, chunks: 33, lanes: 1, optimizer: 'adamw' } as const;
  const { bytes, parameterElements } = planTraining(config, size, 0);
  // Weights, gradients, two moments and two packed copies at least.
  expect(bytes).toBeGreaterThan(6 * 4 * parameterElements * 0.99);
  expect(bytes).toBeGreaterThan(2 ** 31);
  expect(() => allocateMemory(bytes, 2_000)).toThrow(/nihilo\.training\.memoryLimit/);
});

const parameterLists = new Set(['parameters', 'norms', 'adamParameters']);
/** numbers of the plan that count instead of pointing */
const notAddresses = new Set([
  'tokens',
  'rows',
  'cols',
  'offset',
  'parameterElements',
  'outerElements',
  'blockRows',
  'chunkRows',
  'headRows',
]);

it.each(presetNames)('%s fits into the usual limit with as many threads as there may be', (preset) => {
  const config = presetConfig(preset);
  for (const optimizer of optimizerNames) {
    const tokens = tokensInMemory(recipeFor({ preset, optimizer, tokensPerStep: null }), config);
    const size = { tokens, chunks: mostChunks(tokens), lanes: usualThreads(192), optimizer };
    const { bytes } = planTraining(config, size, 0);
    expect(bytes).toBeLessThan(settings['training.memoryLimit'].default * 1_048_576);
  }
});
