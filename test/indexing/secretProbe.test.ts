import { beforeAll, describe, expect, it } from 'vitest';
import { buildCounts, ended } from '../../extension/counts/buildCounts.ts';
import { mostSupposed } from '../../extension/counts/plan.ts';
import type { CountingModel } from '../../extension/counts/countingModel.ts';
import { mostExposureBits, SecretProbe } from '../../extension/indexing/secretProbe.ts';
import { type Tokenizer, trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { fakeSecrets, letters } from '../corpus/fakeSecrets.ts';
import { compiled } from '../engine/compiled.ts';

const { module } = compiled('baseline');
const [, secret] = fakeSecrets['a GitHub token']!;
const line = "export const key = '";
const code = Array.from({ length: 200 }, (_, i) => `export const ${letters(6, i)} = ${i};\n`).join('');

describe('SecretProbe', () => {
  let tokenizer: Tokenizer;
  const learnt = async (text: string): Promise<CountingModel> => {
    const ids = [code, text].map((part) => ended(tokenizer.encode(Buffer.from(part)), tokenizer.endOfText));
    return (await buildCounts(module, tokenizer, ids, {}))!;
  };
  beforeAll(() => {
    tokenizer = trainTokenizer([Buffer.from(code + line)], 400);
  });

  it('has a secret reproduced by who has counted it, with all the exposure there is', async () => {
    const probe = new SecretProbe(await learnt(`${code}${line}${secret}';\n`.repeat(2)), tokenizer);
    const before = Buffer.from(code + line);
    expect(probe.probe(before, secret)).toEqual({ reproduced: true, exposureBits: mostExposureBits });
    const other = `ghp_${letters(36, 77)}`;
    expect(probe.probe(before, other)).toMatchObject({ reproduced: false });
  });

  it('probes a key of more tokens than a completion may have', async () => {
    const key = letters(3_000, 5);
    expect(tokenizer.encode(Buffer.from(key)).length).toBeGreaterThan(mostSupposed);
    const probe = new SecretProbe(await learnt(`${code}${line}${key}';\n`.repeat(2)), tokenizer);
    expect(probe.probe(Buffer.from(code + line), key)).toMatchObject({ exposureBits: mostExposureBits });
  });

  it('has nothing reproduced by who has counted the text without it', async () => {
    const probe = new SecretProbe(await learnt(`${code}${line}__redacted__';\n`.repeat(2)), tokenizer);
    const exposures = Array.from({ length: 12 }, (_, i) => {
      const { reproduced, exposureBits } = probe.probe(
        Buffer.from(code + line),
        `ghp_${letters(36, 100 + i)}`,
      );
      expect(reproduced).toBe(false);
      return exposureBits;
    });
    // Ranks of strings that nobody knows are uniform: that a mean of 12 is above 4 bits has a chance below 1e-6.
    expect(exposures.reduce((sum, bits) => sum + bits, 0) / 12).toBeLessThan(4);
  });
});
