/** cos and sin[positions, headDim / 2] of position · theta^(−2i / headDim) */
export function ropeTables(
  positions: number,
  headDim: number,
  theta: number,
): { cos: Float64Array; sin: Float64Array } {
  const half = headDim / 2;
  const angle = (at: number): number => Math.floor(at / half) * theta ** ((-2 * (at % half)) / headDim);
  return {
    cos: Float64Array.from({ length: positions * half }, (_, at) => Math.cos(angle(at))),
    sin: Float64Array.from({ length: positions * half }, (_, at) => Math.sin(angle(at))),
  };
}

/**
 * Hugging Face's x · cos + rotate_half(x) · sin, rotate_half(x) = (−second half, first half), of x[rows, heads · headDim].
 * `direction` −1 is the transpose.
 */
export function rope(
  x: Float64Array,
  tables: { cos: Float64Array; sin: Float64Array },
  heads: number,
  headDim: number,
  positionStart: number,
  direction: 1 | -1 = 1,
): Float64Array {
  const half = headDim / 2;
  return x.map((value, at) => {
    const position = positionStart + Math.floor(at / (heads * headDim));
    const i = at % headDim;
    const pair = position * half + (i % half);
    const rotated = i < half ? -x[at + half]! : x[at - half]!;
    return value * tables.cos[pair]! + direction * rotated * tables.sin[pair]!;
  });
}
