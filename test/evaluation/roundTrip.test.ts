import { describe, expect, it } from 'vitest';
import { FrozenModel } from '../../extension/evaluation/frozen.ts';
import { heldOutText } from '../../extension/evaluation/heldOutText.ts';
import { codeTolerance, roundTrip } from '../../extension/evaluation/roundTrip.ts';
import { score } from '../../extension/evaluation/scoring.ts';
import { OrderOneModel } from './orderOneModel.ts';
import { breathe, sampleTask } from './samples.ts';

describe('the round trip', () => {
  it('brings the texts back byte for byte from a code as long as the score says, learning or frozen', async () => {
    const { task, model } = sampleTask();
    for (const make of [model, () => new FrozenModel(model())]) {
      const { bits } = await score(make(), task, breathe);
      const trip = await roundTrip(async () => make(), task, bits, breathe);
      const bytes = task.texts.reduce((sum, text) => sum + text.bytes.length, 0);
      expect(trip).toMatchObject({ texts: task.texts.length, bytes });
      expect(Math.abs(trip.codedBits / trip.scoredBits - 1)).toBeLessThan(codeTolerance);
      expect(trip.mostDeviation).toBeLessThan(1e-9);
    }
  });

  it('codes only what counts', async () => {
    const { tokenizer, task, model } = sampleTask();
    const { bytes } = task.texts[0]!;
    const text = heldOutText(tokenizer, 'a.ts', bytes, [{ start: 500, end: 1_000 }]);
    const part = { ...task, texts: [text] };
    const { bits } = await score(model(), part, breathe);
    const trip = await roundTrip(async () => model(), part, bits, breathe);
    expect(trip.bytes).toBe(text.countedBytes);
    expect(trip.codedBits).toBeLessThan(8 * 500);
  });

  it('finds out a model that gives away more than its distribution has', async () => {
    const { task } = sampleTask();
    class Flattering extends OrderOneModel {
      override probability(token: number): number {
        return super.probability(token) ** 0.97;
      }
      override distribution(out: Float64Array): void {
        for (let id = 0; id < this.vocabSize; id++) out[id] = super.probability(id);
      }
    }
    const training = task.texts.map(({ ids }) => ids);
    const make = async () => new Flattering(task.tokenizer.vocabSize, task.tokenizer.endOfText, training);
    const { bits } = await score(await make(), task, breathe);
    await expect(roundTrip(make, task, bits, breathe)).rejects.toThrow(/Expected a code of .* bits/);
  });

  it('finds out a decoder that is in another state than the encoder was', async () => {
    const { task, model } = sampleTask();
    class Keeping extends OrderOneModel {
      override begin(): void {}
    }
    const keeping = () => new Keeping(task.tokenizer.vocabSize, task.tokenizer.endOfText, []);
    const { bits } = await score(keeping(), task, breathe);
    await roundTrip(async () => keeping(), task, bits, breathe);
    const models = [keeping(), model()];
    await expect(roundTrip(async () => models.shift()!, task, bits, breathe)).rejects.toThrow(/come back/);
  });
});
