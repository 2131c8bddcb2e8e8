const float = new Float32Array(1);
const bitsOfFloat = new Uint32Array(float.buffer);

/** The largest 16-bit float. */
export const mostHalf = 65_504;

/**
 * The nearest 16-bit float, of two that are as near the even one; what is too large becomes an infinity.
 * @source IEEE 754, binary16
 */
export function toHalf(value: number): number {
  float[0] = value;
  const bits = bitsOfFloat[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fff_ffff;
  if (magnitude >= 0x7f80_0000) return sign | (magnitude > 0x7f80_0000 ? 0x7e00 : 0x7c00);
  // Below the smallest normal number the step is the same for all: adding half a step of it rounds in the float32 unit.
  if (magnitude < 0x3880_0000) {
    float[0] = Math.abs(value) + 0.5;
    return sign | (bitsOfFloat[0]! - 0x3f00_0000);
  }
  const even = (magnitude >>> 13) & 1;
  const half = (magnitude - 0x3800_0000 + 0xfff + even) >>> 13;
  return sign | Math.min(half, 0x7c00);
}

/** The number that a 16-bit float is. */
export function fromHalf(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

export function toHalves(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, toHalf);
}

export function fromHalves(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, fromHalf);
}

/** The upper halves of 32-bit floats. */
export function fromBrainFloats(bits: Uint16Array): Float32Array {
  const wide = Uint32Array.from(bits, (upper) => (upper << 16) >>> 0);
  return new Float32Array(wide.buffer);
}
