import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readCheckpoint, writeCheckpoint } from '../../extension/engine/checkpoint.ts';
import { QuantizedMatrix } from '../../extension/engine/quantizedMatrix.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { VectorRecord } from '../../extension/training/earlierVectors.ts';
import { realCode } from '../engine/tinyModel.ts';
import { trainPencil } from './pencilTraining.ts';

const name = 'model.embed_tokens.weight';

describe('the vectors on their way', () => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'nihilo-vectors-'));
  const { files } = nodePlatform();
  afterAll(() => rmSync(scratch, { recursive: true }));

  it('are those of steps that always double at least, the same ones however often the training is gone on with', () => {
    const weightsAt = (step: number) => new Map([[name, Float32Array.of(step)]]);
    const steps = [0, 7, 9, 14, 20, 28, 50, 90, 112];
    let record = new VectorRecord([1, 1], []);
    const resumed = new VectorRecord([1, 1], []);
    for (const step of steps) {
      record.scored(step, weightsAt(step));
      record = new VectorRecord([1, 1], record.kept);
      resumed.scored(step, weightsAt(step));
    }
    expect(record.kept.map(({ step, vectors }) => [step, ...vectors.floats])).toEqual([
      [7, 7],
      [14, 14],
      [28, 28],
      [90, 90],
    ]);
    expect(resumed.kept).toEqual(record.kept);
  });

  it('are kept by a training beside its model, rounded to 8 bits a number, and go on with it', async () => {
    realCode().forEach((code, i) => writeFileSync(path.join(scratch, `${i}.ts`), code));
    const folder = path.join(scratch, 'model');
    await trainPencil(scratch, folder);
    expect((await readCheckpoint(files, folder)).earlier).toBeUndefined();
    const whole = await readCheckpoint(files, folder, { withOptimizer: true });
    const { earlier = [], tensors, config } = whole;
    expect(earlier.length).toBeGreaterThanOrEqual(2);
    earlier.slice(1).forEach(({ step }, i) => expect(step).toBeGreaterThanOrEqual(2 * earlier[i]!.step));
    const distanceTo = ({ vectors }: (typeof earlier)[number]): number =>
      vectors.floats.reduce((sum, value, i) => sum + (value - tensors.get(name)![i]!) ** 2, 0);
    // They come nearer to what they are in the end.
    expect(distanceTo(earlier.at(-1)!)).toBeLessThan(distanceTo(earlier[0]!));
    const copy = path.join(scratch, 'copy');
    const exact = tensors.get(name)!;
    const kept = QuantizedMatrix.of({ shape: [config.vocabSize, config.hiddenSize], data: exact });
    await writeCheckpoint(files, copy, { ...whole, earlier: [{ step: 3, vectors: kept }] });
    const [read] = (await readCheckpoint(files, copy, { withEarlier: true })).earlier!;
    expect(read).toEqual({ step: 3, vectors: kept });
    const h = config.hiddenSize;
    for (let row = 0; row < config.vocabSize; row++) {
      const values = exact.subarray(row * h, (row + 1) * h);
      const most = Math.max(...values.map(Math.abs));
      values.forEach((value, i) => {
        expect(Math.abs(read!.vectors.row(row)[i]! - value)).toBeLessThanOrEqual((most / 127) * 0.501);
      });
    }
    const scales = kept.scales.with(1, Infinity);
    for (const [vectors, said] of [
      [
        new QuantizedMatrix(kept.shape, kept.whole, scales),
        /step\.3 of shape .* finite numbers and holds Infinity at 1/,
      ],
      [
        QuantizedMatrix.of({ shape: [1, h], data: exact.slice(0, h) }),
        /step\.3 of shape .* holds \[1, \d+\]/,
      ],
    ] as const) {
      await writeCheckpoint(files, copy, { ...whole, earlier: [{ step: 3, vectors }] });
      await expect(readCheckpoint(files, copy, { withEarlier: true })).rejects.toThrow(said);
    }
  });
});
