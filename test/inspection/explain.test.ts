import { describe, expect, it } from 'vitest';
import { explain } from '../../extension/inspection/explain.ts';
import { recipeFor } from '../../extension/training/recipe.ts';
import { RecordedModel } from '../../extension/inspection/recordedModel.ts';
import type { Run } from '../../extension/inspection/subject.ts';
import type { Explanation, FormulaKind } from '../../extension/protocol/explanation.ts';
import { compiled } from '../engine/compiled.ts';
import { randomTensors } from '../engine/tinyModel.ts';
import { randomIntegers, uniform } from '../reference/random.ts';
import { checkSheet } from '../arithmetic/checkedSheet.ts';
import { learntNumbers, predictedNumbers } from './someNumbers.ts';

const config = {
  vocabSize: 97,
  hiddenSize: 24,
  intermediateSize: 96,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  maxPositionEmbeddings: 32,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tieWordEmbeddings: true,
} as const;

function runOf(seed: number, build: 'baseline' | 'relaxed'): Run {
  const optimizer = seed % 2 === 0 ? ('muon' as const) : ('adamw' as const);
  const model = new RecordedModel(compiled(build), config, randomTensors(config, seed), optimizer);
  const ids = [...randomIntegers(uniform(seed), 20, 0, config.vocabSize - 1)];
  const recipe = recipeFor({ preset: 'small', optimizer, tokensPerStep: null });
  // Of some runs the training has left something behind.
  const left = seed < 5 ? null : { ...momentsLike(model, seed), steps: 10 * seed };
  // And of some its text's size is known, from which decays follow that have many decimals.
  const textTokens = seed % 3 === 0 ? null : 700 * (seed + 1);
  return { subject: { model, bytesOf: (id) => `t${id}`, training: { recipe, left, textTokens } }, ids };
}

/** Moments as large as gradients are. */
function momentsLike(model: RecordedModel, seed: number): RecordedModel['moments'] {
  const next = uniform(seed);
  const { first, second } = model.moments;
  const filled = (of: Map<string, Float32Array>, draw: () => number): Map<string, Float32Array> =>
    new Map([...of].map(([name, values]) => [name, Float32Array.from(values, draw)]));
  return {
    first: filled(first, () => 1e-4 * (next() - 0.5)),
    second: filled(second, () => 1e-8 * (0.5 + next())),
  };
}

/** What is counted in a text: how often a pair is joined, and how much of it a token is. */
function counted(
  next: () => number,
): { readonly asked: { readonly of: string }; readonly explanation: Explanation }[] {
  const below = (bound: number): number => Math.floor(next() * bound);
  const tokens = Array.from({ length: 1 + below(50) }, (_, i) => `“t${i}”`);
  const [times, counts] = [tokens.map(() => 1 + below(3)), tokens.map(() => below(100_000))];
  const rest = below(2) * below(1_000_000);
  const joined = times.reduce((sum, held, i) => sum + held * counts[i]!, rest);
  const [before, count] = [below(100_000), 1 + below(1_000)];
  const total = before + count + below(100_000);
  return [
    {
      asked: { of: 'mergeCount' },
      explanation: {
        formula: 'mergeCount',
        operands: { tokens, times, counts, rest },
        machine: [joined],
      },
    },
    {
      asked: { of: 'share' },
      explanation: {
        formula: 'share',
        operands: { before, count, total },
        machine: [count / total, (before + count) / total],
      },
    },
  ];
}

describe.each(['baseline', 'relaxed'] as const)('a sheet of any number (%s kernels)', (build) => {
  it('is redone from its text alone to the last digit, and the machine is within the bound that it states', () => {
    const next = uniform(7);
    const kinds = new Set<FormulaKind>();
    let sheets = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const run = runOf(seed, build);
      const ofRun = [...predictedNumbers(run, next), ...learntNumbers(run, next)].map((asked) => ({
        asked,
        explanation: explain(run, asked),
      }));
      for (const { asked, explanation } of [...ofRun, ...counted(next)]) {
        kinds.add(explanation.formula);
        for (const mostTerms of [Infinity, 8]) checkSheet(explanation, asked, mostTerms);
        sheets++;
      }
    }
    expect(sheets).toBeGreaterThan(200);
    expect([...kinds].sort()).toEqual([
      'activation',
      'adamw',
      'cosine',
      'descent',
      'dot',
      'entropy',
      'error',
      'interval',
      'loss',
      'mergeCount',
      'muon',
      'norm',
      'rotation',
      'score',
      'share',
      'softmax',
      'sum',
    ]);
  });
});
