import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { elementCount, parameterTable } from '../../extension/engine/layout.ts';
import { Random } from '../../extension/engine/random.ts';
import type { ModelConfig } from '../../extension/protocol/model.ts';

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
