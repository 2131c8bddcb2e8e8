import { sumOfLanes } from './lanes';

/**
 * out = x · rstd · weight, rstd = 1 / √(mean(x²) + eps)
 *  @param out      f32[rows, cols]   written; may be x
 *  @param rstd     f32[rows]         written
 *  @param x        f32[rows, cols]   read
 *  @param weight   f32[cols]         read
 *  @source Zhang & Sennrich 2019, eq. 4
 */
export function rmsnormForward(
  out: usize,
  rstd: usize,
  x: usize,
  weight: usize,
  rows: i32,
  cols: i32,
  eps: f32,
): void {
  const rowBytes = cols << 2;
  for (let row = 0; row < rows; row++) {
    const scale: f32 = 1 / sqrt<f32>(squares(x, cols) / <f32>cols + eps);
    f32.store(rstd + (row << 2), scale);
    normalise(out, x, weight, scale, cols);
    out += rowBytes;
    x += rowBytes;
  }
}

function squares(x: usize, cols: i32): f32 {
  let even = f32x4.splat(0);
  let odd = f32x4.splat(0);
  let i = 0;
  for (; i + 8 <= cols; i += 8) {
    const a = v128.load(x + (i << 2));
    const b = v128.load(x + (i << 2), 16);
    even = f32x4.add(even, f32x4.mul(a, a));
    odd = f32x4.add(odd, f32x4.mul(b, b));
  }
  let sum = sumOfLanes(f32x4.add(even, odd));
  for (; i < cols; i++) {
    const value = f32.load(x + (i << 2));
    sum += value * value;
  }
  return sum;
}

function normalise(out: usize, x: usize, weight: usize, scale: f32, cols: i32): void {
  const scales = f32x4.splat(scale);
  let i = 0;
  for (; i + 4 <= cols; i += 4) {
    const at = i << 2;
    v128.store(out + at, f32x4.mul(f32x4.mul(v128.load(x + at), scales), v128.load(weight + at)));
  }
  for (; i < cols; i++) {
    const at = i << 2;
    f32.store(out + at, f32.load(x + at) * scale * f32.load(weight + at));
  }
}

/**
 * dX = residual + rstd · (weight · dOut − x · rstd² · mean(weight · dOut · x)); dWeight += Σ_rows dOut · x · rstd
 *  @param dX        f32[rows, cols]   written; may be x or residual
 *  @param dWeight   f32[cols]         accumulated in the order of the rows
 *  @param residual  f32[rows, cols]   read
 *  @param dOut      f32[rows, cols]   read
 *  @param x         f32[rows, cols]   read
 *  @param weight    f32[cols]         read
 *  @param rstd      f32[rows]         read, as rmsnormForward wrote it
 */
export function rmsnormBackward(
  dX: usize,
  dWeight: usize,
  residual: usize,
  dOut: usize,
  x: usize,
  weight: usize,
  rstd: usize,
  rows: i32,
  cols: i32,
): void {
  const rowBytes = cols << 2;
  for (let row = 0; row < rows; row++) {
    const scale = f32.load(rstd + (row << 2));
    const dot = weightGradient(dWeight, dOut, x, weight, scale, cols);
    const pull: f32 = (dot * scale * scale * scale) / <f32>cols;
    inputGradient(dX, residual, dOut, x, weight, scale, pull, cols);
    residual += rowBytes;
    dX += rowBytes;
    dOut += rowBytes;
    x += rowBytes;
  }
}

/** dWeight += dOut · x · rstd for one row; returns Σ weight · dOut · x */
function weightGradient(dWeight: usize, dOut: usize, x: usize, weight: usize, scale: f32, cols: i32): f32 {
  const scales = f32x4.splat(scale);
  let sums = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= cols; i += 4) {
    const at = i << 2;
    const product = f32x4.mul(v128.load(dOut + at), v128.load(x + at));
    v128.store(dWeight + at, f32x4.add(v128.load(dWeight + at), f32x4.mul(product, scales)));
    sums = f32x4.add(sums, f32x4.mul(product, v128.load(weight + at)));
  }
  let dot = sumOfLanes(sums);
  for (; i < cols; i++) {
    const at = i << 2;
    const product = f32.load(dOut + at) * f32.load(x + at);
    f32.store(dWeight + at, f32.load(dWeight + at) + product * scale);
    dot += product * f32.load(weight + at);
  }
  return dot;
}

/** dX = residual + weight · dOut · scale − x · pull for one row */
function inputGradient(
  dX: usize,
  residual: usize,
  dOut: usize,
  x: usize,
  weight: usize,
  scale: f32,
  pull: f32,
  cols: i32,
): void {
  const scales = f32x4.splat(scale);
  const pulls = f32x4.splat(pull);
  let i = 0;
  for (; i + 4 <= cols; i += 4) {
    const at = i << 2;
    const direct = f32x4.mul(f32x4.mul(v128.load(dOut + at), v128.load(weight + at)), scales);
    const change = f32x4.sub(direct, f32x4.mul(v128.load(x + at), pulls));
    v128.store(dX + at, f32x4.add(v128.load(residual + at), change));
  }
  for (; i < cols; i++) {
    const at = i << 2;
    const change = f32.load(dOut + at) * f32.load(weight + at) * scale - f32.load(x + at) * pull;
    f32.store(dX + at, f32.load(residual + at) + change);
  }
}
