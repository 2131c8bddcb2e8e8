import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measureAccuracy } from '../../extension/bench/accuracy.ts';
import { nodePlatform } from '../../extension/platform/node.ts';

const source = path.join(import.meta.dirname, '..', '..', 'extension');
let root: string;
let folder: string;

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'nihilo-accuracy-'));
  folder = path.join(root, 'code');
  for (const part of ['engine', 'training', 'corpus', 'protocol'])
    cpSync(path.join(source, part), path.join(folder, part), { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true }));

describe('the int8 decoder', () => {
  it.each([
    ['baseline', true],
    ['relaxed', false],
  ])(
    '%s build: needs at most a hundredth more bits for real code that was held out than f32 weights of the same trained model',
    async (build, reproducible) => {
      const accuracy = await measureAccuracy(nodePlatform(), {
        preset: 'small',
        folder,
        checkpoint: path.join(root, build),
        steps: 80,
        threads: 2,
        reproducible,
      });
      // A model that has learnt something: a blind guess costs about 3 bits a byte with this vocabulary.
      expect(accuracy.f32BitsPerByte).toBeLessThan(2.5);
      expect(accuracy.bytes).toBeGreaterThan(1_000);
      expect(Math.abs(accuracy.loss)).toBeLessThan(0.01);
      expect(accuracy.int8BitsPerByte).not.toBe(accuracy.f32BitsPerByte);
    },
  );
});
