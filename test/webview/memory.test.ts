import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readMemory } from '../../extension/webview/memory.ts';

const lessons = [
  { steps: 100, rate: 0.2 },
  { steps: 1, rate: 0.01 },
];
const place = { uri: 'file:///a.ts', line: 3, column: 1 };
const whole = {
  pinned: true,
  place,
  tokensBack: 4,
  stage: 'attention',
  layer: 1,
  head: 2,
  topK: 0,
  seed: 7,
  temperature: 0.8,
  topP: 1,
  neuron: 12,
  hidesFirst: true,
  map: false,
  flow: true,
  scales: { axis: 'epoch', logX: true, logY: false },
  essay: null,
  look: { number: { of: 'score', layer: 1, head: 2, position: 3, other: 0 }, sheet: true },
};

test.each([
  whole,
  { ...whole, place: null },
  { ...whole, tokensBack: null },
  { ...whole, tokensBack: -2 },
  { ...whole, neuron: null, look: null },
  { ...whole, essay: { seed: 3, lessons, rate: 0.01 } },
  { ...whole, essay: { seed: 0, lessons: [], rate: 0.2 } },
  { ...whole, look: { number: { of: 'gradient', matrix: 'up', layer: 0, row: 1, col: 2 }, sheet: false } },
  { ...whole, look: { number: { of: 'similarity', token: 1, other: 2, point: null }, sheet: false } },
])('what the Inspector keeps is read back as it was: %j', (kept) => {
  expect(readMemory(structuredClone(kept))).toEqual(kept);
});

test.each([
  undefined,
  null,
  'text',
  {},
  { ...whole, pinned: 1 },
  { ...whole, place: undefined },
  { ...whole, place: { ...place, line: 0 } },
  { ...whole, place: { ...place, column: 1.5 } },
  { ...whole, tokensBack: 'all' },
  { ...whole, stage: 'elsewhere' },
  { ...whole, layer: -1 },
  { ...whole, temperature: 3 },
  { ...whole, neuron: -1 },
  { ...whole, hidesFirst: undefined },
  { ...whole, map: 1 },
  { ...whole, scales: { axis: 'years', logX: false, logY: false } },
  { ...whole, scales: { axis: 'step', logX: 'yes', logY: false } },
])('anything else is as if nothing had been kept: %j', (kept) => {
  expect(readMemory(kept)).toBeNull();
});

test.each([
  undefined,
  'score',
  { number: null, sheet: true },
  { number: { of: 'nothing' }, sheet: true },
  { number: { of: 'constructor' }, sheet: true },
  { number: { of: 'score', layer: 'x' }, sheet: true },
  { number: { of: 'gradient', matrix: 'sideways' }, sheet: true },
  { number: { of: 'loss', position: {} }, sheet: true },
  { number: { of: 'loss', position: 1 } },
])('a number that there is none of is not looked at, and the rest stays: %j', (look) => {
  expect(readMemory({ ...whole, look })).toEqual({ ...whole, look: null });
});

test.each([
  undefined,
  1,
  { seed: 1, rate: 0.2 },
  { seed: -1, lessons, rate: 0.2 },
  { seed: 1, lessons, rate: 0 },
  { seed: 1, lessons: [...lessons, { steps: 0, rate: 0.2 }], rate: 0.2 },
  { seed: 1, lessons: [{ steps: 1, rate: '0.2' }], rate: 0.2 },
  { seed: 1, lessons: Array.from({ length: 41 }, () => lessons[1]), rate: 0.2 },
  { seed: 1, lessons: [{ steps: 10_001, rate: 0.2 }], rate: 0.2 },
])('a way of the essay that nobody can go is not gone, and the rest stays: %j', (essay) => {
  expect(readMemory({ ...whole, essay })).toEqual({ ...whole, essay: null });
});

test('nothing but the named fields comes through, whatever was kept', () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (more, nested) => {
      const memory = readMemory({ ...whole, more, place: { ...place, nested } });
      expect(memory).toEqual(whole);
      expect(() => readMemory(more)).not.toThrow();
    }),
  );
});
