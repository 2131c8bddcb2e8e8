import { appendFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../extension/indexing/audit.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
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
