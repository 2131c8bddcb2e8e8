import { describe, expect, it } from 'vitest';
import { gradientsOf, learningAt, stepOf } from '../../extension/inspection/learning.ts';
import { RecordedModel } from '../../extension/inspection/recordedModel.ts';
import type { Run } from '../../extension/inspection/subject.ts';
import { weightAt } from '../../extension/inspection/weightPlace.ts';
import { Learner, mostChunks } from '../../extension/training/learner.ts';
import { type Recipe, recipeFor } from '../../extension/training/recipe.ts';
import { Team } from '../../extension/training/team.ts';
import { compiled } from '../engine/compiled.ts';
import { lonePlatform } from '../engine/lonePlatform.ts';
import { tinyConfig as config, randomTensors } from '../engine/tinyModel.ts';
import { randomIntegers, uniform } from '../reference/random.ts';

const ids = [...randomIntegers(uniform(3), 20, 0, 60)];

function runOf(optimizer: 'adamw' | 'muon', steps: number | null): Run {
  const model = new RecordedModel(compiled('baseline'), config, randomTensors(config, 4), optimizer);
  const next = uniform(8);
  const { first, second } = model.moments;
  const filled = (of: Map<string, Float32Array>, draw: () => number) =>
    new Map([...of].map(([name, values]) => [name, Float32Array.from(values, draw)]));
  const left =
    steps === null
      ? null
      : {
          first: filled(first, () => 1e-3 * (next() - 0.5)),
          second: filled(second, () => 1e-6 * (0.5 + next())),
          steps,
        };
  const recipe = recipeFor({ preset: 'small', optimizer, tokensPerStep: null });
  return { subject: { model, bytesOf: (id) => `t${id}`, training: { recipe, left, textTokens: null } }, ids };
}

/** Every gradient by its tensor, copied, and the length of all of them. */
function gradients({ subject, ids }: Run): { of: Map<string, Float32Array>; norm: number } {
  gradientsOf({ subject, ids });
  const of = new Map(
    [...subject.model.weights.keys()].map((name) => [name, subject.model.gradient(name).slice()]),
  );
  let squares = 0;
  for (const values of of.values()) for (const value of values) squares += value * value;
  return { of, norm: Math.sqrt(squares) };
}

