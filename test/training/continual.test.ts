import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Checkpoint, readCheckpoint } from '../../extension/engine/checkpoint.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { type Tokenizer, tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import {
  ContinualLearner,
  continualRecipe,
  type KnownDocuments,
} from '../../extension/training/continual.ts';
import { encoded, readCorpora } from '../../extension/training/knownText.ts';
import { isHeldOut } from '../../extension/corpus/split.ts';
import { openTeam } from '../../extension/training/openTeam.ts';
import type { Team } from '../../extension/training/team.ts';
import { trainPencil } from './pencilTraining.ts';

const library = new URL('../../node_modules/commander/lib', import.meta.url).pathname;
const platform = nodePlatform();
let root: string;
let start: Checkpoint;
let tokenizer: Tokenizer;
let known: KnownDocuments;
const teams: Team[] = [];

/** The first of some names that is held out, or that is not. */
function nameThat(heldOut: boolean, beginning: string): string {
  const names = Array.from({ length: 1_000 }, (_, i) => `${beginning}-${i}.js`);
  return names.find((name) => isHeldOut({ path: name }, 1) === heldOut)!;
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'nihilo-continual-'));
  const folder = join(root, 'code');
  mkdirSync(folder);
  // Text that stays as it is, unlike the project's own: what a few steps come to hangs on every byte.
  for (const [i, name] of readdirSync(library).entries())
    cpSync(join(library, name), join(folder, nameThat(false, `lib${i}`)));
  // Like nothing that is trained on: there is something to learn from it.
  writeFileSync(join(folder, nameThat(true, 'odd')), 'zebraCrossing(quillFeather, marmalade);\n'.repeat(60));
  const corpus = { folders: [folder], exclude: [] };
  const checkpoint = join(root, 'model');
  await trainPencil(folder, checkpoint);
  start = await readCheckpoint(platform.files, checkpoint, { withOptimizer: true });
  tokenizer = tokenizerFromJson(start.tokenizerJson);
  const [documents] = await readCorpora(platform.files, [corpus], 1);
  const training = documents!.filter(({ heldOut }) => !heldOut);
  known = {
    training: new Map(training.map(({ path, bytes }) => [path, tokenizer.encode(bytes)])),
    recent: new Map(),
    heldOut: encoded(tokenizer, documents!, 'heldOut'),
  };
});
afterAll(async () => {
  await Promise.all(teams.map((team) => team.dispose()));
  rmSync(root, { recursive: true });
});

async function learner(threads = 1, from: Checkpoint = start, haste = 1): Promise<ContinualLearner> {
  const resources = { threads, memoryLimitMb: 512, reproducible: true };
  const recipe = continualRecipe(from.trainerState);
  const hasty = { ...recipe, peakLearningRate: haste * recipe.peakLearningRate };
  const team = await openTeam(platform, from.config, recipe, resources);
  teams.push(team);
  return new ContinualLearner(team, from, tokenizer, known, hasty);
}

/** Every number that the next step depends on. */
async function stateOf(continual: ContinualLearner): Promise<string> {
  const { tensors, optimizer, trainerState } = await continual.checkpoint();
  const bytes = (tensorsOf: ReadonlyMap<string, Float32Array>): string =>
    [...tensorsOf.values()]
      .map(({ buffer, byteOffset, byteLength }) =>
        Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
      )
      .join();
  const numbers = [tensors, optimizer!.weights, optimizer!.first, optimizer!.second].map(bytes);
  return JSON.stringify([numbers, trainerState]);
}

const encode = (text: string): Uint16Array => tokenizer.encode(new TextEncoder().encode(text));
/** The text that is judged by, all of it: nothing is more like it. */
const welcome = (): Uint16Array => Uint16Array.from(known.heldOut.flatMap((ids) => [...ids]));
/** Tokens at random: whoever learns them predicts everything else worse. */
function noise(tokens: number): Uint16Array {
  let state = 7;
  return Uint16Array.from({ length: tokens }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % tokenizer.vocabSize;
  });
}

describe('ContinualLearner', () => {
  it('keeps what helps: a document that is like held-out text, with the same bits for any number of threads', async () => {
    const [one, three] = [await learner(1), await learner(3)];
    const outcome = await one.learn('new.ts', welcome(), { steps: 6 });
    expect(outcome).toMatchObject({ share: 1, steps: 6, newTokens: welcome().length });
    expect(outcome!.heldOut.after).toBeLessThanOrEqual(outcome!.heldOut.before);
    await three.learn('new.ts', welcome(), { steps: 6 });
    expect(await stateOf(three)).toBe(await stateOf(one));
    const { trainerState } = await one.checkpoint();
    expect(trainerState.step).toBe(start.trainerState.step + 6);
  });

  it('rolls back bit for bit what makes held-out text cost more, and then learns as if it had never been', async () => {
    const [planted, untouched] = [await learner(2, start, 100), await learner(1, start, 100)];
    const before = await stateOf(planted);
    const outcome = await planted.learn('noise.ts', noise(4_000), { steps: 20 });
    expect(outcome!.share).toBe(0);
    expect(outcome!.heldOut.after).toBeGreaterThan(outcome!.heldOut.before);
    expect(await stateOf(planted)).toBe(before);
    await planted.learn('new.ts', welcome(), { steps: 3 });
    await untouched.learn('new.ts', welcome(), { steps: 3 });
    expect(await stateOf(planted)).toBe(await stateOf(untouched));
  });

  it('makes at least one step, and no more than fit into the time with the score that follows', async () => {
    const continual = await learner();
    await continual.score();
    expect((await continual.learn('new.ts', welcome(), { ms: 0 }))!.steps).toBe(1);
    const begin = performance.now();
    const outcome = (await continual.learn('other.ts', encode('const x = 1;\n'.repeat(40)), { ms: 1_500 }))!;
    const oneStep = outcome.ms / outcome.steps;
    expect(outcome.steps).toBeGreaterThan(1);
    // The last step and the score may each take as much longer than the ones before as a busy machine makes them.
    expect(performance.now() - begin).toBeLessThan(2 * 1_500 + oneStep);
  });

  it('finds nothing to learn in a document without news', async () => {
    const continual = await learner();
    const [name, ids] = [...known.training][0]!;
    expect(await continual.learn(name, ids, { steps: 2 })).toBeNull();
    expect(await continual.learn(name, ids.subarray(0, ids.length - 5), { steps: 2 })).toBeNull();
  });

  it('begins with moments of its own where the checkpoint has none', async () => {
    const continual = await learner(1, { ...start, optimizer: null });
    await continual.learn('new.ts', welcome(), { steps: 2 });
    const { trainerState } = await continual.checkpoint();
    expect(trainerState.step - start.trainerState.step).toBeGreaterThanOrEqual(0);
  });
});
