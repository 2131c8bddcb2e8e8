import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rowsPerChunk } from '../../extension/engine/layout.ts';
import { HeldOut } from '../../extension/training/heldOut.ts';
import { chunkCount } from '../../extension/training/lane.ts';
import { mostChunks } from '../../extension/training/learner.ts';

it('scores every token of every document once, whatever the context', () => {
  const vocabulary = 50;
  const tokenizer = {
    vocabSize: vocabulary + 1,
    endOfText: vocabulary,
    tokenBytes: () => Uint8Array.of(0),
  };
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.array(fc.integer({ min: 0, max: vocabulary - 1 }), { minLength: 1, maxLength: 200 }), {
        minLength: 1,
        maxLength: 5,
      }),
      (context, texts) => {
        const documents = texts.map((ids) => Uint16Array.from(ids));
        // Each token has its own loss, so that one scored twice in another's place is noticed.
        const losses = Float64Array.from({ length: vocabulary }, (_, id) => 1 + id / 7);
        const heldOut = new HeldOut(documents, tokenizer, context);
        const { loss, tokens } = heldOut.plainScore(losses, Infinity);
        const all = texts.flat();
        expect(tokens).toBe(all.length);
        expect(loss * tokens).toBeCloseTo(
          all.reduce((sum, id) => sum + losses[id]!, 0),
          6,
        );
      },
    ),
  );
});

it('plans room for as many chunks as sequences of any length make', () => {
  for (let length = 1; length <= 4 * rowsPerChunk; length++) {
    for (const tokens of [length, 1_000, 2_048, 16_384]) {
      const rows = Math.floor(tokens / length) * length;
      const chunks = chunkCount({ rows, length } as Parameters<typeof chunkCount>[0]);
      expect(chunks, `sequences of ${length} in ${tokens} tokens`).toBeLessThanOrEqual(mostChunks(tokens));
    }
  }
});