describe('a step as the training takes it', () => {
  it.each([null, 40])('is AdamW’s by its published formula, with the moments of %s steps', (steps) => {
    const run = runOf('adamw', steps);
    const { model, training } = run.subject;
    const { recipe, left } = training!;
    const { of, norm } = gradients(run);
    const before = model.weightsCopy();
    for (const place of [
      { matrix: 'up', layer: 1, row: 40, col: 3 },
      { matrix: 'down', layer: 0, row: 2, col: 50 },
      { matrix: 'embedding', layer: 0, row: ids[5]!, col: 7 },
    ] as const) {
      const step = stepOf(run, place, 0.003);
      if (step.optimizer !== 'adamw') throw new Error(`a step of ${step.optimizer}`);
      const { tensor, at } = weightAt(model, place);
      const isHidden = place.matrix !== 'embedding';
      const rate = isHidden ? 0.003 : 0.003 * recipe.outerRate;
      const clip = Math.min(1, recipe.clip / norm);
      const g = clip * of.get(tensor)![at]!;
      const t = (steps ?? 0) + 1;
      const m = recipe.beta1 * (left?.first.get(tensor)![at] ?? 0) + (1 - recipe.beta1) * g;
      const v = recipe.beta2 * (left?.second.get(tensor)![at] ?? 0) + (1 - recipe.beta2) * g * g;
      const decay = isHidden ? recipe.weightDecay : recipe.embeddingDecay;
      const w = before.get(tensor)![at]!;
      const unbiased = Math.sqrt(v / (1 - recipe.beta2 ** t)) + recipe.eps;
      const after = w - rate * (m / (1 - recipe.beta1 ** t) / unbiased + decay * w);
      expect(step.gradientNorm).toBeCloseTo(norm, 5);
      expect(step.clip).toBeCloseTo(clip, 6);
      expect(step.steps).toBe(steps);
      expect(step.isLeastDecay).toBe(true);
      // Some roundings of float32.
      expect(Math.abs(step.first.after - m)).toBeLessThanOrEqual(4 * 2 ** -23 * Math.abs(m) + 1e-12);
      expect(Math.abs(step.second.after - v)).toBeLessThanOrEqual(4 * 2 ** -23 * v);
      expect(Math.abs(step.after - after)).toBeLessThanOrEqual(1e-6 * (Math.abs(w) + rate));
    }
  });

  it('is Muon’s: along a matrix whose rows are nearly at right angles, made of the momentum of all of it', () => {
    const run = runOf('muon', 40);
    const { recipe, left } = run.subject.training!;
    const { of, norm } = gradients(run);
    const clip = Math.min(1, recipe.clip / norm);
    const size = config.hiddenSize;
    const name = 'model.layers.1.self_attn.o_proj.weight';
    const nesterov: number[][] = [];
    const directions: number[][] = [];
    for (let row = 0; row < size; row++) {
      nesterov.push([]);
      directions.push([]);
      for (let col = 0; col < size; col++) {
        const step = stepOf(run, { matrix: 'output', layer: 1, row, col }, 0.003);
        if (step.optimizer !== 'muon') throw new Error(`a step of ${step.optimizer}`);
        const at = row * size + col;
        const g = clip * of.get(name)![at]!;
        const m = recipe.momentum * left!.first.get(name)![at]! + (1 - recipe.momentum) * g;
        expect(step.first.after).toBeCloseTo(m, 9);
        const w = step.before;
        const moved = w - 0.003 * (step.scale * step.direction + recipe.weightDecay * w);
        expect(step.after).toBeCloseTo(moved, 6);
        expect(step.scale).toBe(0.2 * Math.sqrt(size));
        nesterov[row]!.push(recipe.momentum * m + (1 - recipe.momentum) * g);
        directions[row]!.push(step.direction);
      }
    }
    const product = (a: readonly number[], b: readonly number[]): number =>
      a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    // Of the nearest orthogonal matrix O to M the product O Mᵀ is symmetric and has the largest trace of all.
    const trace = directions.reduce((sum, row, i) => sum + product(row, nesterov[i]!), 0);
    const length = Math.sqrt(nesterov.reduce((sum, row) => sum + product(row, row), 0));
    expect(trace / length).toBeGreaterThan(1);
    directions.forEach((row, i) => {
      // Five iterations leave singular values between 0.7 and 1.2 (Jordan et al. 2024).
      expect(product(row, row)).toBeGreaterThan(0.4);
      expect(product(row, row)).toBeLessThan(1.6);
      directions.slice(0, i).forEach((other) => expect(Math.abs(product(row, other))).toBeLessThan(0.45));
    });
  });

  it.each([
    ['adamw', 800],
    ['adamw', 1_000_000],
    ['muon', 800],
  ] as const)('is that of a training itself by %s, on a text of %i tokens', (optimizer, textTokens) => {
    const recipe: Recipe = {
      ...recipeFor({ preset: 'small', optimizer, tokensPerStep: null }),
      tokensPerStep: [[0, 20]],
      lengths: [[0, 20]],
      warmUpSteps: 1,
    };
    const text = [...ids, 7];
    const source = {
      tokens: textTokens,
      read: (to: Int32Array, targets: Int32Array) => {
        to.set(text.slice(0, 20));
        targets.set(text.slice(1));
      },
    };
    const size = { tokens: 24, chunks: mostChunks(24), lanes: 1, optimizer };
    const team = Team.create(lonePlatform, compiled('baseline'), config, size, 512);
    const learner = new Learner(team, config, recipe, source, randomTensors(config, 4));
    const { learningRate: rate, gradientNorm } = learner.step(0);

    const model = new RecordedModel(compiled('baseline'), config, randomTensors(config, 4), optimizer);
    const training = { recipe, left: null, textTokens };
    const run = { subject: { model, bytesOf: (id: number) => `t${id}`, training }, ids: text };
    for (const place of [
      { matrix: 'up', layer: 1, row: 40, col: 3 },
      { matrix: 'down', layer: 0, row: 2, col: 50 },
      { matrix: 'embedding', layer: 0, row: ids[5]!, col: 7 },
    ] as const) {
      const step = stepOf(run, place, rate);
      const { tensor, at } = weightAt(model, place);
      const after = learner.weights.get(tensor)![at]!;
      expect(step.gradientNorm).toBeCloseTo(gradientNorm, 5);
      // Some roundings of float32; the least decay alone would leave the weight elsewhere.
      expect(Math.abs(step.after - after)).toBeLessThanOrEqual(1e-6 * (Math.abs(after) + rate));
      expect(step.isLeastDecay).toBe(false);
      const least = place.matrix === 'embedding' ? recipe.embeddingDecay : recipe.weightDecay;
      if (textTokens === 800) expect(step.decay).toBeGreaterThan(2 * least);
      else expect(step.decay).toBe(least);
    }
  });

  it('leaves the embedding to AdamW, lowers the loss, and leaves the model as it was', () => {
    const run = runOf('muon', null);
    const { model } = run.subject;
    const before = model.weightsCopy();
    const place = { matrix: 'embedding', layer: 0, row: ids[3]!, col: 2 } as const;
    const { trained, meanBefore } = learningAt(run, 5, 0.002, place);
    expect(trained!.step.optimizer).toBe('adamw');
    expect(trained!.step.steps).toBeNull();
    expect(trained!.step.first.before).toBe(0);
    expect(trained!.meanAfter).toBeLessThan(meanBefore);
    expect(learningAt(run, 5, 0.002, place).trained).toEqual(trained);
    expect(model.weightsCopy()).toEqual(before);
  });
});
