import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placesIn, trialsOf } from '../../extension/completion/trials.ts';
import { Random } from '../../extension/engine/random.ts';

describe('places of a text', () => {
  it('are where somebody could be typing: not in the indentation, not at the end of a line, each once and in order', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '(', ' ', '\t', '\n', '\r\n', 'é'), maxLength: 80 });
    fc.assert(
      fc.property(text, fc.nat({ max: 12 }), fc.nat(), (given, count, seed) => {
        const random = new Random(seed);
        const places = placesIn(given, count, () => random.uniform());
        expect(places.length).toBeLessThanOrEqual(count);
        let last = -1;
        for (const { prefix, suffix } of places) {
          expect(prefix + suffix).toBe(given);
          expect(prefix.length).toBeGreaterThan(last);
          last = prefix.length;
          expect(suffix.split(/[\r\n]/)[0]!.trim()).not.toBe('');
          const isIndented = /(^|[\r\n])\s*$/.test(prefix) && /^\s/.test(suffix);
          expect(isIndented).toBe(false);
        }
      }),
    );
  });

  it('are found where there are any', () => {
    const random = new Random(1);
    expect(placesIn('const a = 1;\n'.repeat(50), 8, () => random.uniform())).toHaveLength(8);
  });
});

describe('the trials of a completion', () => {
  it('are its beginnings, right as long as the line goes on so, and weigh as much as one', () => {
    const completion = { text: 'foo(bar);', ends: [0, 3, 4, 7, 9], probabilities: [1, 0.9, 0.8, 0.5, 0.4] };
    expect(trialsOf(completion, { prefix: 'x', suffix: 'foo(baz);\n' })).toEqual([
      { probability: 0.9, right: true, weight: 0.25 },
      { probability: 0.8, right: true, weight: 0.25 },
      { probability: 0.5, right: false, weight: 0.25 },
      { probability: 0.4, right: false, weight: 0.25 },
    ]);
    expect(trialsOf({ text: '', ends: [], probabilities: [] }, { prefix: '', suffix: 'x' })).toEqual([]);
  });
});
