import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ggufTypes } from '../../extension/engine/ggufTypes.ts';
import { fromHalf, mostHalf, toHalf } from '../../extension/engine/halfFloats.ts';

const { q8_0: q8, f16 } = ggufTypes;

/** By the definition of the format. */
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

describe('types of GGUF', () => {
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

  it('F16 are the bits that the definition reads, and that are written again, for every 16-bit float', () => {
    const view = new DataView(new ArrayBuffer(2));
    const wrong = Array.from({ length: 65_536 }, (_, bits) => bits).filter((bits) => {
      const value = fromHalf(bits);
      if ((bits & 0x7fff) > 0x7c00) return !Number.isNaN(value);
      const magnitude = halfOrInfinite(bits & 0x7fff);
      return toHalf(value) !== bits || !Object.is(value, (bits & 0x8000) === 0 ? magnitude : -magnitude);
    });
    expect(wrong).toEqual([]);
    expect(f16.bytes(3)).toBe(6);
    view.setUint16(0, toHalf(1 / 3), true);
    expect([...f16.encode(Float32Array.of(1 / 3))]).toEqual([view.getUint8(0), view.getUint8(1)]);
  });

  it('F16 is the nearest one, of two as near the even one, as float64 arithmetic finds it', () => {
    const finite = fc.float({ min: -mostHalf, max: mostHalf, noNaN: true });
    fc.assert(
      fc.property(finite, (value) => {
        const bits = toHalf(value);
        const error = Math.abs(fromHalf(bits) - value);
        for (const other of [bits - 1, bits + 1]) {
          if ((other & 0x7fff) >= 0x7c00 || (other & 0x8000) !== (bits & 0x8000)) continue;
          const theirs = Math.abs(fromHalf(other) - value);
          expect(error).toBeLessThanOrEqual(theirs);
          if (error === theirs) expect(bits & 1).toBe(0);
        }
      }),
      { numRuns: 5_000 },
    );
    expect([65_519, 65_520, Infinity, -Infinity].map(toHalf)).toEqual([0x7bff, 0x7c00, 0x7c00, 0xfc00]);
  });
});

function halfOrInfinite(bits: number): number {
  return bits === 0x7c00 ? Infinity : half(bits);
}
