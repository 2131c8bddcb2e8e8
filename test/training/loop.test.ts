import { describe, expect, it, vi } from 'vitest';
import { NihiloError } from '../../extension/protocol/errors.ts';
import { say } from '../../extension/protocol/sentence.ts';
import type { StopCondition, TrainingEvent } from '../../extension/protocol/training.ts';
import { type Best, type LoopParts, TrainingLoop } from '../../extension/training/loop.ts';
import { Pace } from '../../extension/training/pace.ts';

/** A training whose held-out loss at each step is given, and whose weights are the number of the step; half more in their average. */
class Script {
  readonly saved: Best[] = [];
  readonly events: TrainingEvent[] = [];
  cancelAt = Infinity;
  divergeAt = Infinity;
  breakAt = Infinity;
  microBatches = 1;
  cancelInPart = 0;
  saveFails = false;
  averages = false;
  averageGains = 0;
  readonly #lossAt: (step: number) => number;
  readonly #stop: StopCondition;
  #step: number;

  constructor(stop: StopCondition, lossAt: (step: number) => number, from = 0) {
    this.#stop = stop;
    this.#lossAt = lossAt;
    this.#step = from;
  }

  parts(pace: LoopParts['pace'] = new Pace(this.#stop, 1_000, 10, 0)): LoopParts {
    const state = () => ({ step: this.#step, tokens: 10 * this.#step, sequences: this.#step });
    const weights = () => new Map([['step', Float32Array.of(this.#step)]]);
    let averaged = false;
    const average = () => (this.averages ? new Map([['step', Float32Array.of(this.#step + 0.5)]]) : null);
    let part = 0;
    const cancelled = () => this.#step >= this.cancelAt && part >= this.cancelInPart;
    const learn = () => {
      if (this.#step + 1 === this.breakAt) throw new NihiloError('workerFailed', say`A lane broke.`);
      if (this.#step + 1 === this.divergeAt) throw new NihiloError('trainingDiverged', say`It diverged.`);
      this.#step++;
      return { loss: 1, gradientNorm: 1, learningRate: 1, flops: 1 };
    };
    const microBatches = this.microBatches;
    function* stepInParts() {
      for (part = 1; part < microBatches; part++) yield undefined;
      part = 0;
      return learn();
    }
    return {
      learner: {
        get state() {
          return state();
        },
        get weightsInPlace() {
          return weights();
        },
        exchangeAverage: () => {
          averaged = !averaged;
        },
        get average() {
          return average();
        },
        epochs: 0,
        stepInParts,
      },
      score: () => {
        const loss = this.#lossAt(this.#step) - (averaged ? this.averageGains : 0);
        return Promise.resolve({ loss, bitsPerByte: loss / 2, tokens: 1, bytes: 1 });
      },
      pace,
      cpuSeconds: () => null,
      stop: this.#stop,
      steering: {
        get cancelled() {
          return cancelled();
        },
        breathe: () => Promise.resolve(),
      },
      tokensPerByte: 1,
      emit: (event) => this.events.push(event),
      sample: (weights) => [...weights].map(([name, values]) => `${name} ${values[0]}`),
      save: (best) => {
        this.saved.push(best);
        return this.saveFails
          ? Promise.reject(new NihiloError('storageFailed', say`Disk full.`))
          : Promise.resolve();
      },
    };
  }
}

/** A clock on which every look takes 20 s. */
function hurriedPace(steps: number): LoopParts['pace'] {
  const pace = new Pace({ steps }, 1_000, 10, 0);
  let seconds = 0;
  return {
    get seconds() {
      return (seconds += 20);
    },
    progress: (step) => pace.progress(step),
    remainingSeconds: (step) => pace.remainingSeconds(step),
    evaluationDue: (step) => pace.evaluationDue(step),
    evaluated: (start) => pace.evaluated(start),
    outside: (wait) => pace.outside(wait),
  };
}

describe('TrainingLoop', () => {
  // Scored at 0, 10, 20 … 100; best at 40; step 55, which no schedule scores, would be better still.
  const lossAt = (step: number): number => (step === 55 ? 1 : 5 + Math.abs(step - 40));

  it('keeps the weights of the best score, not the last', async () => {
    const { best, scheduledBest } = await new TrainingLoop(
      new Script({ steps: 100 }, lossAt).parts(),
      null,
    ).run();
    expect([best.step, best.weights.get('step')![0], scheduledBest]).toEqual([40, 40, null]);
  });

  it('keeps the score of a stop for the user, and goes on as if it had not been looked at', async () => {
    const script = new Script({ steps: 100 }, lossAt);
    script.cancelAt = 55;
    const cut = await new TrainingLoop(script.parts(), null).run();
    expect([cut.best.step, cut.scheduledBest?.step]).toEqual([55, 40]);
    const rest = await new TrainingLoop(
      new Script({ steps: 100 }, lossAt, 55).parts(),
      cut.scheduledBest,
    ).run();
    expect([rest.best.step, rest.best.weights.get('step')![0]]).toEqual([40, 40]);
  });

  it.each([
    [0.5, 40.5],
    [-0.5, 40],
  ])('keeps the average of the weights where it does better: by %f, then %f', async (gains, kept) => {
    const script = new Script({ steps: 100 }, lossAt);
    [script.averages, script.averageGains] = [true, gains];
    const { best } = await new TrainingLoop(script.parts(), null).run();
    expect([best.step, best.weights.get('step')![0], best.score.loss]).toEqual([
      40,
      kept,
      5 - Math.max(0, gains),
    ]);
  });

  it.each([false, true])(
    'holds the best in one memory, however often it is another, averaged: %s',
    async (averages) => {
      const script = new Script({ steps: 100 }, (step) => -step);
      [script.averages, script.averageGains] = [averages, 1];
      const { best } = await new TrainingLoop(script.parts(hurriedPace(100)), null).run();
      expect(script.saved.length).toBeGreaterThan(5);
      expect(new Set([best, ...script.saved].map(({ weights }) => weights)).size).toBe(1);
      expect(best.weights.get('step')![0]).toBe(averages ? 100.5 : 100);
    },
  );

  it('shows what was scored at each score: the weights, or their average where that is better', async () => {
    const script = new Script({ steps: 20 }, lossAt);
    await new TrainingLoop(script.parts(), null).run();
    const told = (events: readonly TrainingEvent[]): unknown[] =>
      events.flatMap((event) => (event.type === 'sample' ? [event.sample] : []));
    expect(told(script.events)).toEqual(
      Array.from({ length: 11 }, (_, i) => ({ step: 2 * i, tokens: [`step ${2 * i}`] })),
    );
    const averaged = new Script({ steps: 20 }, lossAt);
    [averaged.averages, averaged.averageGains] = [true, 1];
    await new TrainingLoop(averaged.parts(), null).run();
    expect(told(averaged.events).at(-1)).toEqual({ step: 20, tokens: ['step 20.5'] });
    const kinds = script.events.map(({ type }) => type).filter((type) => type !== 'progress');
    expect(kinds.filter((_, i) => i % 2 === 0).every((type) => type === 'heldOut')).toBe(true);
  });

  it('stopped before its first step, says so and saves nothing', async () => {
    const script = new Script({ steps: 100 }, lossAt);
    script.cancelAt = 0;
    await expect(new TrainingLoop(script.parts(), null).run()).rejects.toMatchObject({
      code: 'trainingCancelled',
    });
    expect(script.saved).toEqual([]);
  });

  it('makes a step however little time there is', async () => {
    const script = new Script({ seconds: 1e-9 }, lossAt);
    const result = await new TrainingLoop(script.parts(), null).run();
    expect([result.best.step, result.tokens]).toEqual([1, 10]);
  });

  it('saves the best weights before it gives up on weights that diverge', async () => {
    const script = new Script({ steps: 100 }, lossAt);
    script.divergeAt = 77;
    await expect(new TrainingLoop(script.parts(), null).run()).rejects.toMatchObject({
      code: 'trainingDiverged',
    });
    expect(script.saved.map((best) => best.step)).toEqual([40]);
  });

  it('gives up on weights whose held-out loss is no number at the step that is scored, and keeps the best', async () => {
    const script = new Script({ steps: 100 }, (step) => (step === 60 ? NaN : lossAt(step)));
    await expect(new TrainingLoop(script.parts(), null).run()).rejects.toMatchObject({
      code: 'trainingDiverged',
      message: expect.stringMatching(/stopped at step 60: .* NaN\. The last good checkpoint is kept/),
    });
    expect(script.saved.map((best) => best.step)).toEqual([40]);
    const fromTheStart = new Script({ steps: 100 }, () => NaN);
    await expect(new TrainingLoop(fromTheStart.parts(), null).run()).rejects.toMatchObject({
      code: 'trainingDiverged',
    });
    expect(fromTheStart.saved).toEqual([]);
  });

  it('saves nothing when a lane fails: another one may still be writing the weights', async () => {
    const script = new Script({ steps: 100 }, lossAt);
    script.breakAt = 77;
    await expect(new TrainingLoop(script.parts(), null).run()).rejects.toMatchObject({
      code: 'workerFailed',
    });
    expect(script.saved).toEqual([]);
  });

  it('stopped between two micro-batches of a step, drops the step and keeps the best', async () => {
    const script = new Script({ steps: 100 }, lossAt);
    script.microBatches = 4;
    script.cancelAt = 55;
    script.cancelInPart = 2;
    const { best, tokens } = await new TrainingLoop(script.parts(), null).run();
    expect([best.step, tokens]).toEqual([55, 550]);
  });

  it('goes on when a save on the way fails, says why, and tries again', async () => {
    const script = new Script({ steps: 100 }, lossAt);
    script.saveFails = true;
    const result = await new TrainingLoop(script.parts(hurriedPace(100)), null).run();
    expect(result.best.step).toBe(40);
    expect(script.saved.length).toBeGreaterThan(1);
    const details = script.events.flatMap((event) => (event.type === 'stage' ? [event.detail] : []));
    expect(details.length).toBe(script.saved.length);
    expect(details[0]).toContain('Disk full.');
  });
});

describe('Pace', () => {
  it('counts epochs in steps: as many as their tokens fill, the last one whole', () => {
    const pace = new Pace({ epochs: 2.5 }, 1_000, 64, 0);
    expect(pace.progress(39)).toBeLessThan(1);
    expect(pace.progress(40)).toBe(1);
  });

  it('goes by the nearest limit', () => {
    expect(new Pace({ steps: 100, epochs: 1 }, 640, 64, 0).progress(5)).toBe(0.5);
    expect(new Pace({ steps: 100, seconds: 10 }, 640, 64, 5).progress(1)).toBeGreaterThanOrEqual(0.5);
    expect(new Pace({ targetLoss: 1 }, 640, 64, 5).progress(1_000)).toBe(0);
  });

  it('looks at held-out text as the limit that ends the training asks, and by steps alone where steps do', () => {
    const due = (stop: StopCondition, msPerStep: number, steps: number): number[] => {
      let now = 1_000;
      const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
      try {
        const pace = new Pace(stop, 640, 64, 0);
        return Array.from({ length: steps }, (_, step) => step).filter((step) => {
          if (step > 0) now += msPerStep;
          const isDue = pace.evaluationDue(step);
          if (isDue) pace.evaluated(pace.seconds);
          return isDue;
        });
      } finally {
        clock.mockRestore();
      }
    };
    const tenths = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90];
    expect(due({ steps: 100 }, 100, 100)).toEqual(tenths);
    expect(due({ steps: 100, seconds: 3_600 }, 100, 100)).toEqual(tenths);
    // Time ends it after 100 steps of ten thousand, of which no tenth is among them.
    expect(due({ steps: 10_000, seconds: 10 }, 100, 100)).toEqual([0, ...due({ seconds: 10 }, 100, 100)]);
    expect(due({ seconds: 10 }, 100, 100).length).toBeGreaterThanOrEqual(10);
    expect(due({ steps: 10_000, targetLoss: 1 }, 100, 120)).toEqual([0, 50, 100]);
    expect(due({ targetLoss: 1 }, 100, 120)).toEqual([0, 50, 100]);
  });

  it('does not count time outside', async () => {
    const pace = new Pace({ seconds: 10 }, 640, 64, 0);
    const before = pace.seconds;
    await pace.outside(() => new Promise((resolve) => setTimeout(resolve, 60)));
    expect(pace.seconds - before).toBeLessThan(0.05);
  });

  it('counts little of what a machine slept through, and all of slow steps', () => {
    let now = 1_000;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    try {
      const pace = new Pace({ seconds: 300 }, 640, 64, 0);
      const after = (ms: number): number => {
        now += ms;
        return pace.seconds;
      };
      for (let step = 1; step <= 20; step++) expect(after(400)).toBeCloseTo(0.4 * step, 9);
      // An evaluation of many steps' time, then a night.
      expect(after(4_000)).toBeCloseTo(12, 9);
      const asleep = after(8 * 3_600_000);
      expect(asleep).toBeLessThanOrEqual(12 + 8 * 4);
      expect(after(400)).toBeCloseTo(asleep + 0.4, 9);
      // Nights on end, with a step between them: each counts as the first.
      for (let night = 1; night <= 4; night++) {
        expect(after(8 * 3_600_000)).toBeCloseTo(asleep + night * (0.4 + 8 * 4), 9);
        after(400);
      }
    } finally {
      clock.mockRestore();
    }
  });

  it('soon counts all of steps that are slow from the first on', () => {
    let now = 1_000;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    try {
      const pace = new Pace({ seconds: 300 }, 640, 64, 0);
      const steps = Array.from({ length: 4 }, () => {
        const before = pace.seconds;
        now += 30_000;
        return pace.seconds - before;
      });
      expect(steps).toEqual([5, 30, 30, 30]);
    } finally {
      clock.mockRestore();
    }
  });
});
