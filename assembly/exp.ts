import { madd } from './lanes';

/** In memory, because the compiler would build constants again at every use, four times as slowly as it loads them. */
function constants(): usize {
  return memory.data<f32>([
    -87.336, 1.4426950408889634, 12582912, -0.693359375, 2.1219444005469057e-4, 0.0013814540176801306,
    0.0083687451089425907, 0.041668390783547913, 0.1666652039904253, 0.4999999343212929, 1,
  ]);
}

/**
 * e^x in each lane for x ≤ 88; 0 below −87.336 (where the result would leave the normal range), NaN for NaN. Relative error ≤ 2⁻²³.
 * x = n · ln 2 + r, |r| ≤ ln 2 / 2: e^x = 2ⁿ · (1 + r + r² · q(r)), q minimax for the relative error (3.1e-9 before rounding).
 */
export function exp(x: v128): v128 {
  const at = constants();
  const lowest = v128.load32_splat(at);
  const clamped = f32x4.pmax(x, lowest);
  // Adding 1.5 · 2²³ rounds to a whole number and leaves it in the low bits.
  const rounder = v128.load32_splat(at, 8);
  const shifted = madd(clamped, v128.load32_splat(at, 4), rounder);
  const n = f32x4.sub(shifted, rounder);
  // ln 2 in two parts (Cody & Waite 1980): n · the first is exact.
  const partly = madd(n, v128.load32_splat(at, 12), clamped);
  const r = madd(n, v128.load32_splat(at, 16), partly);
  let q = v128.load32_splat(at, 20);
  q = madd(q, r, v128.load32_splat(at, 24));
  q = madd(q, r, v128.load32_splat(at, 28));
  q = madd(q, r, v128.load32_splat(at, 32));
  q = madd(q, r, v128.load32_splat(at, 36));
  const one = v128.load32_splat(at, 40);
  const power = f32x4.add(madd(f32x4.mul(r, r), q, r), one);
  const scale = i32x4.add(i32x4.shl(shifted, 23), one);
  return v128.andnot(f32x4.mul(power, scale), f32x4.lt(x, lowest));
}
