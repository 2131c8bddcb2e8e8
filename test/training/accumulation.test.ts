import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../extension/engine/random.ts';
import { readTensors } from '../../extension/engine/weights.ts';
import { Batches } from '../../extension/training/batches.ts';
import { Learner, mostChunks } from '../../extension/training/learner.ts';
import { recipes } from '../../extension/training/recipe.ts';
import { Team } from '../../extension/training/team.ts';
import { builds, compiled } from '../engine/compiled.ts';
import { lonePlatform } from '../engine/lonePlatform.ts';
import { oddConfig as config, randomTensors } from '../engine/tinyModel.ts';

/** Gradients of one step of so many sequences, of which `together` fit into memory. */
function gradients(build: (typeof builds)[number], length: number, sequences: number, together: number) {
  const recipe = {
    ...recipes.small,
    // Muon would put its step in the gradient's place, scaled by the norm of all gradients, whose last bits may differ.
    optimizer: 'adamw' as const,
    lengths: [[0, length]] as const,
    tokensPerStep: [[0, sequences * length]] as const,
    peakLearningRate: 0,
  };
  const tokens = together * length;
  const size = { tokens, chunks: mostChunks(tokens), lanes: 1, optimizer: recipe.optimizer };
  const team = Team.create(lonePlatform, compiled(build), config, size, 512);
  const random = new Random(5);
  const stream = Uint16Array.from({ length: 400 }, () => random.below(config.vocabSize));
  const learner = new Learner(team, config, recipe, new Batches(stream, 1), randomTensors(config, 3));
  const { loss, gradientNorm } = learner.step(0);
  const { state } = learner;
  const { plan } = team;
  return { loss, gradientNorm, state, tensors: readTensors(team.memory, plan.parameters, plan.gradients) };
}

const u = 2 ** -24;

function relativeError(actual: Float32Array, expected: Float32Array): number {
  const difference = Math.hypot(...actual.map((value, at) => value - expected[at]!));
  return difference / Math.hypot(...expected);
}

describe.each(builds)('micro-batches in the %s build', (build) => {
  /**
   * A weight's gradient is one sum over the tokens in their order, wherever a micro-batch ends. A norm's is a sum of sums over chunks,
   * and the embedding's adds what is looked up to what the head gives, micro-batch by micro-batch: the same terms in another order,
   * where each of two sums of n terms errs by n · u of them at most.
   */
  it('add up to the gradients of the whole batch: the same bits in the hidden matrices, 2 · n · u in the norms and the embedding', () => {
    const shapes = fc.record({
      length: fc.integer({ min: 1, max: 24 }),
      sequences: fc.integer({ min: 1, max: 30 }),
      together: fc.integer({ min: 1, max: 30 }),
    });
    fc.assert(
      fc.property(shapes, ({ length, sequences, together }) => {
        const whole = gradients(build, length, sequences, sequences);
        const parts = gradients(build, length, sequences, together);
        expect(parts.state).toEqual(whole.state);
        const n = sequences * length + config.vocabSize;
        expect(Math.abs(parts.loss - whole.loss)).toBeLessThanOrEqual(n * 2 ** -53 * whole.loss);
        expect(Math.abs(parts.gradientNorm / whole.gradientNorm - 1)).toBeLessThanOrEqual(2 * n * u);
        for (const [name, values] of parts.tensors) {
          const expected = whole.tensors.get(name)!;
          if (name.includes('proj')) expect(values, name).toEqual(expected);
          else expect(relativeError(values, expected), name).toBeLessThanOrEqual(2 * n * u);
        }
      }),
      { numRuns: 25 },
    );
  });
});
