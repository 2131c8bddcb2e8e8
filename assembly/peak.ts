import { sumOfLanes } from './lanes';

/**
 * What the processor can do at most with the instructions of a tile and no memory: 12 chains, `iterations` × (12 products + 12 sums) of 4
 * lanes. The operand comes from the argument, because the compiler would build a constant again at every use.
 */
export function peak(iterations: i32): f32 {
  const one = f32x4.splat(<f32>iterations / <f32>iterations);
  return ASC_FEATURE_RELAXED_SIMD ? fused(iterations, one) : separate(iterations, one);
}

/** x = x · ½ + 1 in each chain */
function fused(iterations: i32, one: v128): f32 {
  const half = f32x4.mul(one, f32x4.splat(0.5));
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(1);
  let c2 = f32x4.splat(2);
  let c3 = f32x4.splat(3);
  let c4 = f32x4.splat(4);
  let c5 = f32x4.splat(5);
  let c6 = f32x4.splat(6);
  let c7 = f32x4.splat(7);
  let c8 = f32x4.splat(8);
  let c9 = f32x4.splat(9);
  let c10 = f32x4.splat(10);
  let c11 = f32x4.splat(11);
  for (let i = 0; i < iterations; i++) {
    c0 = f32x4.relaxed_madd(c0, half, one);
    c1 = f32x4.relaxed_madd(c1, half, one);
    c2 = f32x4.relaxed_madd(c2, half, one);
    c3 = f32x4.relaxed_madd(c3, half, one);
    c4 = f32x4.relaxed_madd(c4, half, one);
    c5 = f32x4.relaxed_madd(c5, half, one);
    c6 = f32x4.relaxed_madd(c6, half, one);
    c7 = f32x4.relaxed_madd(c7, half, one);
    c8 = f32x4.relaxed_madd(c8, half, one);
    c9 = f32x4.relaxed_madd(c9, half, one);
    c10 = f32x4.relaxed_madd(c10, half, one);
    c11 = f32x4.relaxed_madd(c11, half, one);
  }
  const low = f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3));
  const middle = f32x4.add(f32x4.add(c4, c5), f32x4.add(c6, c7));
  const high = f32x4.add(f32x4.add(c8, c9), f32x4.add(c10, c11));
  return sumOfLanes(f32x4.add(f32x4.add(low, middle), high));
}

/** x = x · 1 in one half of the chains, x = x + 1 in the other: a chain of both would wait for its own results. */
function separate(iterations: i32, one: v128): f32 {
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(1);
  let c2 = f32x4.splat(2);
  let c3 = f32x4.splat(3);
  let c4 = f32x4.splat(4);
  let c5 = f32x4.splat(5);
  let c6 = f32x4.splat(6);
  let c7 = f32x4.splat(7);
  let c8 = f32x4.splat(8);
  let c9 = f32x4.splat(9);
  let c10 = f32x4.splat(10);
  let c11 = f32x4.splat(11);
  for (let i = 0; i < 2 * iterations; i++) {
    c0 = f32x4.mul(c0, one);
    c6 = f32x4.add(c6, one);
    c1 = f32x4.mul(c1, one);
    c7 = f32x4.add(c7, one);
    c2 = f32x4.mul(c2, one);
    c8 = f32x4.add(c8, one);
    c3 = f32x4.mul(c3, one);
    c9 = f32x4.add(c9, one);
    c4 = f32x4.mul(c4, one);
    c10 = f32x4.add(c10, one);
    c5 = f32x4.mul(c5, one);
    c11 = f32x4.add(c11, one);
  }
  const low = f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3));
  const middle = f32x4.add(f32x4.add(c4, c5), f32x4.add(c6, c7));
  const high = f32x4.add(f32x4.add(c8, c9), f32x4.add(c10, c11));
  return sumOfLanes(f32x4.add(f32x4.add(low, middle), high));
}
