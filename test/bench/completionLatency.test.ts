import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { measureCompletion } from '../../extension/bench/completionLatency.ts';
import { nodePlatform } from '../../extension/platform/node.ts';

const folder = path.join(import.meta.dirname, '..', '..', 'extension');

describe('measureCompletion', () => {
  it.each([false, true])(
    'measures completions of exactly 20 tokens through the predictor, both kinds of ask (while training: %s)',
    async (whileTraining) => {
      const options = { preset: 'small', reproducible: true, whileTraining, folder } as const;
      const latency = await measureCompletion(nodePlatform(), options);
      expect(latency).toMatchObject({ preset: 'small', whileTraining, tokens: 20 });
      expect(latency.asks).toBeGreaterThanOrEqual(30);
      expect(latency.firstP50Ms).toBeGreaterThan(0);
      expect(latency.firstP95Ms).toBeGreaterThanOrEqual(latency.firstP50Ms);
      expect(latency.nextKeyP50Ms).toBeGreaterThan(0);
      expect(latency.nextKeyP95Ms).toBeGreaterThanOrEqual(latency.nextKeyP50Ms);
    },
  );
});
