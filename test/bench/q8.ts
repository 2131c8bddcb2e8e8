import type { GgufType } from '../../extension/engine/gguf.ts';

const blockElements = 32;
const blockBytes = 2 + blockElements;

/**
 * llama.cpp's Q8_0: blocks of 32 values, each a 16-bit float d = max |x| / 127 and 32 signed bytes round(x / d).
 * @source `quantize_row_q8_0_ref` in ggml
 */
export const q8: GgufType = {
  id: 8,
  bytes: (elements) => (elements / blockElements) * blockBytes,
  encode: (values) => {
    const bytes = new Uint8Array(q8.bytes(values.length));
    const view = new DataView(bytes.buffer);
    for (let block = 0; block * blockElements < values.length; block++) {
      const from = values.subarray(block * blockElements, (block + 1) * blockElements);
      const scale = from.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127;
      view.setUint16(block * blockBytes, halfBits(scale), true);
      from.forEach((value, i) => {
        view.setInt8(block * blockBytes + 2 + i, scale === 0 ? 0 : Math.round(value / scale));
      });
    }
    return bytes;
  },
};

/** The nearest 16-bit float of a number that is not negative and below 65 520. */
function halfBits(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.max(-14, Math.floor(Math.log2(value)));
  // A significand that rounds up to 2 carries into the exponent by itself.
  const significand = Math.round((value / 2 ** exponent) * 1_024);
  return ((exponent + 15) << 10) + (significand - 1_024);
}
