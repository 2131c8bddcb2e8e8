import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint, writeCheckpoint } from '../../extension/engine/checkpoint.ts';
import { parameterCount } from '../../extension/engine/layout.ts';
import { loadTrust, trustFolder } from '../../extension/indexing/savedTrust.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import type { TrainingRequest } from '../../extension/protocol/training.ts';
import { recipeFor, recipes } from '../../extension/training/recipe.ts';
import { unstoppable } from '../../extension/training/steering.ts';
import { train } from '../../extension/training/trainer.ts';
import { developmentCorpora } from '../quality/results.ts';

const platform = nodePlatform();
const shipped = join(import.meta.dirname, '..', '..', 'base');
let root = '';
let code = '';
let base = '';

/** A base that is quickly made: a model of a few steps on other code. */
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'nihilo-base-'));
  code = join(root, 'code');
  cpSync(join(import.meta.dirname, '..', '..', 'extension', 'engine'), code, { recursive: true });
  base = join(root, 'base');
  const other = join(root, 'other');
  cpSync(join(import.meta.dirname, '..', '..', 'extension', 'corpus'), other, { recursive: true });
  const corpus = { folders: [other], exclude: [] };
  await run('first', { corpus, preset: 'pencil', vocabSize: 300, stop: { steps: 30 } });
  await writeCheckpoint(
    platform.files,
    base,
    await readCheckpoint(platform.files, join(root, 'first')),
    'I8',
  );
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function run(name: string, change: Partial<TrainingRequest>) {
  const request: TrainingRequest = {
    corpus: { folders: [code], exclude: [] },
    checkpoint: join(root, name),
    stop: { steps: 1 },
    threads: 1,
    seed: 1,
    reproducible: true,
    memoryLimitMb: 512,
    resume: false,
    ...change,
  };
  const { report } = await train(platform, request, unstoppable, () => {});
  return {
    report,
    checkpoint: await readCheckpoint(platform.files, request.checkpoint, { withOptimizer: true }),
  };
}

describe('a training that begins with a base', () => {
  it.each(['auto', 'base'] as const)('has its shape, its tokens and its weights: %s', async (preset) => {
    const { config, tokenizerJson, tensors } = await readCheckpoint(platform.files, base);
    const { report, checkpoint } = await run(preset, { preset, base });
    expect(report.preset).toBe('base');
    expect(checkpoint.config).toEqual(config);
    expect(checkpoint.tokenizerJson).toBe(tokenizerJson);
    // One step of a warm-up: a weight moves by 1/20 of the rate, twice that of the hidden matrices at most, and its decay.
    for (const [name, weights] of checkpoint.optimizer!.weights) {
      const before = tensors.get(name)!;
      const furthest = weights.reduce((most, weight, i) => Math.max(most, Math.abs(weight - before[i]!)), 0);
      expect(furthest, name).toBeGreaterThan(0);
      expect(furthest, name).toBeLessThan(0.05);
    }
  });

  it('gives the same weights whenever it is run, and is gone on from with its own', async () => {
    const once = await run('once', { preset: 'base', base, stop: { steps: 6 } });
    const again = await run('again', { preset: 'base', base, stop: { steps: 6 } });
    expect(again.checkpoint.tensors).toEqual(once.checkpoint.tensors);
    const { report } = await run('again', { base, stop: { steps: 8 }, resume: true });
    expect([report.preset, report.steps]).toEqual(['base', 8]);
  });

  it('refuses the preset where there is no base, and then begins with random numbers by auto', async () => {
    await expect(run('none', { preset: 'base' })).rejects.toMatchObject({ code: 'argumentInvalid' });
    const { report } = await run('random', { preset: 'auto', vocabSize: 300 });
    expect(report.preset).toBe('small');
  });
});

describe('the base that ships', () => {
  it('is whole, of the shape of its preset, and known how far to trust', async () => {
    const checkpoint = await readCheckpoint(platform.files, shipped);
    expect(checkpoint.trainerState.preset).toBe('base');
    // It is fine-tuned by the steps of its preset, not by those of the GPU that trained it.
    expect(recipeFor(checkpoint.trainerState)).toEqual(recipes.base);
    expect(parameterCount(checkpoint.config)).toBe(4_196_608);
    expect(await loadTrust(platform.files, trustFolder(shipped), checkpoint.tokenizerJson)).not.toBeNull();
  });

  it('takes at most 6 MB, and says where it comes from', () => {
    expect(statSync(join(shipped, 'model.safetensors')).size).toBeLessThanOrEqual(6_000_000);
    for (const name of ['README.md', 'ATTRIBUTIONS.md', 'training.jsonl'])
      expect(existsSync(join(shipped, name))).toBe(true);
    const attributions = readFileSync(join(shipped, 'ATTRIBUTIONS.md'), 'utf8');
    for (const name of developmentCorpora) {
      expect(attributions).not.toMatch(new RegExp(`^- (\\S*[-/])?${name}[ -]`, 'm'));
    }
  });
});
