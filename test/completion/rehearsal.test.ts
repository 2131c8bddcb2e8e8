import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { completeLine } from '../../extension/completion/line.ts';
import { rehearse } from '../../extension/completion/rehearsal.ts';
import { presetConfig } from '../../extension/engine/config.ts';
import { Decoder } from '../../extension/engine/decoder.ts';
import { parameterTable } from '../../extension/engine/layout.ts';
import { initialTensors } from '../../extension/engine/weights.ts';
import { trainTokenizer } from '../../extension/tokenizer/trainTokenizer.ts';
import { builds, compiled } from '../engine/compiled.ts';

const source = readFileSync(new URL('../../extension/engine/layout.ts', import.meta.url));
const tokenizer = trainTokenizer([source], 400);
const config = presetConfig('small', tokenizer.vocabSize);
const tensors = initialTensors(parameterTable(config), 5);

describe.each(builds)('a rehearsal in the %s build', (build) => {
  it.each(['f32', 'int8'] as const)('changes no bit of what is completed after it (%s)', (format) => {
    const [rehearsed, fresh] = [1, 2].map(() => new Decoder(compiled(build), config, tensors, format));
    rehearse(rehearsed!, tokenizer);
    const options = { leastProbability: 0, maxTokens: 12, maxMilliseconds: 60_000 };
    for (const end of [1, 200, 3_000]) {
      const prefix = source.toString().slice(0, end);
      const [after, alone] = [rehearsed!, fresh!].map((decoder) => {
        const { text, tokens, stop } = completeLine(decoder, tokenizer, prefix, options, () => false);
        return { text, tokens, stop };
      });
      expect(after!.tokens.length).toBeGreaterThan(0);
      expect(after).toEqual(alone);
    }
  });
});
