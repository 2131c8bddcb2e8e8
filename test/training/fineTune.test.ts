import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint, readTrainerState } from '../../extension/engine/checkpoint.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import type { FineTuneRequest, TrainingEvent } from '../../extension/protocol/training.ts';
import { fineTune } from '../../extension/training/fineTune.ts';
import { unstoppable } from '../../extension/training/steering.ts';
import { trainPencil } from './pencilTraining.ts';

const source = new URL('../../extension/', import.meta.url).pathname;
const platform = nodePlatform();
let root: string;
let old: string;
let fresh: string;
let model: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'nihilo-fine-tune-'));
  [old, fresh, model] = [join(root, 'old'), join(root, 'fresh'), join(root, 'model')];
  for (const part of ['corpus', 'protocol']) cpSync(join(source, part), join(old, part), { recursive: true });
  // Another kind of text: what is learnt of it shows within few steps.
  mkdirSync(fresh);
  for (let file = 0; file < 12; file++) writeFileSync(join(fresh, `t${file}.txt`), table(file));
  await trainPencil(old, model);
});
afterAll(() => rmSync(root, { recursive: true }));

function table(file: number): string {
  const rows = Array.from(
    { length: 80 },
    (_, i) => `row ${i * (file + 3)};value ${(i * 7 + file) % 100};ok\n`,
  );
  return `name;value;state\n${rows.join('')}`;
}

function request(name: string, change: Partial<FineTuneRequest> = {}): FineTuneRequest {
  return {
    model,
    checkpoint: join(root, name),
    corpus: { folders: [fresh], exclude: [] },
    replay: null,
    stop: { steps: 400 },
    threads: 1,
    memoryLimitMb: 512,
    seed: null,
    ...change,
  };
}

async function run(
  name: string,
  change: Partial<FineTuneRequest> = {},
  steering = unstoppable,
  most?: number,
) {
  const events: TrainingEvent[] = [];
  const { report } = await fineTune(
    platform,
    request(name, change),
    steering,
    (event) => events.push(event),
    most,
  );
  return { report, events, fineTuning: report.fineTuning! };
}

function weightsOf(folder: string): string {
  return readFileSync(join(folder, 'model.safetensors')).toString('base64');
}

