import { describe, expect, it } from 'vitest';
import { presetConfig } from '../../extension/engine/config.ts';
import { parameterTable } from '../../extension/engine/layout.ts';
import { QuantizedMatrix } from '../../extension/engine/quantizedMatrix.ts';
import { initialTensors } from '../../extension/engine/weights.ts';
import { Essay, essayIds } from '../../extension/inspection/essay.ts';
import { answerStage } from '../../extension/inspection/stageAnswers.ts';
import { storyOf, type VectorStory } from '../../extension/inspection/vectorStory.ts';
import type { StageAnswers } from '../../extension/protocol/stages.ts';
import { compiled } from '../engine/compiled.ts';

const config = presetConfig('small', 300);
const provenance = { corpora: [], readAtMs: 0 };
const told = (preset: 'small' | 'base', seed: number, from: typeof provenance | null): VectorStory =>
  storyOf({ config, trainerState: { preset, seed, provenance: from, best: { step: 40 } } });

describe('what the token vectors were before', () => {
  it('are the random numbers that a training of the seed begins with', () => {
    const { origin, points } = told('small', 12, provenance);
    expect(origin).toEqual({ from: 'seed', seed: 12 });
    const [{ step, vectors } = { step: -1, vectors: null }] = points();
    expect(step).toBe(0);
    const drawn = initialTensors(parameterTable(config), 12).get('model.embed_tokens.weight')!;
    for (const id of [0, 7, 299]) {
      const h = config.hiddenSize;
      expect(vectors!.row(id)).toEqual(drawn.slice(h * id, h * id + h));
    }
    expect(points()).toHaveLength(1);
  });

  it('are also those that the training kept on the way, but none from behind the best', () => {
    const shape = [300, config.hiddenSize];
    const vectors = QuantizedMatrix.of({ shape, data: new Float32Array(300 * config.hiddenSize).fill(0.5) });
    const earlier = [10, 20, 40, 80].map((step) => ({ step, vectors }));
    const trainerState = { preset: 'small', seed: 2, provenance, best: { step: 40 } } as const;
    const points = storyOf({ config, trainerState, earlier }).points();
    expect(points.map(({ step }) => step)).toEqual([0, 10, 20]);
    expect(points[1]!.vectors).toBe(vectors);
  });

  it('is not claimed of a model that began with the base, or came trained', () => {
    const base = told('base', 1, provenance);
    expect([base.origin.from, base.points()]).toEqual(['base', []]);
    for (const preset of ['base', 'small'] as const) {
      const came = told(preset, 1, null);
      expect([came.origin.from, came.points()]).toEqual(['unknown', []]);
    }
  });

  it('of the essay’s example are those of the steps 0, 1, 2, 4 …, and what is asked of one is of that one', () => {
    const essay = new Essay(compiled('baseline'), 5);
    const { subject } = essay.run;
    const start = subject.model.weights.get('model.embed_tokens.weight')!.slice();
    essay.step(2, 0.2);
    const afterTwo = subject.model.weights.get('model.embed_tokens.weight')!.slice();
    essay.step(5, 0.2);
    const ask = (point: number | null): StageAnswers['vectors'] =>
      answerStage(essay.run, { kind: 'vectors', position: 6, other: 5, point })
        .answer as StageAnswers['vectors'];
    const now = ask(null);
    expect(now.origin).toEqual({ from: 'seed', seed: 5 });
    expect(now.points).toEqual([0, 1, 2, 4]);
    expect(now.change).toBeCloseTo(1, 12);
    const vectorIn = (vectors: Float32Array, id: number): number[] =>
      Array.from(vectors.subarray(8 * id, 8 * id + 8));
    for (const [point, vectors] of [
      [0, start],
      [2, afterTwo],
    ] as const) {
      const then = ask(point);
      const [a, b] = [vectorIn(vectors, essayIds[6]!), vectorIn(vectors, essayIds[5]!)];
      expect([then.vector, then.other, then.now]).toEqual([a, b, now.vector]);
      const dot = (one: readonly number[], two: readonly number[]): number =>
        one.reduce((sum, value, i) => sum + value * two[i]!, 0);
      expect(then.dot).toBeCloseTo(dot(a, b), 12);
      expect(then.change).toBeCloseTo(dot(a, then.now) / Math.sqrt(dot(a, a) * dot(then.now, then.now)), 12);
      expect(then.neighbours).not.toEqual(now.neighbours);
    }
    // How far it has come: from the start, at each of the points, and now.
    const ways = now.drift;
    expect(ways).toHaveLength(5);
    const length = (a: readonly number[]): number => Math.sqrt(a.reduce((sum, value) => sum + value ** 2, 0));
    const begun = ask(0).vector;
    [0, 1, 2, 3, null].forEach((point, i) => {
      const { vector, change } = ask(point);
      expect(ways[i]!.distance).toBeCloseTo(length(vector.map((value, j) => value - begun[j]!)), 6);
      expect(ways[i]!.cosine).toBeCloseTo(change, 12);
    });
    expect([ways[0]!.distance, ways.at(-1)!.cosine]).toEqual([0, expect.closeTo(1, 12)]);
    expect(ways[4]!.distance).toBeGreaterThan(0);
    expect(ask(2).drift).toEqual(ways);
    essay.begin(6);
    expect(ask(null).points).toEqual([0]);
    expect(ask(0).vector).toEqual(ask(null).vector);
  });
});
