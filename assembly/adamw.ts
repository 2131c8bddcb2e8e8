/**
 * g = grad · gradientScale; m = β₁ · m + (1 − β₁) · g; v = β₂ · v + (1 − β₂) · g²;
 * param −= learningRate · (m / correction1 / (√(v / correction2) + eps) + weightDecay · param)
 *  @param param   f32[count]   read and written
 *  @param grad    f32[count]   read
 *  @param m       f32[count]   read and written
 *  @param v       f32[count]   read and written
 *  @source Loshchilov & Hutter 2019, algorithm 2
 */
export function adamw(
  param: usize,
  grad: usize,
  m: usize,
  v: usize,
  count: i32,
  gradientScale: f64,
  learningRate: f64,
  beta1: f64,
  beta2: f64,
  eps: f64,
  weightDecay: f64,
  correction1: f64,
  correction2: f64,
): void {
  // The scalars are combined in f64, so that 1 − β₂ keeps its digits.
  const g1 = <f32>((1 - beta1) * gradientScale);
  const g2 = <f32>((1 - beta2) * gradientScale * gradientScale);
  const keep = <f32>(1 - learningRate * weightDecay);
  const step = <f32>(learningRate / correction1);
  const unbias = <f32>(1 / correction2);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = i << 2;
    const g = v128.load(grad + at);
    const mean = f32x4.add(
      f32x4.mul(v128.load(m + at), f32x4.splat(<f32>beta1)),
      f32x4.mul(g, f32x4.splat(g1)),
    );
    const square = f32x4.add(
      f32x4.mul(v128.load(v + at), f32x4.splat(<f32>beta2)),
      f32x4.mul(f32x4.mul(g, g), f32x4.splat(g2)),
    );
    v128.store(m + at, mean);
    v128.store(v + at, square);
    const spread = f32x4.add(f32x4.sqrt(f32x4.mul(square, f32x4.splat(unbias))), f32x4.splat(<f32>eps));
    const change = f32x4.div(f32x4.mul(mean, f32x4.splat(step)), spread);
    v128.store(param + at, f32x4.sub(f32x4.mul(v128.load(param + at), f32x4.splat(keep)), change));
  }
  for (; i < count; i++) {
    const at = i << 2;
    const g = f32.load(grad + at);
    const mean = f32.load(m + at) * <f32>beta1 + g * g1;
    const square = f32.load(v + at) * <f32>beta2 + g * g * g2;
    f32.store(m + at, mean);
    f32.store(v + at, square);
    const change = (mean * step) / (sqrt<f32>(square * unbias) + <f32>eps);
    f32.store(param + at, f32.load(param + at) * keep - change);
  }
}
