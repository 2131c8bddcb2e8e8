import { describe, expect, it } from 'vitest';
import { Decoder } from '../../extension/engine/decoder.ts';
import { parameterTable } from '../../extension/engine/layout.ts';
import { Random } from '../../extension/engine/random.ts';
import { readTensors } from '../../extension/engine/weights.ts';
import type { ModelConfig } from '../../extension/protocol/model.ts';
import { Batches } from '../../extension/training/batches.ts';
import { Learner, mostChunks } from '../../extension/training/learner.ts';
import { recipes } from '../../extension/training/recipe.ts';
import { Team } from '../../extension/training/team.ts';
import { arceeLossAndGradients } from '../reference/arcee.ts';
import { builds, compiled } from './compiled.ts';
import { lonePlatform } from './lonePlatform.ts';

/** Odd sizes on purpose: no multiple of a tile, a panel or a task; the last has its logits in several blocks of rows. */
const configs: readonly ModelConfig[] = [
  { ...shape(52, 12, 1, 3), maxPositionEmbeddings: 7 },
  { ...shape(301, 40, 2, 2), maxPositionEmbeddings: 33 },
  { ...shape(130, 72, 3, 1), maxPositionEmbeddings: 21 },
  { ...shape(20_011, 8, 1, 1), maxPositionEmbeddings: 33 },
];

function shape(vocabSize: number, hiddenSize: number, numHiddenLayers: number, numAttentionHeads: number) {
  return {
    vocabSize,
    hiddenSize,
    intermediateSize: 4 * hiddenSize,
    numHiddenLayers,
    numAttentionHeads,
    ropeTheta: 10_000,
    rmsNormEps: 1e-5,
    tieWordEmbeddings: true as const,
  };
}

/** Every tensor random, norms and output projections too, so that no gradient is zero by construction. */
function randomTensors(config: ModelConfig, seed: number): Map<string, Float32Array> {
  const random = new Random(seed);
  return new Map(
    parameterTable(config).map(({ name, shape: size }) => {
      const count = size.reduce((product, n) => product * n, 1);
      const centre = size.length === 1 ? 1 : 0;
      const scale = size.length === 1 ? 0.2 : 0.7 / Math.sqrt(size[1]!);
      return [name, Float32Array.from({ length: count }, () => centre + scale * random.normal())];
    }),
  );
}

const asFloat64 = (tensors: ReadonlyMap<string, Float32Array>) =>
  new Map([...tensors].map(([name, values]) => [name, Float64Array.from(values)]));

/**
 * A float32 chain of S products, each a sum of at most n terms, errs by at most S · n · u of its norm to first order (Higham 2002,
 * §3.1 and §3.5, with γₙ ≈ n·u). S: 6 roundings of this kind a layer forward, twice that backward, 4 around; n: the longest sum.
 */
function relativeBound(config: ModelConfig, rows: number): number {
  const unit = 2 ** -24;
  return (18 * config.numHiddenLayers + 4) * Math.max(config.vocabSize, config.intermediateSize, rows) * unit;
}

function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let error = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    error += (actual[i]! - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  return Math.sqrt(error / norm);
}

