import { expect, it } from 'vitest';
import { uniform } from '../reference/random.ts';
import { modelOf, smallCase } from './smallModels.ts';

const next = uniform(11);
const small = smallCase(next, 8, 40, 300);
const capacity = { projectTokens: 20_000, documentTokens: 4_000 };

/** A model that has counted and learnt, in the middle of a document, and a transformer's opinion where `heard`. */
function placed(heard: boolean) {
  const model = modelOf(small, capacity);
  for (const document of small.documents.slice(0, -1)) model.learnDocument(document, 0.5);
  model.settle();
  model.begin();
  const document = small.documents.at(-1)!;
  const before = Math.floor(document.length / 2);
  model.setDocument(document, before);
  if (heard) {
    const weights = Array.from({ length: model.vocabSize }, () => next() ** 4 + 1e-6);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    model.hear(Float64Array.from(weights, (weight) => weight / total));
  }
  return { model, token: document[before]! };
}

it.each([true, false])(
  'pushes add up to the stretched probability of a decision, decisions multiply to the mixed one (transformer: %s)',
  (heard) => {
    const { model } = placed(heard);
    let decisions = 0;
    for (let token = 0; token < model.vocabSize; token += 7) {
      const parts = model.parts(token);
      const sides = parts.decisions.map(({ adjusted, side }) => (side === 1 ? adjusted : 1 - adjusted));
      const product = sides.reduce((probability, side) => probability * side, 1);
      expect(Math.abs(product - parts.mixed)).toBeLessThanOrEqual(1e-12);
      expect(parts.mixed).toBe(model.probability(token));
      for (const { pushes, stretched, mixed } of parts.decisions) {
        const { limits, ...others } = pushes;
        const sum = Object.values(others).reduce((total, push) => total + push, 0);
        const sizes = Object.values(others).reduce((total, push) => total + Math.abs(push), 0);
        // Nothing is clamped between −16 and 16; what is left is float32 rounding of sums of 52 · 6 products.
        if (Math.abs(stretched) < 4) expect(Math.abs(limits)).toBeLessThanOrEqual(1e-4 * (1 + sizes));
        expect(Math.abs(sum + limits - stretched)).toBeLessThanOrEqual(1e-9);
        expect(Math.abs(1 / (1 + Math.exp(-stretched)) - mixed)).toBeLessThanOrEqual(1e-6);
        if (!heard) expect(Math.abs(pushes.transformer)).toBeLessThanOrEqual(1e-6);
        decisions++;
      }
    }
    expect(decisions).toBeGreaterThan(200);
  },
);

it('each part alone is a probability over the vocabulary: it adds up to 1, and the transformer’s is what was heard', () => {
  const { model } = placed(true);
  const sums = { project: 0, file: 0, transformer: 0, mixed: 0 };
  for (let token = 0; token < model.vocabSize; token++) {
    const parts = model.parts(token);
    sums.project += parts.project;
    sums.file += parts.file;
    sums.transformer += parts.transformer!;
    sums.mixed += parts.mixed;
  }
  for (const sum of Object.values(sums)) expect(Math.abs(sum - 1)).toBeLessThanOrEqual(1e-4);
});

it('what stands in the file alone counts there, and a part that does not take part says nothing', () => {
  const { model, token } = placed(false);
  expect(model.parts(token).transformer).toBeNull();
  expect(model.parts(token).file).not.toBe(model.parts(token).project);
});
