import path from 'node:path';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileKernels } from '../../extension/engine/instantiate.ts';
import { presetConfig } from '../../extension/engine/config.ts';
import { Random } from '../../extension/engine/random.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { mostChunks } from '../../extension/training/learner.ts';
import {
  largestOperand,
  orientations,
  productBlocks,
  type ProductShape,
} from '../../extension/training/product.ts';
import { recipes } from '../../extension/training/recipe.ts';
import { Team } from '../../extension/training/team.ts';

const root = path.join(import.meta.dirname, '..', '..');

/** In float64, by the definition. */
function reference(
  { orientation, rows, depth, cols }: ProductShape,
  a: Float32Array,
  b: Float32Array,
): { out: Float64Array; magnitude: Float64Array } {
  const transposed = orientation === 'TN';
  const [height, inner] = transposed ? [depth, rows] : [rows, depth];
  const out = new Float64Array(height * cols);
  const magnitude = new Float64Array(height * cols);
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < cols; j++) {
      for (let k = 0; k < inner; k++) {
        const left = transposed ? a[k * depth + i]! : a[i * depth + k]!;
        const right = orientation === 'NT' ? b[j * depth + k]! : b[k * cols + j]!;
        out[i * cols + j]! += left * right;
        magnitude[i * cols + j]! += Math.abs(left * right);
      }
    }
  }
  return { out, magnitude };
}

describe.each([1, 2])('the product that the benchmark times, on %d thread(s)', (threads) => {
  it('is a · b in every orientation: |error| ≤ n · ε · Σ|a·b|, n terms a sum', async () => {
    const compiled = await compileKernels((name) => readFile(path.join(root, 'dist', name)), false);
    const recipe = recipes.default;
    const size = {
      tokens: recipe.tokensPerMicroBatch,
      chunks: mostChunks(1024),
      lanes: threads,
      optimizer: recipe.optimizer,
    };
    const team = Team.create(nodePlatform(), compiled, presetConfig('default'), size, 1_000);
    const { plan } = team;
    const dimension = fc.integer({ min: 1, max: 40 });
    const shapes = fc.record({
      orientation: fc.constantFrom(...orientations),
      rows: fc.integer({ min: 1, max: 600 }),
      depth: dimension,
      cols: dimension,
    });
    try {
      fc.assert(
        fc.property(shapes, fc.nat(), (shape, seed) => {
          const random = new Random(seed);
          const [a, b] = [plan.firstMoment, plan.secondMoment].map((place) => {
            const operand = team.floats(place, largestOperand(shape));
            for (let i = 0; i < operand.length; i++) operand[i] = random.normal();
            return operand;
          }) as [Float32Array, Float32Array];
          const scalars = {
            productOrientation: orientations.indexOf(shape.orientation),
            productRows: shape.rows,
            productDepth: shape.depth,
            productCols: shape.cols,
            productBlocks: productBlocks(shape, threads),
          };
          team.run('packProduct', scalars);
          team.run('product', scalars);
          const { out, magnitude } = reference(shape, a, b);
          const ours = team.floats(plan.gradients, out.length);
          const terms = shape.orientation === 'TN' ? shape.rows : shape.depth;
          out.forEach((value, i) => {
            expect(Math.abs(ours[i]! - value)).toBeLessThanOrEqual(terms * 2 ** -23 * magnitude[i]!);
          });
        }),
        { numRuns: 40 },
      );
    } finally {
      await team.dispose();
    }
  });
});