describe('fineTune', () => {
  it('improves new held-out text and costs old held-out text at most 2 %, with the same bits for any number of threads', async () => {
    const one = await run('one');
    const { kept, newText, oldText, oldFiles, newFiles } = one.fineTuning;
    expect(kept).toBe(true);
    expect(newText.after).toBeLessThan(newText.before);
    expect(oldText.after).toBeLessThanOrEqual(1.02 * oldText.before);
    expect([newFiles + 1, oldFiles > 10]).toEqual([12, true]);
    await run('three', { threads: 3 });
    expect(weightsOf(join(root, 'three'))).toBe(weightsOf(join(root, 'one')));
    await run('other', { seed: 2 });
    expect(weightsOf(join(root, 'other'))).not.toBe(weightsOf(join(root, 'one')));
  });

  it('writes a checkpoint that knows all its text, whose tokenizer is the model’s, and which is gone on from again', async () => {
    await run('written');
    const before = await readCheckpoint(platform.files, model);
    const after = await readCheckpoint(platform.files, join(root, 'written'), { withOptimizer: true });
    expect(after.tokenizerJson).toBe(before.tokenizerJson);
    expect(after.trainerState.step).toBe(before.trainerState.step + 400);
    // The decay that it was trained with follows from the text of then.
    expect(before.trainerState.textTokens).toBeGreaterThan(1_000);
    expect(after.trainerState.textTokens).toBe(before.trainerState.textTokens);
    const folders = after.trainerState.provenance!.corpora.map((corpus) => corpus.folders[0]);
    expect(folders).toEqual([old, fresh]);
    expect(after.optimizer).not.toBeNull();
    // All of both texts is known now.
    await expect(run('again', { model: join(root, 'written') })).rejects.toMatchObject({
      code: 'corpusEmpty',
      // It is the right folder.
      message: expect.stringMatching(
        /known to the model already.*; change or add some first, or train further\.$/,
      ),
    });
  });

  it('keeps the old weights, bit for bit, when no other may be', async () => {
    // Stopped before the first score of a step: nothing is better than what was there.
    const steering = { ...unstoppable, cancelled: true };
    await expect(run('stopped', {}, steering)).rejects.toMatchObject({ code: 'trainingCancelled' });
    const { fineTuning } = await run('kept', { stop: { steps: 20 } }, unstoppable, 0);
    expect(fineTuning.kept).toBe(false);
    expect(fineTuning.newText.after).toBe(fineTuning.newText.before);
    expect(fineTuning.oldText.after).toBe(fineTuning.oldText.before);
    expect(weightsOf(join(root, 'kept'))).toBe(weightsOf(model));
  });

  it('takes for new what was changed since training, and for old the rest', async () => {
    const place = join(root, 'place');
    cpSync(old, place, { recursive: true });
    const own = join(root, 'own');
    await trainPencil(place, own);
    const now = Date.now() / 1_000 + 10;
    for (const name of ['corpus/walk.ts', 'corpus/content.ts', 'corpus/names.ts']) {
      const file = join(place, name);
      writeFileSync(file, `${table(name.length)}${readFileSync(file, 'utf8')}`);
      utimesSync(file, now, now);
    }
    const corpus = { folders: [place], exclude: [] };
    const { fineTuning } = await run('changed', { model: own, corpus });
    expect(fineTuning.newFiles).toBeLessThanOrEqual(3);
    expect(fineTuning.newText.after).toBeLessThanOrEqual(fineTuning.newText.before);

    // What is excluded by now is repeated no more, and is in the weights all the same.
    const excluding = { folders: [place], exclude: ['protocol'] };
    const less = await run('less', { model: own, corpus: excluding, stop: { steps: 20 } });
    expect(less.fineTuning.oldFiles).toBeLessThan(fineTuning.oldFiles);
    const { trainerState } = await readCheckpoint(platform.files, join(root, 'less'));
    const readAtMs = (await readCheckpoint(platform.files, own)).trainerState.provenance!.readAtMs;
    // What was changed in the excluded folder, it has not seen.
    expect(trainerState.provenance!.corpora).toEqual([{ folders: [place], exclude: [], readAtMs }]);
  });

  it('still takes for new what was changed in one folder before another one was learnt', async () => {
    const place = join(root, 'edited');
    cpSync(join(source, 'corpus'), place, { recursive: true });
    const own = join(root, 'edited-model');
    await trainPencil(place, own);
    const { provenance } = (await readCheckpoint(platform.files, own)).trainerState;
    const change = (provenance!.readAtMs + 1) / 1_000;
    for (const name of ['walk.ts', 'content.ts', 'names.ts']) {
      const file = join(place, name);
      writeFileSync(file, `${table(name.length)}${readFileSync(file, 'utf8')}`);
      utimesSync(file, change, change);
    }
    const other = await run('edited-other', { model: own, stop: { steps: 20 } }, unstoppable, Infinity);
    expect(other.fineTuning.kept).toBe(true);
    const model = join(root, 'edited-other');
    const corpus = { folders: [place], exclude: [] };
    const { fineTuning } = await run('edited-own', { model, corpus, stop: { steps: 20 } });
    // One of the three judges.
    expect(fineTuning.newFiles).toBe(2);
  });

  it('asks for old text when there is none any more, in the terms of the editor, and takes what --replay names', async () => {
    const gone = join(root, 'gone');
    cpSync(old, gone, { recursive: true });
    const own = join(root, 'orphan');
    await trainPencil(gone, own);
    rmSync(gone, { recursive: true });
    await expect(run('refused', { model: own })).rejects.toMatchObject({
      code: 'corpusEmpty',
      message: expect.stringMatching(/; train anew on the workspace\.$/),
    });
    const { fineTuning } = await run('replayed', { model: own, replay: { folders: [old], exclude: [] } });
    expect(fineTuning.oldFiles).toBeGreaterThan(10);
    // What is gone is in the weights all the same.
    const { provenance } = await readTrainerState(platform.files, join(root, 'replayed'));
    expect(provenance!.corpora.map(({ folders }) => folders)).toEqual([[gone], [old], [fresh]]);
  });

  it('asks for more, before anything is trained, when all that is new is one line, of which nothing can be held out', async () => {
    const place = join(root, 'version');
    mkdirSync(place);
    writeFileSync(join(place, 'VERSION'), '1.2.4\n');
    const corpus = { folders: [place], exclude: [] };
    await expect(run('oneLine', { corpus })).rejects.toMatchObject({
      code: 'corpusTooSmall',
      message: expect.stringContaining('VERSION'),
    });
    writeFileSync(join(place, 'VERSION'), '1.2.4\n1.2.5\n');
    expect((await run('twoLines', { corpus, stop: { steps: 2 } })).fineTuning.newFiles).toBe(1);
  });

  it('refuses a folder that is no model, and a tokenizer that is not the model’s', async () => {
    await expect(run('none', { model: fresh })).rejects.toMatchObject({ code: 'checkpointMissing' });
    const foreign = join(root, 'foreign');
    cpSync(model, foreign, { recursive: true });
    const tokenizer = readFileSync(join(foreign, 'tokenizer.json'), 'utf8');
    writeFileSync(join(foreign, 'tokenizer.json'), tokenizer.replace('"a"', '"b"'));
    await expect(run('none', { model: foreign })).rejects.toMatchObject({ code: 'checkpointTorn' });
  });
});