describe.each(builds)('the model in the %s build', (build) => {
  it.each(configs.flatMap((config) => [1, 3].map((microBatches) => ({ ...config, microBatches }))))(
    'has the loss and every gradient of the float64 oracle within S · n · u (hidden $hiddenSize, $numHiddenLayers layers, micro-batches: $microBatches)',
    async ({ microBatches, ...config }) => {
      const sequences = 3;
      const length = config.maxPositionEmbeddings;
      const tokens = sequences * length;
      const recipe = {
        ...recipes.default,
        tokensPerStep: [[0, tokens]] as const,
        lengths: [[0, length]] as const,
        peakLearningRate: 0,
      };
      const size = {
        tokens: tokens / microBatches,
        chunks: mostChunks(tokens),
        lanes: 1,
        // Muon would leave its update in the place of the gradient.
        optimizer: 'adamw' as const,
      };
      const team = Team.create(lonePlatform, compiled(build), config, size, 512);
      const random = new Random(5);
      const stream = Uint16Array.from({ length: 400 }, () => random.below(config.vocabSize));
      const batches = new Batches(stream, 11);
      const weights = randomTensors(config, 3);
      const learner = new Learner(team, config, recipe, batches, weights);
      const { loss } = learner.step(0);

      const ids = new Int32Array(tokens);
      const targets = new Int32Array(tokens);
      batches.read(ids, targets, 0, sequences, length);
      const parameters = asFloat64(weights);
      const gradients = new Map<string, Float64Array>();
      let expectedLoss = 0;
      for (let row = 0; row < tokens; row += length) {
        const one = arceeLossAndGradients(
          config,
          parameters,
          ids.subarray(row, row + length),
          targets.subarray(row, row + length),
        );
        expectedLoss += one.loss / sequences;
        for (const [name, values] of one.gradients) {
          const sum = gradients.get(name) ?? new Float64Array(values.length);
          gradients.set(
            name,
            sum.map((value, i) => value + values[i]! / sequences),
          );
        }
      }
      const bound = relativeBound(config, tokens);
      expect(Math.abs(loss - expectedLoss) / expectedLoss).toBeLessThan(bound);
      // The learning rate was 0; an evaluation goes through the vocabulary in blocks.
      let evaluated = 0;
      for (let row = 0; row < tokens; row += size.tokens) {
        team.integers(team.plan.ids, size.tokens).set(ids.subarray(row, row + size.tokens));
        team.integers(team.plan.targets, size.tokens).set(targets.subarray(row, row + size.tokens));
        team.run('evaluate', { rows: size.tokens, length });
        for (const each of team.floats(team.plan.losses, size.tokens)) evaluated += each / tokens;
      }
      expect(Math.abs(evaluated - expectedLoss) / expectedLoss).toBeLessThan(bound);
      const actual = readTensors(team.memory, team.plan.parameters, team.plan.gradients);
      expect([...actual.keys()].toSorted()).toEqual([...gradients.keys()].toSorted());
      for (const [name, values] of actual) {
        expect(relativeError(values, gradients.get(name)!), name).toBeLessThan(bound);
      }
      await team.dispose();
    },
  );

  it.each(configs)(
    'gives the logits of the float64 oracle within S · n · u (hidden $hiddenSize, $numHiddenLayers layers)',
    (config) => {
      const weights = randomTensors(config, 4);
      const ids = someIds(config, config.maxPositionEmbeddings);
      const all = new Decoder(compiled(build), config, weights, 'f32').all(ids);
      const { logits } = arceeLossAndGradients(config, asFloat64(weights), ids, ids);
      expect(relativeError(all, logits)).toBeLessThan(relativeBound(config, 1));
    },
  );
});

function someIds(config: ModelConfig, count: number): number[] {
  const random = new Random(6);
  return Array.from({ length: count }, () => random.below(config.vocabSize));
}

const decoders = builds.flatMap((build) =>
  (['f32', 'int8'] as const).map((format) => [build, format] as const),
);

describe.each(decoders)('the decoder (%s build, %s weights)', (build, format) => {
  const decoderOf = (config: ModelConfig): Decoder =>
    new Decoder(compiled(build), config, randomTensors(config, 4), format);

  it.each(configs)(
    'gives the same bits with and without the key-value cache (hidden $hiddenSize)',
    (config) => {
      const ids = someIds(config, config.maxPositionEmbeddings);
      const all = decoderOf(config).all(ids);
      const cached = decoderOf(config);
      for (let length = 1; length <= ids.length; length++) {
        expect(cached.cachedLength(ids.slice(0, length))).toBe(length - 1);
        const next = cached.next(ids.slice(0, length))!;
        expect(next).toEqual(all.subarray((length - 1) * config.vocabSize, length * config.vocabSize));
      }
    },
  );

  it('computes again from the first id that changed, and only from there', () => {
    const config = configs[1]!;
    const decoder = decoderOf(config);
    const ids = Array.from({ length: 20 }, (_, i) => i);
    decoder.next(ids);
    const changed = ids.with(12, 99);
    expect(decoder.cachedLength(changed)).toBe(12);
    expect(decoder.next(changed)).toEqual(decoderOf(config).next(changed));
  });

  it('stops between blocks when it is cancelled, and what is cached stays true', () => {
    const config = { ...configs[1]!, maxPositionEmbeddings: 200 };
    const decoder = decoderOf(config);
    const ids = Array.from({ length: 200 }, (_, i) => (7 * i) % config.vocabSize);
    let polls = 0;
    expect(decoder.next(ids, () => ++polls > 1)).toBeNull();
    expect(decoder.cachedLength(ids)).toBe(64);
    expect(decoder.next(ids)).toEqual(decoderOf(config).next(ids));
  });

  it('refuses tensors that are missing or of another size', () => {
    const config = configs[1]!;
    for (const name of [
      'model.embed_tokens.weight',
      'model.norm.weight',
      'model.layers.1.mlp.up_proj.weight',
    ]) {
      const tensors = randomTensors(config, 4);
      tensors.set(name, new Float32Array(3));
      expect(() => new Decoder(compiled(build), config, tensors, format)).toThrow(name);
      tensors.delete(name);
      expect(() => new Decoder(compiled(build), config, tensors, format)).toThrow(name);
    }
  });
});
