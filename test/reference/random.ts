/** Seeded uniform numbers in [0, 1): the same seed gives the same test. @source Wellons 2018, "hash-prospector" */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let bits = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** count numbers, uniform in (−scale, scale), each exact in float32 */
export function randomFloats(next: () => number, count: number, scale = 1): Float64Array {
  return Float64Array.from({ length: count }, () => Math.fround((2 * next() - 1) * scale));
}

/** Whole numbers in [least, most]. */
export function randomIntegers(next: () => number, count: number, least: number, most: number): Int32Array {
  return Int32Array.from({ length: count }, () => least + Math.floor(next() * (most - least + 1)));
}
