import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodePlatform } from '../../extension/platform/node.ts';
import { TrainingClient, type TrainingRun } from '../../extension/training/client.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'nihilo-steering-'));
  cpSync(new URL('../../extension/engine/', import.meta.url).pathname, path.join(root, 'code'), {
    recursive: true,
  });
});
afterEach(() => rmSync(root, { recursive: true }));

/** A training in a thread of its own, with a lane beside it, that would go on for an hour. */
function start(): TrainingRun {
  return new TrainingClient(nodePlatform()).start({
    corpus: { folders: [path.join(root, 'code')], exclude: [] },
    checkpoint: path.join(root, 'model'),
    preset: 'pencil',
    stop: { seconds: 3_600 },
    threads: 2,
    seed: 1,
    reproducible: true,
    memoryLimitMb: 256,
    resume: false,
  });
}

function firstProgress(run: TrainingRun): Promise<number> {
  return new Promise((resolve) => {
    run.onEvent((event) => event.type === 'progress' && resolve(event.progress.step));
  });
}

const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 300));

describe('a training in its thread', () => {
  it('that is paused before its first step makes this one and no other', async () => {
    const run = start();
    run.pause();
    expect(await firstProgress(run)).toBe(1);
    await aWhile();
    run.cancel();
    await expect(run.result).resolves.toMatchObject({ cancelled: true, report: { steps: 1 } });
  });

  it('goes on when it is resumed', async () => {
    const run = start();
    run.pause();
    await firstProgress(run);
    const goingOn = firstProgress(run);
    run.resume();
    expect(await goingOn).toBeGreaterThan(1);
    run.cancel();
    await run.result;
  });
});
