import { madd, sumOfLanes } from './lanes';

/** 12 independent chains x = x · 0.5 + 1: as many as a tile has, no memory. */
export function peak(iterations: i32): f32 {
  const half = f32x4.splat(0.5);
  const one = f32x4.splat(1);
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
    c0 = madd(c0, half, one);
    c1 = madd(c1, half, one);
    c2 = madd(c2, half, one);
    c3 = madd(c3, half, one);
    c4 = madd(c4, half, one);
    c5 = madd(c5, half, one);
    c6 = madd(c6, half, one);
    c7 = madd(c7, half, one);
    c8 = madd(c8, half, one);
    c9 = madd(c9, half, one);
    c10 = madd(c10, half, one);
    c11 = madd(c11, half, one);
  }
  const low = f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3));
  const middle = f32x4.add(f32x4.add(c4, c5), f32x4.add(c6, c7));
  const high = f32x4.add(f32x4.add(c8, c9), f32x4.add(c10, c11));
  return sumOfLanes(f32x4.add(f32x4.add(low, middle), high));
}
