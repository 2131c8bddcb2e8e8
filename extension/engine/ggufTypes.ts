import { toHalf, toHalves } from './halfFloats.ts';

/** How the numbers of a tensor are written. */
export interface GgufType {
  /** GGML's number of the type */
  readonly id: number;
  /** a row has a multiple of so many */
  readonly blockElements: number;
  bytes(elements: number): number;
  encode(values: Float32Array): Uint8Array;
}

const f32: GgufType = {
  id: 0,
  blockElements: 1,
  bytes: (elements) => 4 * elements,
  encode: ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
};

const f16: GgufType = {
  id: 1,
  blockElements: 1,
  bytes: (elements) => 2 * elements,
  encode: (values) => new Uint8Array(toHalves(values).buffer),
};

const blockElements = 32;
const blockBytes = 2 + blockElements;

/**
 * Blocks of 32 values, each a 16-bit float d = max |x| / 127 and 32 signed bytes round(x / d).
 * @source `quantize_row_q8_0_ref` in ggml
 */
const q8: GgufType = {
  id: 8,
  blockElements,
  bytes: (elements) => (elements / blockElements) * blockBytes,
  encode: (values) => {
    const bytes = new Uint8Array(q8.bytes(values.length));
    const view = new DataView(bytes.buffer);
    for (let block = 0; block * blockElements < values.length; block++) {
      const from = values.subarray(block * blockElements, (block + 1) * blockElements);
      const scale = from.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127;
      view.setUint16(block * blockBytes, toHalf(scale), true);
      from.forEach((value, i) => {
        view.setInt8(block * blockBytes + 2 + i, scale === 0 ? 0 : Math.round(value / scale));
      });
    }
    return bytes;
  },
};

/** What matrices can be written as; what a row of is no whole number of blocks is written as f16 instead. */
export const ggufTypes = { f32, f16, q8_0: q8 } as const;

export type GgufTypeName = keyof typeof ggufTypes;

/** GGUF's number of a file whose matrices are of this type. @source `llama_ftype` in llama.cpp */
export const ggufFileTypes: Readonly<Record<GgufTypeName, number>> = { f32: 0, f16: 1, q8_0: 7 };
