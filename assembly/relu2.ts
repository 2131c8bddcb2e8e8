/**
 * out = x · relu(x)
 *  @param out   f32[count]   written; may be x
 *  @param x     f32[count]   read
 *  @source So et al. 2021, "Primer"
 */
export function relu2Forward(out: usize, x: usize, count: i32): void {
  const zero = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const value = v128.load(x + (i << 2));
    v128.store(out + (i << 2), f32x4.mul(value, f32x4.pmax(value, zero)));
  }
  for (; i < count; i++) {
    const value = f32.load(x + (i << 2));
    f32.store(out + (i << 2), value * max<f32>(value, 0));
  }
}

/**
 * dX = 2 · relu(x) · dOut
 *  @param dX     f32[count]   written; may be x or dOut
 *  @param x      f32[count]   read
 *  @param dOut   f32[count]   read
 */
export function relu2Backward(dX: usize, x: usize, dOut: usize, count: i32): void {
  const zero = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const positive = f32x4.pmax(v128.load(x + (i << 2)), zero);
    v128.store(dX + (i << 2), f32x4.mul(f32x4.add(positive, positive), v128.load(dOut + (i << 2))));
  }
  for (; i < count; i++) {
    const positive = max<f32>(f32.load(x + (i << 2)), 0);
    f32.store(dX + (i << 2), (positive + positive) * f32.load(dOut + (i << 2)));
  }
}
