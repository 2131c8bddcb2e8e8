import { appendFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../extension/indexing/audit.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { unstoppable } from '../../extension/training/steering.ts';
import { train } from '../../extension/training/trainer.ts';
import { fakeSecrets } from '../corpus/fakeSecrets.ts';
import { folderOfCode } from './folderOfCode.ts';

const platform = nodePlatform();
const [, secret] = fakeSecrets['a GitHub token']!;

let code: ReturnType<typeof folderOfCode>;
beforeAll(() => {
  code = folderOfCode('tokenizer', 'protocol');
  for (const name of ['errors.ts', 'model.ts']) {
    appendFileSync(path.join(code.folder, 'protocol', name), `export const key = '${secret}';\n`);
  }
});
afterAll(() => code.remove());

describe('audit', () => {
  it('asks the counts for a secret that is in two files once, has none of it, and never says it whole', async () => {
    const progress: number[] = [];
    const corpus = { folders: [code.folder], exclude: [] };
    const request = { corpus, checkpoint: null, reproducible: true, canaries: 0 };
    const report = await audit(platform, request, ({ done }) => progress.push(done));
    expect(report).toMatchObject({
      secrets: 1,
      mostExposureBits: 6,
      transformer: null,
      mixture: {
        found: { tried: 1, reproduced: 0 },
        planted: { tried: 0, meanExposureBits: null },
        control: { tried: 10, reproduced: 0 },
      },
    });
    const [found] = report.probes;
    expect(found).toMatchObject({
      kind: 'found',
      path: 'protocol/errors.ts',
      secret: `ghp… (${secret.length} characters)`,
    });
    expect(JSON.stringify(report)).not.toContain(secret.slice(3, 10));
    expect(progress).toEqual(report.probes.map((_, i) => i));
  });

  it('asks for every secret, however many there are, and for a hundred random strings', async () => {
    const many = folderOfCode('protocol/errors.ts', 'corpus/hash.ts');
    try {
      const keys = Array.from(
        { length: 103 },
        (_, i) => secret.slice(0, -6) + `${123_457 * (i + 1)}`.padStart(6, 'x').slice(-6),
      );
      appendFileSync(
        path.join(many.folder, 'protocol', 'errors.ts'),
        keys.map((key, i) => `export const key${i} = '${key}';\n`).join(''),
      );
      const corpus = { folders: [many.folder], exclude: [] };
      const report = await audit(
        platform,
        { corpus, checkpoint: null, reproducible: true, canaries: 0 },
        () => {},
      );
      expect([report.secrets, report.mixture!.found.tried, report.mixture!.control.tried]).toEqual([
        103, 103, 100,
      ]);
    } finally {
      many.remove();
    }
  });

  it('asks the trained model for the canaries that it was taught, which it knows better than strings that it never read', async () => {
    const canaries = 2;
    const { folder, remove } = folderOfCode('platform/address.ts', 'protocol/errors.ts', 'corpus/hash.ts');
    const corpus = { folders: [folder], exclude: [] };
    const checkpoint = path.join(folder, '..', `${path.basename(folder)}-model`);
    const choices = { preset: 'small', vocabSize: 300, threads: 1, seed: 1, reproducible: true } as const;
    const limits = { stop: { steps: 30 }, memoryLimitMb: 512, resume: false };
    try {
      await train(platform, { corpus, checkpoint, canaries, ...choices, ...limits }, unstoppable, () => {});
      const report = await audit(platform, { corpus, checkpoint, reproducible: true, canaries }, () => {});
      const { planted, control } = report.transformer!;
      expect([planted.tried, control.tried]).toEqual([canaries, 10]);
      expect(planted.meanExposureBits!).toBeGreaterThan(control.meanExposureBits! + 2);
      // They stand in the training text alone: counts of the files have never seen them.
      expect(report.mixture.planted.tried).toBe(0);
    } finally {
      remove();
      rmSync(checkpoint, { recursive: true, force: true });
    }
  });

  it('needs no secret: then it asks for random strings alone', async () => {
    rmSync(path.join(code.folder, 'protocol', 'errors.ts'));
    rmSync(path.join(code.folder, 'protocol', 'model.ts'));
    const corpus = { folders: [code.folder], exclude: [] };
    const request = { corpus, checkpoint: null, reproducible: true, canaries: 0 };
    const report = await audit(platform, request, () => {});
    expect([report.secrets, report.mixture.found.tried]).toEqual([0, 0]);
    expect(report.mixture.control).toMatchObject({ tried: 10, reproduced: 0 });
  });
});
