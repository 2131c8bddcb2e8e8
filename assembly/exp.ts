import { madd } from './lanes';

/**
 * e^x in each lane for x ≤ 88; 0 below −87.336 (where the result would leave the normal range), NaN for NaN. Relative error ≤ 2⁻²³.
 * x = n · ln 2 + r, |r| ≤ ln 2 / 2: e^x = 2ⁿ · (1 + r + r² · q(r)), q minimax for the relative error (3.1e-9 before rounding).
 */
export function exp(x: v128): v128 {
  // ln 2 in two parts (Cody & Waite 1980): n · high is exact.
  const lowest = f32x4.splat(-87.336);
  const clamped = f32x4.pmax(x, lowest);
  // Adding 1.5 · 2²³ rounds to a whole number and leaves it in the low bits.
  const rounder = f32x4.splat(12582912);
  const shifted = madd(clamped, f32x4.splat(1.4426950408889634), rounder);
  const n = f32x4.sub(shifted, rounder);
  const partly = madd(n, f32x4.splat(-0.693359375), clamped);
  const r = madd(n, f32x4.splat(2.1219444005469057e-4), partly);
  let q = f32x4.splat(0.0013814540176801306);
  q = madd(q, r, f32x4.splat(0.0083687451089425907));
  q = madd(q, r, f32x4.splat(0.041668390783547913));
  q = madd(q, r, f32x4.splat(0.1666652039904253));
  q = madd(q, r, f32x4.splat(0.4999999343212929));
  const power = f32x4.add(madd(f32x4.mul(r, r), q, r), f32x4.splat(1));
  const scale = i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(0x3f800000));
  return v128.andnot(f32x4.mul(power, scale), f32x4.lt(x, lowest));
}
