import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presetConfig } from '../../extension/engine/config.ts';
import { parameterCount } from '../../extension/engine/layout.ts';
import { sizeNames } from '../../extension/protocol/model.ts';
import type { StopCondition } from '../../extension/protocol/training.ts';
import { autoSize, type Circumstances } from '../../extension/training/size.ts';

const trainBytes = fc.integer({ min: 1_000, max: 64_000_000 });
const threads = fc.integer({ min: 1, max: 64 });
const more = fc.double({ min: 1, max: 1_000, noNaN: true });
const stop: fc.Arbitrary<StopCondition> = fc.oneof(
  fc.record({ seconds: fc.integer({ min: 1, max: 86_400 }) }),
  fc.record({ steps: fc.integer({ min: 1, max: 1_000_000 }) }),
  fc.record({ epochs: fc.double({ min: 0.01, max: 1_000, noNaN: true }) }),
  fc.record({ seconds: fc.integer({ min: 1, max: 86_400 }), steps: fc.integer({ min: 1, max: 1_000_000 }) }),
  fc.constant({ targetLoss: 2 }),
);

const parameters = ({ preset, vocabSize }: ReturnType<typeof autoSize>): number =>
  parameterCount(presetConfig(preset, vocabSize));

/** A training of so many times the steps, epochs and seconds. */
function longer(limits: StopCondition, factor: number): StopCondition {
  return Object.fromEntries(Object.entries(limits).map(([name, limit]) => [name, limit * factor]));
}

describe('autoSize', () => {
  it('never gives a smaller model for more text, more time or more threads', () => {
    fc.assert(
      fc.property(trainBytes, threads, stop, more, (bytes, lanes, limits, factor) => {
        const circumstances: Circumstances = { trainBytes: bytes, threads: lanes, stop: limits };
        const least = parameters(autoSize(circumstances));
        const grown: Circumstances[] = [
          { ...circumstances, trainBytes: bytes * factor },
          { ...circumstances, threads: lanes * factor },
          ...('targetLoss' in limits ? [] : [{ ...circumstances, stop: longer(limits, factor) }]),
        ];
        for (const one of grown) expect(parameters(autoSize(one))).toBeGreaterThanOrEqual(least);
      }),
    );
  });

  it('does not depend on the machine where steps or epochs end the training', () => {
    fc.assert(
      fc.property(trainBytes, threads, threads, stop, (bytes, few, many, limits) => {
        if (limits.seconds !== undefined || limits.targetLoss !== undefined) return;
        const size = (lanes: number) => autoSize({ trainBytes: bytes, threads: lanes, stop: limits });
        expect(size(few)).toEqual(size(many));
      }),
    );
  });

  it('takes the nearest of several limits', () => {
    fc.assert(
      fc.property(trainBytes, threads, (bytes, lanes) => {
        const size = (limits: StopCondition) => autoSize({ trainBytes: bytes, threads: lanes, stop: limits });
        expect(size({ steps: 10, seconds: 86_400 })).toEqual(size({ steps: 10 }));
        expect(size({ steps: 1_000_000, seconds: 10 })).toEqual(size({ seconds: 10 }));
      }),
    );
  });

  it('reaches every preset but pencil, which completes nothing', () => {
    const reached = new Set(
      [1, 10, 60, 300, 1_200, 7_200, 86_400].map(
        (seconds) => autoSize({ trainBytes: 5_000_000, threads: 4, stop: { seconds } }).preset,
      ),
    );
    expect([...reached]).toEqual(sizeNames.filter((preset) => preset !== 'pencil'));
  });
});
