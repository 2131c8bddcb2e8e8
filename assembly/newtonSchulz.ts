import { madd } from './lanes';
import { matmul } from './matmul';
import { packBackward, packForward } from './pack';
import { transpose4x4, transposePanel } from './panels';
import { sumOfSquares } from './reduce';

/*
 * Scratch of newtonSchulz, bytes (newtonSchulzScratchBytes in extension/engine/scratch.ts); S and L are the smaller and the larger side:
 *   two square matrices         4 · 2 · S · S
 *   panels                      4 · max(S · L, S · L with either side rounded up to 8)
 *   transpose of a tall one     4 · S · L     (wide and square ones need none)
 *   scratch of the products     matmulScratchBytes
 */

/** p(σ) = 3.4445 σ − 4.775 σ³ + 2.0315 σ⁵: steepest at 0 among those that keep every σ ≤ 1 in a band around 1. */
const linear: f32 = 3.4445;
const cubic: f32 = -4.775;
const quintic: f32 = 2.0315;

/** Rows of a symmetric product that are computed together, up to their own diagonal: whole tiles in both builds. */
const symmetricRows: i32 = 48;

/**
 * x = U · p(p(… p(Σ / ‖x‖))) · Vᵀ of x = U · Σ · Vᵀ: `steps` iterations x = (3.4445 · I − 4.775 · A + 2.0315 · A²) · x, A = x · xᵀ.
 * After five every singular value above a few thousandths of the norm is near 1.
 *  @param x         f32[rows, cols]                        read and written
 *  @param scratch   newtonSchulzScratchBytes(rows, cols)
 *  @source Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks", newtonschulz5
 */
export function newtonSchulz(x: usize, rows: i32, cols: i32, steps: i32, scratch: usize): void {
  const short = min(rows, cols);
  const long = max(rows, cols);
  const gram = scratch;
  const square = gram + ((short * short) << 2);
  const panels = square + ((short * short) << 2);
  const wide = panels + (max(roundUp8(short) * long, roundUp8(long) * short) << 2);
  const products = rows > cols ? wide + ((short * long) << 2) : wide;
  divide(x, rows * cols, 1 / (Math.sqrt(sumOfSquares(x, rows * cols)) + 1e-7));
  const at = rows > cols ? wide : x;
  if (rows > cols) transposePanel(wide, rows, x, cols << 2, rows, cols);
  for (let step = 0; step < steps; step++) iterate(at, short, long, gram, square, panels, products);
  if (rows > cols) transposePanel(x, cols, wide, rows << 2, cols, rows);
}

function roundUp8(count: i32): i32 {
  return (count + 7) & ~7;
}

/** x f32[count] *= factor */
function divide(x: usize, count: i32, factor: f64): void {
  const factors = f32x4.splat(<f32>factor);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = x + (i << 2);
    v128.store(at, f32x4.mul(v128.load(at), factors));
  }
  for (; i < count; i++) f32.store(x + (i << 2), f32.load(x + (i << 2)) * <f32>factor);
}

/** One iteration of x f32[short, long]; its two symmetric products are computed below the diagonal and copied above. */
function iterate(
  x: usize,
  short: i32,
  long: i32,
  gram: usize,
  square: usize,
  panels: usize,
  products: usize,
): void {
  packForward(panels, x, short, long, 0, short);
  multiplyLower(gram, x, panels, short, long, products);
  mirror(gram, short);
  packBackward(panels, gram, short, short, 0, short);
  multiplyLower(square, gram, panels, short, short, products);
  combine(square, gram, short);
  mirror(square, short);
  packBackward(panels, x, short, long, 0, short);
  matmul(x, long, square, short, panels, short, long, short, false, products);
}

/**
 * The symmetric product out = a · B on and below its diagonal (and a little above it)
 *  @param out      f32[n, n]              written
 *  @param a        f32[n, k]              read
 *  @param panels   f32[⌈n / 8⌉, k, 8]     read
 */
function multiplyLower(out: usize, a: usize, panels: usize, n: i32, k: i32, scratch: usize): void {
  for (let row = 0; row < n; row += symmetricRows) {
    const height = min(symmetricRows, n - row);
    matmul(
      out + ((row * n) << 2),
      n,
      a + ((row * k) << 2),
      k,
      panels,
      height,
      row + height,
      k,
      false,
      scratch,
    );
  }
}

/** square f32[n, n] = linear · I + cubic · gram + quintic · square, on and below the diagonal */
function combine(square: usize, gram: usize, n: i32): void {
  const third = f32x4.splat(cubic);
  const fifth = f32x4.splat(quintic);
  for (let row = 0; row < n; row++) {
    const at = square + ((row * n) << 2);
    const from = gram + ((row * n) << 2);
    let i = 0;
    for (; i <= row && i + 4 <= n; i += 4) {
      const offset = i << 2;
      const value = f32x4.mul(v128.load(at + offset), fifth);
      v128.store(at + offset, madd(v128.load(from + offset), third, value));
    }
    for (; i <= row; i++) {
      const offset = i << 2;
      f32.store(at + offset, f32.load(from + offset) * cubic + f32.load(at + offset) * quintic);
    }
    const diagonal = at + (row << 2);
    f32.store(diagonal, f32.load(diagonal) + linear);
  }
}

/** Copies what is below the diagonal of f32[n, n] above it. */
function mirror(matrix: usize, n: i32): void {
  const stride = n << 2;
  let row = 0;
  for (; row + 4 <= n; row += 4) {
    for (let col = 0; col < row; col += 4) {
      transpose4x4(matrix + ((col * n + row) << 2), stride, matrix + ((row * n + col) << 2), stride);
    }
    mirrorSquare(matrix + ((row * n + row) << 2), stride);
  }
  for (; row < n; row++) {
    for (let col = 0; col < row; col++) {
      f32.store(matrix + ((col * n + row) << 2), f32.load(matrix + ((row * n + col) << 2)));
    }
  }
}

/** As mirror, for the 4 × 4 elements on the diagonal. */
function mirrorSquare(matrix: usize, stride: i32): void {
  for (let row = 1; row < 4; row++) {
    for (let col = 0; col < row; col++) {
      f32.store(matrix + col * stride + (row << 2), f32.load(matrix + row * stride + (col << 2)));
    }
  }
}
