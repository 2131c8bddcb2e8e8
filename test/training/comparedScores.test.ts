import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTrainerState, type TrainerState } from '../../extension/engine/checkpoint.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { fineTune } from '../../extension/training/fineTune.ts';
import { unstoppable } from '../../extension/training/steering.ts';
import { cancelAfter, trainPencil } from './pencilTraining.ts';

const source = new URL('../../extension/', import.meta.url).pathname;
const platform = nodePlatform();
let root: string;
let code: string;
/** what is easy to predict */
let easy: string;
let fineTuned: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'nihilo-compared-'));
  [code, easy, fineTuned] = [join(root, 'code'), join(root, 'easy'), join(root, 'fineTuned')];
  cpSync(join(source, 'corpus'), code, { recursive: true });
  mkdirSync(easy);
  for (let file = 0; file < 12; file++)
    writeFileSync(join(easy, `t${file}.txt`), `name ${file}\n${'row;value;ok\n'.repeat(2_000)}`);
  await trainPencil(code, fineTuned);
  const resources = { threads: 1, memoryLimitMb: 512, replay: null, seed: null };
  const request = { model: fineTuned, checkpoint: fineTuned, corpus: { folders: [easy], exclude: [] } };
  await fineTune(platform, { ...request, ...resources, stop: { steps: 400 } }, unstoppable, () => {});
});
afterAll(() => rmSync(root, { recursive: true }));

const stateOf = (folder: string): Promise<TrainerState> => readTrainerState(platform.files, folder);

describe('a score of other text', () => {
  it('is neither a target that is reached nor a best to beat for a training that goes on', async () => {
    const resumed = join(root, 'resumed');
    await trainPencil(easy, resumed, { stop: { steps: 300 } });
    const { best } = await stateOf(resumed);
    const stop = { steps: 320, targetLoss: best.loss };
    const { report, events } = await trainPencil(code, resumed, { resume: true, stop });
    // Its vocabulary is the model's, and nobody is told that another is learnt.
    const cut = events.find((event) => event.type === 'stage' && event.stage === 'tokenizing');
    expect(cut).toMatchObject({ detail: 'Cutting text into the tokens of the model' });
    expect(report.steps).toBe(320);
    const scores = events.flatMap((event) => (event.type === 'heldOut' ? [event.point] : []));
    const least = Math.min(...scores.map(({ heldOutLoss }) => heldOutLoss));
    const after = await stateOf(resumed);
    expect(after.best.loss).toBeGreaterThan(best.loss);
    expect(after.best.loss).toBeLessThanOrEqual(least);
  });

  it('does not keep a model from another folder in place of a training that is stopped', async () => {
    const replaced = join(root, 'replaced');
    await trainPencil(easy, replaced, { stop: { steps: 300 } });
    const { best } = await stateOf(replaced);
    const { cancelled } = await trainPencil(code, replaced, {}, cancelAfter(300));
    expect(cancelled).toBe(true);
    expect((await stateOf(replaced)).best.bitsPerByte).toBeGreaterThan(best.bitsPerByte);
  });

  it('does not keep a model that has learnt what a training by another seed holds out', async () => {
    const replaced = join(root, 'reseeded');
    await trainPencil(code, replaced, { stop: { steps: 600 } });
    const { cancelled } = await trainPencil(code, replaced, { seed: 2 }, cancelAfter(60));
    expect(cancelled).toBe(true);
    expect((await stateOf(replaced)).seed).toBe(2);
  });

  it('lets a fine-tuned model stay where it does better on the text of a training that is stopped', async () => {
    expect((await stateOf(fineTuned)).ofTwoTexts).toBe(true);
    const kept = join(root, 'kept');
    cpSync(fineTuned, kept, { recursive: true });
    await expect(trainPencil(code, kept, {}, cancelAfter(20))).rejects.toMatchObject({
      code: 'trainingCancelled',
      message: expect.stringContaining('the model from before is better'),
    });
    expect(await stateOf(kept)).toEqual(await stateOf(fineTuned));
  });
});
