/** out[rows, cols] = x · rstd · weight[cols], rstd[rows] = 1 / √(mean(x²) + eps) */
export function rmsnorm(
  x: Float64Array,
  weight: Float64Array,
  rows: number,
  cols: number,
  eps: number,
): { out: Float64Array; rstd: Float64Array } {
  const rstd = Float64Array.from({ length: rows }, (_, row) => {
    const squares = x
      .subarray(row * cols, (row + 1) * cols)
      .reduce((total, value) => total + value * value, 0);
    return 1 / Math.sqrt(squares / cols + eps);
  });
  return { out: x.map((value, at) => value * rstd[Math.floor(at / cols)]! * weight[at % cols]!), rstd };
}

/** By the chain rule through rstd: ∂rstd/∂x[j] = −rstd³ · x[j] / cols. */
export function rmsnormBackward(
  dOut: Float64Array,
  x: Float64Array,
  weight: Float64Array,
  rstd: Float64Array,
  rows: number,
  cols: number,
): { dX: Float64Array; dWeight: Float64Array } {
  const dX = new Float64Array(rows * cols);
  const dWeight = new Float64Array(cols);
  for (let row = 0; row < rows; row++) {
    const r = rstd[row]!;
    let dRstd = 0;
    for (let j = 0; j < cols; j++) {
      const at = row * cols + j;
      dRstd += dOut[at]! * x[at]! * weight[j]!;
      dWeight[j]! += dOut[at]! * x[at]! * r;
    }
    for (let j = 0; j < cols; j++) {
      const at = row * cols + j;
      dX[at] = dOut[at]! * weight[j]! * r + (dRstd * -(r ** 3) * x[at]!) / cols;
    }
  }
  return { dX, dWeight };
}
