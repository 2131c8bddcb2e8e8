/** Σ x² of x f32[count] (read), in f64: four chains, then the lanes in order. */
export function sumOfSquares(x: usize, count: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const values = v128.load(x + (i << 2));
    const first = f64x2.promote_low_f32x4(values);
    const second = f64x2.promote_low_f32x4(v128.shuffle<f32>(values, values, 2, 3, 0, 1));
    low = f64x2.add(low, f64x2.mul(first, first));
    high = f64x2.add(high, f64x2.mul(second, second));
  }
  let sum = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
  sum += f64x2.extract_lane(high, 0) + f64x2.extract_lane(high, 1);
  for (; i < count; i++) {
    const value = <f64>f32.load(x + (i << 2));
    sum += value * value;
  }
  return sum;
}
