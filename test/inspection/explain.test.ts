import { describe, expect, it } from 'vitest';
import { sheetOf } from '../../extension/arithmetic/formulas.ts';
import { sheetText } from '../../extension/arithmetic/sheetText.ts';
import { explain, type RunNumber } from '../../extension/inspection/explain.ts';
import { recipeFor } from '../../extension/training/recipe.ts';
import { RecordedModel } from '../../extension/inspection/recordedModel.ts';
import type { Run } from '../../extension/inspection/subject.ts';
import type { Explanation, FormulaKind } from '../../extension/protocol/explanation.ts';
import { redo } from '../arithmetic/redo.ts';
import { compiled } from '../engine/compiled.ts';
import { randomTensors } from '../engine/tinyModel.ts';
import { randomIntegers, uniform } from '../reference/random.ts';

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
  return { subject: { model, bytesOf: (id) => `t${id}`, training: { recipe, left } }, ids };
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

/** A number of every kind, at a place that `next` chooses. */
function names(next: () => number): RunNumber[] {
  const below = (bound: number): number => Math.floor(next() * bound);
  const [layer, head, position] = [below(2), below(2), below(19)];
  const [other, index, neuron, token] = [below(position + 1), below(24), below(96), below(97)];
  const place = { layer, head, position };
  const rate = Math.ceil(next() * 100) / 100;
  const temperature = 0.5 + Math.ceil(next() * 30) / 20;
  const draw = { position, temperature, topK: 9, topP: 1, seed: below(1000) };
  const matrices = [
    { matrix: 'qkv', layer, row: below(72), col: index },
    { matrix: 'output', layer, row: index, col: below(24) },
    { matrix: 'up', layer, row: neuron, col: index },
    { matrix: 'down', layer, row: index, col: neuron },
    { matrix: 'embedding', layer, row: token, col: index },
  ] as const;
  return [
    { of: 'similarity', point: null, token, other: below(97) },
    ...(['inputNorm', 'middleNorm', 'attended', 'middle', 'down', 'output'] as const).map((of) => ({
      of,
      layer,
      position,
      index,
    })),
    ...(['query', 'key', 'value', 'rotatedQuery', 'rotatedKey', 'context'] as const).map((of) => ({
      of,
      ...place,
      index: index % 12,
    })),
    ...(['score', 'weight'] as const).map((of) => ({ of, ...place, other })),
    ...(['neuron', 'activation'] as const).map((of) => ({ of, layer, position, index: neuron })),
    { of: 'finalNorm', position, index },
    { of: 'logit', position, token },
    { of: 'error', position, token },
    { of: 'probability', position, token, temperature },
    { of: 'probability', position, token, temperature: 1 },
    { of: 'entropy', position },
    { of: 'loss', position },
    ...matrices.map((weight) => ({ of: 'gradient' as const, ...weight })),
    ...matrices.map((weight) => ({ of: 'descent' as const, rate, ...weight })),
    ...matrices.map((weight) => ({ of: 'optimizerStep' as const, rate: rate / 100, ...weight })),
    { of: 'interval', token: -1, ...draw },
  ];
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
      const ofRun = names(next).map((name) => {
        const asked = name.of === 'interval' ? { ...name, token: likeliestOf(run, name) } : name;
        return { asked, explanation: explain(run, asked) };
      });
      for (const { asked, explanation } of [...ofRun, ...counted(next)]) {
        kinds.add(explanation.formula);
        for (const mostTerms of [Infinity, 8]) {
          const sheet = sheetOf(explanation, mostTerms);
          const redone = redo(sheetText(sheet));
          expect(redone.length, JSON.stringify(asked)).toBe(explanation.machine.length);
          redone.forEach(({ difference, bound, machine }, i) => {
            expect(machine === explanation.machine[i]).toBe(true);
            expect(difference, `${JSON.stringify(asked)} ${sheetText(sheet)}`).toBeLessThanOrEqual(bound);
          });
        }
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

function likeliestOf(run: Run, name: Extract<RunNumber, { of: 'interval' }>): number {
  run.subject.model.run(run.ids);
  const logits = run.subject.model.logits(name.position);
  return logits.indexOf(Math.max(...logits));
}
