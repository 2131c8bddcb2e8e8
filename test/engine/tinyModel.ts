import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { elementCount, parameterTable } from '../../extension/engine/layout.ts';
import { Random } from '../../extension/engine/random.ts';
import type { ModelConfig } from '../../extension/protocol/model.ts';

const common = {
  numHiddenLayers: 2,
  maxPositionEmbeddings: 24,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tieWordEmbeddings: true,
} as const;

/** Large enough for two heads and two layers, small enough to be computed again in plain loops. */
export const tinyConfig: ModelConfig = {
  ...common,
  vocabSize: 61,
  hiddenSize: 16,
  intermediateSize: 64,
  numAttentionHeads: 2,
};

/** Widths that are no multiples of what the kernels compute at once. */
export const oddConfig: ModelConfig = {
  ...common,
  vocabSize: 70,
  hiddenSize: 20,
  intermediateSize: 80,
  numAttentionHeads: 1,
};

/** A model in which every weight matters: nothing is zero or one, as it is before training. */
export function randomTensors(config: ModelConfig, seed: number): Map<string, Float32Array> {
  const random = new Random(seed);
  return new Map(
    parameterTable(config).map(({ name, shape }) => {
      const isNorm = shape.length === 1;
      const deviation = isNorm ? 0.2 : name.includes('embed') ? 0.3 : 1 / Math.sqrt(shape[1]!);
      const mean = isNorm ? 1 : 0;
      const values = Float32Array.from(
        { length: elementCount(shape) },
        () => mean + deviation * random.normal(),
      );
      return [name, values];
    }),
  );
}

/** The project's own sources: real code that is certainly there. */
export function realCode(): Uint8Array[] {
  const folder = path.join(import.meta.dirname, '..', '..', 'extension', 'engine');
  const names = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  return names.sort().map((name) => readFileSync(path.join(folder, name)));
}
