/*
 * Functions of the mixers, in each lane. Multiplications and additions are never fused, in either build: an index that was saved, and a
 * text that was encoded, must read the same on every machine.
 */

/** In memory: see ../exp.ts. */
function constants(): usize {
  return memory.data<f32>([
    1.4426950408889634, 12582912, -0.693359375, 2.1219444005469057e-4, 0.0013814540176801306,
    0.0083687451089425907, 0.041668390783547913, 0.1666652039904253, 0.4999999343212929, 1,
  ]);
}

function madd(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

/** 1 / (1 + e^−x), |x| ≤ 80 */
export function squash(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp(f32x4.neg(x))));
}

/** as exp in ../exp.ts, for |x| ≤ 80 */
function exp(x: v128): v128 {
  const at = constants();
  const rounder = v128.load32_splat(at, 4);
  const shifted = madd(x, v128.load32_splat(at), rounder);
  const n = f32x4.sub(shifted, rounder);
  const r = madd(n, v128.load32_splat(at, 12), madd(n, v128.load32_splat(at, 8), x));
  let q = v128.load32_splat(at, 16);
  q = madd(q, r, v128.load32_splat(at, 20));
  q = madd(q, r, v128.load32_splat(at, 24));
  q = madd(q, r, v128.load32_splat(at, 28));
  q = madd(q, r, v128.load32_splat(at, 32));
  const one = v128.load32_splat(at, 36);
  const power = f32x4.add(madd(f32x4.mul(r, r), q, r), one);
  return f32x4.mul(power, i32x4.add(i32x4.shl(shifted, 23), one));
}

/** ln(p / (1 − p)), 0 < p < 1 */
export function stretch(p: v128): v128 {
  return ln(f32x4.div(p, f32x4.sub(f32x4.splat(1), p)));
}

/** ln x for normal x > 0: x = 2ⁿ · m, √½ ≤ m < √2; ln m = 2 · atanh((m − 1) / (m + 1)), a series in the square. Relative error < 1e-6. */
function ln(x: v128): v128 {
  const one = f32x4.splat(1);
  const offset = i32x4.splat(0x3f3504f3);
  const bits = i32x4.sub(x, offset);
  const n = f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23));
  const m = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), offset);
  const s = f32x4.div(f32x4.sub(m, one), f32x4.add(m, one));
  const square = f32x4.mul(s, s);
  let q = f32x4.splat(0.2222222222);
  q = madd(q, square, f32x4.splat(0.2857142857));
  q = madd(q, square, f32x4.splat(0.4));
  q = madd(q, square, f32x4.splat(0.6666666667));
  q = madd(q, square, f32x4.splat(2));
  return madd(n, f32x4.splat(0.6931471805599453), f32x4.mul(q, s));
}

export function squashOne(x: f32): f32 {
  return f32x4.extract_lane(squash(f32x4.splat(x)), 0);
}

export function stretchOne(p: f32): f32 {
  return f32x4.extract_lane(stretch(f32x4.splat(p)), 0);
}
