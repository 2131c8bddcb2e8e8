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

/** Every byte is a token with its own number as id, in the byte-level alphabet of GPT-2; `extra` merges follow; the last id ends a text. */
export function byteTokenizerJson(extra: readonly (readonly [string, string])[] = []): string {
  const printable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  let next = 256;
  const alphabet = Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(printable(byte) ? byte : next++),
  );
  const tokens = [...alphabet, ...extra.map((pair) => pair.join(''))];
  return JSON.stringify({
    added_tokens: [{ id: tokens.length, content: '<|endoftext|>', special: true }],
    model: { type: 'BPE', vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges: extra },
  });
}
