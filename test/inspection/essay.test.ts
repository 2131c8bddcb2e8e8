import { describe, expect, it } from 'vitest';
import { Essay, essayIds, essayVocabulary } from '../../extension/inspection/essay.ts';
import { compiled } from '../engine/compiled.ts';

describe("the essay's example", () => {
  it('has the vocabulary and the input sequence of the essay', () => {
    expect(essayVocabulary).toEqual([
      'a',
      'an',
      'apple',
      'away',
      'day',
      'doctor',
      'is',
      'keeps',
      'on',
      'the',
      'vacation',
    ]);
    expect(essayIds).toEqual([1, 2, 0, 4, 7, 9, 5, 3, 9, 5, 6, 3, 8, 10]);
  });

  it.each([1, 2, 3, 7, 42, 2024])('learns from seed %i that an apple keeps the doctor away', (seed) => {
    const essay = new Essay(compiled('baseline'), seed);
    // Nothing was learnt: about as unsure as a fair pick among eleven.
    expect(essay.state.losses[0]).toBeGreaterThan(2);
    expect(essay.state.trueProbability).toBeLessThan(0.5);
    essay.step(200, 0.2);
    const { says, trueProbability, losses, step, diverged } = essay.state;
    expect({ says, step, diverged }).toEqual({ says: 'away', step: 200, diverged: false });
    expect(trueProbability).toBeGreaterThan(0.5);
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
  });

  it('starts from the same numbers for the same seed, and from others for another', () => {
    const essay = new Essay(compiled('baseline'), 5);
    const first = essay.state;
    essay.step(10, 0.2);
    essay.begin(5);
    expect(essay.state).toEqual(first);
    essay.begin(6);
    expect(essay.state.losses).not.toEqual(first.losses);
  });

  it('takes a step back that leads to infinity', () => {
    const essay = new Essay(compiled('baseline'), 1);
    essay.step(2000, 2);
    const { losses, diverged } = essay.state;
    expect(diverged).toBe(true);
    expect(losses.every(Number.isFinite)).toBe(true);
    essay.step(1, 0.01);
    expect(essay.state.diverged).toBe(false);
  });
});
