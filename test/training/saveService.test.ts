import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readCorpus } from '../../extension/corpus/corpus.ts';
import { readCheckpoint } from '../../extension/engine/checkpoint.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { NihiloError } from '../../extension/protocol/errors.ts';
import type { SaveCommand, SaveEvent, SaveLearning } from '../../extension/protocol/learning.ts';
import { say } from '../../extension/protocol/sentence.ts';
import { serveSaves } from '../../extension/training/saveService.ts';
import { unstoppable } from '../../extension/training/steering.ts';
import { train } from '../../extension/training/trainer.ts';

/** A dependency's code stays as it is when ours changes. */
const source = join(import.meta.dirname, '..', '..', 'node_modules', 'cheerio', 'src');
const platform = nodePlatform();
let root: string;
let folder: string;
let trained: string;
let heldOutFiles: string[];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'nihilo-saves-'));
  [folder, trained] = [join(root, 'code'), join(root, 'trained')];
  cpSync(source, folder, { recursive: true });
  const corpus = { folders: [folder], exclude: [] };
  const size = { preset: 'pencil', vocabSize: 300, threads: 1, memoryLimitMb: 512 } as const;
  const request = { corpus, checkpoint: trained, stop: { steps: 600 }, seed: 1, resume: false, ...size };
  await train(platform, request, unstoppable, () => {});
  const { documents } = await readCorpus(platform.files, corpus, { seed: 1 });
  heldOutFiles = documents.filter(({ heldOut }) => heldOut).map((document) => document.path);
});
afterAll(() => rmSync(root, { recursive: true }));

/** The worker's side on this thread; `until` resolves at the next event of a type. */
function served(name: string, change: Partial<SaveLearning> = {}) {
  const checkpoint = join(root, name);
  if (existsSync(trained)) cpSync(trained, checkpoint, { recursive: true });
  const events: SaveEvent[] = [];
  const waiting: { types: readonly string[]; resolve: (event: SaveEvent) => void }[] = [];
  let command: (message: SaveCommand) => void = () => {};
  serveSaves(platform, {
    post: (event) => {
      events.push(structuredClone(event));
      for (const entry of waiting.splice(0)) {
        if (entry.types.includes(event.type)) entry.resolve(event);
        else waiting.push(entry);
      }
    },
    onMessage: (listener) => (command = listener),
  });
  const learning = {
    checkpoint,
    limit: { steps: 4 },
    threads: 1,
    memoryLimitMb: 512,
    exclude: [],
    writeEveryMs: 60_000,
  };
  command({ type: 'open', learning: { ...learning, ...change } });
  const ask = (message: SaveCommand, ...types: SaveEvent['type'][]): Promise<SaveEvent> =>
    new Promise((resolve) => {
      waiting.push({ types, resolve });
      command(message);
    });
  return {
    checkpoint,
    events,
    learn: (file: string) => ask({ type: 'learn', file }, 'learnt', 'failed'),
    close: () => ask({ type: 'close' }, 'closed'),
  };
}

/** A file that is no held-out one, with the code of all of them: what is learnt from it helps. */
function saveNews(name: string): string {
  const file = join(folder, name);
  const texts = heldOutFiles.map((heldOut) => readFileSync(join(folder, heldOut), 'utf8'));
  writeFileSync(file, texts.join('\n').replaceAll('the', 'a'));
  return file;
}

describe('serveSaves', () => {
  it('learns saved files and writes at once, then at most every so often, and what is left in the end', async () => {
    const service = served('writes');
    const first = await service.learn(saveNews('news1.ts'));
    expect(first).toMatchObject({ type: 'learnt', outcome: { steps: 4 } });
    const second = await service.learn(saveNews('news3.ts'));
    expect(second.type).toBe('learnt');
    await service.close();
    const written = service.events.filter(({ type }) => type === 'written').length;
    const kept = service.events.filter(
      (event) => event.type === 'learnt' && (event.outcome?.share ?? 0) > 0,
    ).length;
    expect(written).toBeGreaterThanOrEqual(1);
    expect(written).toBeLessThanOrEqual(2);
    const { trainerState } = await readCheckpoint(platform.files, service.checkpoint, {
      withOptimizer: true,
    });
    expect(trainerState.step).toBe(600 + 4 * kept);
    expect(service.events.at(-1)).toEqual({ type: 'closed' });
  });

  it('learns a file that was changed before it was there to see it', async () => {
    const file = saveNews('earlier.ts');
    const service = served('earlier');
    const event = await service.learn(file);
    expect(event).toMatchObject({ type: 'learnt', outcome: { steps: 4 } });
    // What was learnt and kept is no news the next time.
    const kept = event.type === 'learnt' && event.outcome!.share > 0;
    const again = await service.learn(file);
    expect(again.type === 'learnt' && again.outcome === null).toBe(kept);
    await service.close();
  });

  it('learns nothing of a file that is excluded by now, although it was not when the model was trained', async () => {
    const file = saveNews('excluded.ts');
    const service = served('excluded', { exclude: ['excluded.ts'] });
    expect(await service.learn(file)).toEqual({ type: 'learnt', outcome: null });
    expect(await service.learn(saveNews('included.ts'))).toMatchObject({ outcome: { steps: 4 } });
    await service.close();
  });

  it('learns nothing of a held-out file, of one that is left out, and of one that is not in the folders', async () => {
    const service = served('nothing');
    writeFileSync(join(folder, '.env'), 'TOKEN=abc\n');
    const outside = join(root, 'outside.ts');
    writeFileSync(outside, 'export const outside = true;\n');
    writeFileSync(
      join(folder, heldOutFiles[0]!),
      `${readFileSync(join(folder, heldOutFiles[0]!), 'utf8')}// more\n`,
    );
    for (const file of [join(folder, heldOutFiles[0]!), join(folder, '.env'), outside]) {
      expect(await service.learn(file)).toEqual({ type: 'learnt', outcome: null });
    }
    const before = readFileSync(join(service.checkpoint, 'trainer_state.json'), 'utf8');
    await service.close();
    expect(readFileSync(join(service.checkpoint, 'trainer_state.json'), 'utf8')).toBe(before);
  });

  it('goes on where a saved file can not be read, as while another program looks at it', async () => {
    const file = saveNews('busy.ts');
    const service = served('locked');
    await service.learn(join(root, 'outside.ts'));
    const locked = new NihiloError('storageFailed', say`Expected to read it, got EBUSY.`);
    const reading = vi.spyOn(platform.files, 'read').mockRejectedValueOnce(locked);
    expect(await service.learn(file)).toEqual({ type: 'learnt', outcome: null });
    expect(reading).toHaveBeenCalled();
    reading.mockRestore();
    expect(await service.learn(file)).toMatchObject({ type: 'learnt', outcome: { steps: 4 } });
    await service.close();
  });

  it('fails in one sentence where there is no model', async () => {
    const service = served('none', { checkpoint: join(root, 'absent') });
    await service.close();
    expect(service.events[0]).toMatchObject({ type: 'failed', error: { code: 'checkpointMissing' } });
  });
});
