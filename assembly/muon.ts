/**
 * Nesterov's momentum: g = grad · gradientScale; m = momentum · m + (1 − momentum) · g; grad = momentum · m + (1 − momentum) · g
 *  @param grad   f32[count]   read and written
 *  @param m      f32[count]   read and written
 *  @source Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks"
 */
export function nesterov(grad: usize, m: usize, count: i32, gradientScale: f64, momentum: f64): void {
  const share = <f32>((1 - momentum) * gradientScale);
  const kept = <f32>momentum;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = i << 2;
    const g = f32x4.mul(v128.load(grad + at), f32x4.splat(share));
    const mean = f32x4.add(f32x4.mul(v128.load(m + at), f32x4.splat(kept)), g);
    v128.store(m + at, mean);
    v128.store(grad + at, f32x4.add(f32x4.mul(mean, f32x4.splat(kept)), g));
  }
  for (; i < count; i++) {
    const at = i << 2;
    const g = f32.load(grad + at) * share;
    const mean = f32.load(m + at) * kept + g;
    f32.store(m + at, mean);
    f32.store(grad + at, mean * kept + g);
  }
}

/**
 * Decoupled decay: param −= learningRate · (updateScale · update + weightDecay · param)
 *  @param param    f32[count]   read and written
 *  @param update   f32[count]   read
 *  @source Liu et al. 2025, "Muon is Scalable for LLM Training", eq. 4
 */
export function descend(
  param: usize,
  update: usize,
  count: i32,
  learningRate: f64,
  updateScale: f64,
  weightDecay: f64,
): void {
  const keep = <f32>(1 - learningRate * weightDecay);
  const step = <f32>(learningRate * updateScale);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = i << 2;
    const change = f32x4.mul(v128.load(update + at), f32x4.splat(step));
    v128.store(param + at, f32x4.sub(f32x4.mul(v128.load(param + at), f32x4.splat(keep)), change));
  }
  for (; i < count; i++) {
    const at = i << 2;
    f32.store(param + at, f32.load(param + at) * keep - f32.load(update + at) * step);
  }
}
