import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';
import { peakRss } from '../../extension/platform/peakRss.ts';

const source = path.join(import.meta.dirname, '..', '..', 'extension', 'platform', 'peakRss.ts');

it.runIf(process.platform === 'linux')(
  'peakRss is that of this process, not of the larger one that started it',
  () => {
    const touched = new Uint8Array(400_000_000).fill(1);
    expect(peakRss()).toBeGreaterThanOrEqual(touched.length);
    const code = `import { peakRss } from ${JSON.stringify(source)}; console.log(peakRss());`;
    const child = Number(execFileSync(process.execPath, ['--input-type=module', '--eval', code]));
    expect(child).toBeGreaterThan(10_000_000);
    expect(child).toBeLessThan(touched.length / 2);
  },
);
