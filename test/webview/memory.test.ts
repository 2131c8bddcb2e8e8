import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readMemory } from '../../extension/webview/memory.ts';

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
};

test.each([whole, { ...whole, place: null }, { ...whole, tokensBack: null }, { ...whole, tokensBack: -2 }])(
  'what the Inspector keeps is read back as it was: %j',
  (kept) => {
    expect(readMemory(structuredClone(kept))).toEqual(kept);
  },
);

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
])('anything else is as if nothing had been kept: %j', (kept) => {
  expect(readMemory(kept)).toBeNull();
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
