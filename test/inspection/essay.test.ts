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

  it.each([1, 2, 3, 7, 42, 2024])('learns from seed %i that the doctor is kept away', (seed) => {
    const essay = new Essay(compiled('baseline'), seed);
    const first = essay.state;
    for (const rate of [0.5, 1, 2]) {
      essay.begin(seed);
      const t = performance.now();
      let at = 0;
      for (at = 0; at < 2000; at += 10) {
        essay.step(10, rate);
        if (essay.state.says === 'away' && essay.state.trueProbability > 0.6) break;
      }
      console.log(
        seed,
        rate,
        at,
        first.says,
        essay.state.says,
        essay.state.trueProbability,
        essay.state.losses.at(-1),
        performance.now() - t,
      );
    }
  });
});
