import { sumOfLanes } from './lanes';

/**
 * What the processor can do at most with the instructions of a tile and no memory: at least `count` multiply-adds of 4 lanes (whole rounds
 * of 12 in the relaxed build, of 14 in the baseline build). The operand comes from the argument, because the compiler would build a
 * constant again at every use.
 */
export function peak(count: i32): f32 {
  const one = f32x4.splat(<f32>count / <f32>count);
  return ASC_FEATURE_RELAXED_SIMD ? fused(count, one) : separate(count, one);
}

/** x = x · ½ + 1 in each of 12 chains */
function fused(count: i32, one: v128): f32 {
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
  for (let i = 0; i < count; i += 12) {
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

/** x = x · 1 + 1 in each of 14 chains: two instructions, so that fewer chains would wait for their own results. */
function separate(count: i32, one: v128): f32 {
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
  let c12 = f32x4.splat(12);
  let c13 = f32x4.splat(13);
  for (let i = 0; i < count; i += 14) {
    c0 = f32x4.add(f32x4.mul(c0, one), one);
    c1 = f32x4.add(f32x4.mul(c1, one), one);
    c2 = f32x4.add(f32x4.mul(c2, one), one);
    c3 = f32x4.add(f32x4.mul(c3, one), one);
    c4 = f32x4.add(f32x4.mul(c4, one), one);
    c5 = f32x4.add(f32x4.mul(c5, one), one);
    c6 = f32x4.add(f32x4.mul(c6, one), one);
    c7 = f32x4.add(f32x4.mul(c7, one), one);
    c8 = f32x4.add(f32x4.mul(c8, one), one);
    c9 = f32x4.add(f32x4.mul(c9, one), one);
    c10 = f32x4.add(f32x4.mul(c10, one), one);
    c11 = f32x4.add(f32x4.mul(c11, one), one);
    c12 = f32x4.add(f32x4.mul(c12, one), one);
    c13 = f32x4.add(f32x4.mul(c13, one), one);
  }
  const low = f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3));
  const middle = f32x4.add(f32x4.add(c4, c5), f32x4.add(c6, c7));
  const high = f32x4.add(f32x4.add(c8, c9), f32x4.add(c10, c11));
  return sumOfLanes(f32x4.add(f32x4.add(low, middle), f32x4.add(high, f32x4.add(c12, c13))));
}
