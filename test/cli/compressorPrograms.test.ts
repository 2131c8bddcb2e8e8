import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installedCompressors } from '../../extension/cli/compressorPrograms.ts';
import { Random } from '../../extension/engine/random.ts';

let cache = '';
beforeAll(() => (cache = mkdtempSync(path.join(tmpdir(), 'nihilo-sizes-'))));
afterAll(() => rmSync(cache, { recursive: true }));

const signal = new AbortController().signal;
const random = new Random(1);
const noise = (bytes: number): Uint8Array => Uint8Array.from({ length: bytes }, () => random.below(256));

const found = await installedCompressors(path.join(tmpdir(), 'unused'), signal);

describe('the installed compressors', () => {
  // Nothing is required to be installed; what is there must tell the truth.
  it.each(found.map(({ name }) => name))(
    '%s needs about all bytes of noise, and hardly any for noise that it knows',
    async (name) => {
      const { size } = (await installedCompressors(cache, signal)).find((one) => one.name === name)!;
      const [known, fresh] = [noise(3_000), noise(3_000)];
      const alone = await size([known]);
      expect(alone).toBeGreaterThanOrEqual(3_000);
      // Names, sizes and checksums of an archive.
      expect(alone).toBeLessThan(4_200);
      const again = (await size([known, known])) - alone;
      const other = (await size([known, fresh])) - alone;
      expect(again).toBeLessThan(300);
      expect(other).toBeGreaterThan(2_700);
      expect(other).toBeLessThan(3_300);
    },
  );

  it('look a size up that they have found before', async () => {
    const [first] = await installedCompressors(cache, signal);
    if (first === undefined) return;
    const parts = [noise(500), noise(500)];
    const size = await first.size(parts);
    const entries = readdirSync(cache).map((name) => path.join(cache, name));
    for (const entry of entries) utimesSync(entry, 1, 1);
    expect(await first.size(parts)).toBe(size);
    // The same bytes, cut elsewhere, are the same input.
    const joined = Uint8Array.from([...parts[0]!, ...parts[1]!]);
    expect(await first.size([joined.subarray(0, 7), joined.subarray(7)])).toBe(size);
    expect(readdirSync(cache).length).toBe(entries.length);
    for (const entry of entries) expect(statSync(entry).mtimeMs).toBe(1_000);
  });

  it('end when they are told to', async () => {
    const ending = new AbortController();
    const [first] = await installedCompressors(cache, ending.signal);
    if (first === undefined) return;
    const running = first.size([noise(1_000_000)]);
    ending.abort();
    await expect(running).rejects.toThrow(/abort/i);
  });
});
