import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PredictorClient } from '../../extension/completion/client.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { backgroundNiceness } from '../../extension/platform/threadPriority.ts';
import { TrainingClient } from '../../extension/training/client.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'nihilo-priority-'));
  cpSync(new URL('../../extension/engine/', import.meta.url).pathname, path.join(root, 'code'), {
    recursive: true,
  });
});
afterEach(() => rmSync(root, { recursive: true }));

/** Name and niceness of each thread of this process. @source proc(5): fields 2 and 19 of /proc/pid/task/tid/stat */
function threads(): { name: string; niceness: number }[] {
  return readdirSync('/proc/self/task').map((id) => {
    const stat = readFileSync(`/proc/self/task/${id}/stat`, 'utf8');
    const [from, to] = [stat.indexOf('('), stat.lastIndexOf(')')];
    return { name: stat.slice(from + 1, to), niceness: Number(stat.slice(to + 2).split(' ')[16]) };
  });
}

it.runIf(process.platform === 'linux')(
  'a training lowers the priority of its own threads, and of no other thread',
  async () => {
    const platform = nodePlatform();
    const own = getPriority();
    const run = new TrainingClient(platform).start({
      corpus: { folders: [path.join(root, 'code')], exclude: [] },
      checkpoint: path.join(root, 'model'),
      preset: 'pencil',
      stop: { seconds: 3_600 },
      threads: 3,
      seed: 1,
      reproducible: true,
      memoryLimitMb: 256,
      resume: false,
    });
    await new Promise<void>((resolve) => {
      run.onEvent((event) => event.type === 'progress' && resolve());
    });
    const predictor = new PredictorClient(platform);
    const asked = predictor.complete(
      'a',
      { leastProbability: 0, maxTokens: 1, maxMilliseconds: 1 },
      new AbortController().signal,
    );
    await expect(asked).rejects.toMatchObject({ code: 'checkpointMissing' });
    const found = threads();
    const background = ['trainer', 'lane'];
    expect(found.filter(({ name }) => name === 'lane')).toHaveLength(2);
    expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(['predictor', 'libuv-worker']));
    for (const { name, niceness } of found) {
      expect(niceness, name).toBe(background.includes(name) ? Math.max(own, backgroundNiceness) : own);
    }
    expect(getPriority()).toBe(own);
    run.cancel();
    await Promise.allSettled([run.result, predictor.unload()]);
  },
);
