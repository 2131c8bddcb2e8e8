import { describe, expect, it } from 'vitest';
import { muonFlops } from '../../extension/engine/muon.ts';
import { Random } from '../../extension/engine/random.ts';
import { parameterTable } from '../../extension/engine/layout.ts';
import { readTensors } from '../../extension/engine/weights.ts';
import type { ModelConfig, OptimizerName } from '../../extension/protocol/model.ts';
import { Batches } from '../../extension/training/batches.ts';
import { Learner, mostChunks } from '../../extension/training/learner.ts';
import { recipes } from '../../extension/training/recipe.ts';
import { Team } from '../../extension/training/team.ts';
import { builds, compiled } from '../engine/compiled.ts';
import { lonePlatform } from '../engine/lonePlatform.ts';
import { randomTensors } from '../engine/tinyModel.ts';
import * as reference from '../reference/muon.ts';

/** Of q, k and v only the first begins at a multiple of 8 rows. */
const config: ModelConfig = {
  vocabSize: 60,
  hiddenSize: 20,
  intermediateSize: 80,
  numHiddenLayers: 2,
  numAttentionHeads: 1,
  maxPositionEmbeddings: 16,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tieWordEmbeddings: true,
};
const tokens = 64;
const recipe = {
  ...recipes.small,
  lengths: [[0, 16]] as const,
  warmUpSteps: 1,
  peakLearningRate: 0.01,
  readingsKept: Infinity,
};

function begin(build: (typeof builds)[number], optimizer: OptimizerName): { learner: Learner; team: Team } {
  const size = { tokens, chunks: mostChunks(tokens), lanes: 1, optimizer };
  const team = Team.create(lonePlatform, compiled(build), config, size, 512);
  const random = new Random(5);
  const stream = Uint16Array.from({ length: 400 }, (_, i) =>
    i % 2 === 0 ? random.below(config.vocabSize) : (7 * i) % config.vocabSize,
  );
  return {
    team,
    learner: new Learner(team, config, recipe, new Batches(stream, 1), randomTensors(config, 3)),
  };
}

const hidden = parameterTable(config).filter((spec) => spec.hidden);

describe.each(builds)('Muon in the %s build', (build) => {
  /**
   * 331 · (s + l) · u · 1.21 · √s is what test/assembly/muon.test.ts allows five iterations; momentum and descent add a few roundings
   * of the weight.
   */
  it('steps each hidden matrix by 0.2 · √(larger side) of its orthogonalised momentum, q, k and v apart, and the rest as AdamW', () => {
    const adam = begin(build, 'adamw');
    const muon = begin(build, 'muon');
    const before = muon.learner.weights;
    const { gradientNorm, learningRate: rate } = adam.learner.step(0);
    muon.learner.step(0);
    const scale = Math.min(1, recipe.clip / gradientNorm);
    const gradients = readTensors(adam.team.memory, adam.team.plan.parameters, adam.team.plan.gradients);
    const after = muon.learner.weights;
    const u = 2 ** -24;
    for (const { name, shape } of hidden) {
      const [rows, cols] = shape as [number, number];
      const gradient = Float64Array.from(gradients.get(name)!);
      const { update } = reference.nesterov(
        new Float64Array(gradient.length),
        gradient,
        scale,
        recipe.momentum,
      );
      const direction = reference.newtonSchulz(update, rows, cols, 5);
      const [short, long] = [Math.min(rows, cols), Math.max(rows, cols)];
      const step = rate * 0.2 * Math.sqrt(long);
      const bound = step * 331 * (short + long) * u * 1.21 * Math.sqrt(short);
      before.get(name)!.forEach((weight, at) => {
        const expected = weight - step * direction[at]! - rate * recipe.weightDecay * weight;
        const error = Math.abs(after.get(name)![at]! - expected);
        expect(error, name).toBeLessThanOrEqual(bound + 3 * u * Math.abs(weight));
      });
    }
    const names = new Set(hidden.map(({ name }) => name));
    for (const [name, values] of adam.learner.weights) {
      if (!names.has(name)) expect(after.get(name), name).toEqual(values);
    }
  });

  it('steps downhill in every hidden matrix, and learns', () => {
    const { gradients, before } = (() => {
      const { team, learner } = begin(build, 'adamw');
      const before = learner.weights;
      learner.step(0);
      return { before, gradients: readTensors(team.memory, team.plan.parameters, team.plan.gradients) };
    })();
    const { learner } = begin(build, 'muon');
    const first = learner.step(0).loss;
    const after = learner.weights;
    for (const { name } of hidden) {
      const gradient = gradients.get(name)!;
      const slope = gradient.reduce(
        (sum, g, at) =>
          sum + g * (after.get(name)![at]! - (1 - 0.01 * recipe.weightDecay) * before.get(name)![at]!),
        0,
      );
      expect(slope, name).toBeLessThan(0);
    }
    let last = first;
    for (let step = 1; step < 60; step++) last = learner.step(0.2).loss;
    expect(last).toBeLessThan(0.7 * first);
  });

  it('keeps one moment of the hidden matrices and two of the rest, and plans no more memory for it', () => {
    const adam = begin(build, 'adamw').team.plan;
    const { team, learner } = begin(build, 'muon');
    const { first, second } = learner.moments;
    const outer = parameterTable(config).filter((spec) => !spec.hidden);
    expect([...first.keys()]).toEqual(parameterTable(config).map(({ name }) => name));
    expect([...second.keys()]).toEqual(outer.map(({ name }) => name));
    const { secondMoment, plan } = { ...team.plan, plan: team.plan };
    const elements = plan.outerElements;
    expect(plan.ids - secondMoment).toBe(Math.ceil((4 * elements) / 64) * 64);
    expect(adam.ids - adam.secondMoment).toBe(Math.ceil((4 * adam.parameterElements) / 64) * 64);
  });
});

it('counts the arithmetic of the iterations: 5 · (s (s + 1) (l + s) + 2 s² l) a matrix', () => {
  const iteration = (s: number, l: number): number => s * (s + 1) * (l + s) + 2 * s * s * l;
  const layer = 4 * iteration(20, 20) + 2 * iteration(20, 80);
  expect(muonFlops(config)).toBe(5 * 2 * layer);
});
