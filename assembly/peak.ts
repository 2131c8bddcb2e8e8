import { madd, sumOfLanes } from './lanes';

/**
 * 12 independent chains x = x + a · b, as many as a tile has, no memory. a and b come from the argument, because the compiler would load
 * constants again at every use.
 */
export function peak(iterations: i32): f32 {
  const small = f32x4.splat(0.5 / <f32>iterations);
  const large = f32x4.splat(<f32>iterations);
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
    c0 = madd(small, large, c0);
    c1 = madd(small, large, c1);
    c2 = madd(small, large, c2);
    c3 = madd(small, large, c3);
    c4 = madd(small, large, c4);
    c5 = madd(small, large, c5);
    c6 = madd(small, large, c6);
    c7 = madd(small, large, c7);
    c8 = madd(small, large, c8);
    c9 = madd(small, large, c9);
    c10 = madd(small, large, c10);
    c11 = madd(small, large, c11);
  }
  const low = f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3));
  const middle = f32x4.add(f32x4.add(c4, c5), f32x4.add(c6, c7));
  const high = f32x4.add(f32x4.add(c8, c9), f32x4.add(c10, c11));
  return sumOfLanes(f32x4.add(f32x4.add(low, middle), high));
}
