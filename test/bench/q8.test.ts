import fc from 'fast-check';
import { expect, it } from 'vitest';
import { q8 } from './q8.ts';

/** By the definition of the format, with a 16-bit float read by the language itself. */
function decode(bytes: Uint8Array): Float64Array {
  const blocks = bytes.length / 34;
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: 32 * blocks }, (_, i) => {
    const at = 34 * Math.floor(i / 32);
    return half(view.getUint16(at, true)) * view.getInt8(at + 2 + (i % 32));
  });
}

/** @source IEEE 754, binary16 */
function half(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  return exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
}

it('Q8_0 gives every value back within half a step of 127, and the rounding of the step to 16 bits', () => {
  const values = fc.float32Array({ minLength: 32, maxLength: 32, min: -8, max: 8, noNaN: true });
  fc.assert(
    fc.property(values, values, (one, other) => {
      const all = Float32Array.from([...one, ...other]);
      const decoded = decode(q8.encode(all));
      expect(q8.bytes(all.length)).toBe(68);
      for (const [block, part] of [one, other].entries()) {
        const most = Math.max(...part.map(Math.abs));
        // half a step; 127 steps whose length is off by 2⁻¹¹ of itself, or by half of the smallest 16-bit float
        const bound = most / 254 + Math.max(most * 2 ** -11, 127 * 2 ** -25);
        part.forEach((value, i) => {
          expect(Math.abs(decoded[32 * block + i]! - value)).toBeLessThanOrEqual(bound * (1 + 1e-6));
        });
      }
    }),
  );
});
