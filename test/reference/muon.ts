import { matmul, transpose } from './linear.ts';

/** p(σ) = a σ + b σ³ + c σ⁵ of Jordan et al. 2024, newtonschulz5 */
const [a, b, c] = [3.4445, -4.775, 2.0315] as const;

/** What `steps` iterations make of a singular value that is `share` of the Frobenius norm. */
export function polynomial(share: number, steps: number): number {
  let value = share;
  for (let step = 0; step < steps; step++) value = a * value + b * value ** 3 + c * value ** 5;
  return value;
}

/** x[rows, cols] after `steps` iterations x = a x + (b A + c A²) x, A = x xᵀ, from x ÷ (‖x‖ + 1e-7); a tall x is turned before and after. */
export function newtonSchulz(x: Float64Array, rows: number, cols: number, steps: number): Float64Array {
  if (rows > cols) return transpose(newtonSchulz(transpose(x, rows, cols), cols, rows, steps), cols, rows);
  const norm = Math.hypot(...x) + 1e-7;
  let now = x.map((value) => value / norm);
  for (let step = 0; step < steps; step++) {
    const gram = matmul(now, transpose(now, rows, cols), rows, cols, rows);
    const square = matmul(gram, gram, rows, rows, rows);
    const higher = gram.map((value, at) => b * value + c * square[at]!);
    const product = matmul(higher, now, rows, rows, cols);
    now = now.map((value, at) => a * value + product[at]!);
  }
  return now;
}

/** Jordan et al. 2024 with `nesterov`; m and what Newton–Schulz gets */
export function nesterov(
  m: Float64Array,
  grad: Float64Array,
  gradientScale: number,
  momentum: number,
): { m: Float64Array; update: Float64Array } {
  const mean = m.map((value, at) => momentum * value + (1 - momentum) * gradientScale * grad[at]!);
  const update = mean.map((value, at) => momentum * value + (1 - momentum) * gradientScale * grad[at]!);
  return { m: mean, update };
}

/** Singular values, largest first, by one-sided Jacobi rotations of the rows. @source Golub & Van Loan 2013, §8.6.3 */
export function singularValues(x: Float64Array, rows: number, cols: number): number[] {
  if (rows > cols) return singularValues(transpose(x, rows, cols), cols, rows);
  const now = Array.from({ length: rows }, (_, row) => x.slice(row * cols, (row + 1) * cols));
  const dot = (p: Float64Array, q: Float64Array): number =>
    p.reduce((sum, value, at) => sum + value * q[at]!, 0);
  for (let sweep = 0, turned = true; turned && sweep < 60; sweep++) {
    turned = false;
    for (let i = 0; i < rows; i++) {
      for (let j = i + 1; j < rows; j++) {
        const [p, q] = [now[i]!, now[j]!];
        const [alpha, beta, gamma] = [dot(p, p), dot(q, q), dot(p, q)];
        if (Math.abs(gamma) <= 1e-15 * Math.sqrt(alpha * beta)) continue;
        turned = true;
        const zeta = (beta - alpha) / (2 * gamma);
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const cos = 1 / Math.hypot(1, t);
        const sin = cos * t;
        now[i] = p.map((value, at) => cos * value - sin * q[at]!);
        now[j] = q.map((value, at) => sin * p[at]! + cos * value);
      }
    }
  }
  return now.map((row) => Math.hypot(...row)).toSorted((p, q) => q - p);
}

/** rows orthonormal vectors of cols elements, rows ≤ cols, by Gram–Schmidt done twice */
export function orthonormalRows(next: () => number, rows: number, cols: number): Float64Array {
  const out = new Float64Array(rows * cols);
  for (let row = 0; row < rows; row++) {
    let vector = Float64Array.from({ length: cols }, () => next() + next() + next() - 1.5);
    for (let pass = 0; pass < 2; pass++) {
      for (let other = 0; other < row; other++) {
        const basis = out.subarray(other * cols, (other + 1) * cols);
        const share = vector.reduce((sum, value, at) => sum + value * basis[at]!, 0);
        vector = vector.map((value, at) => value - share * basis[at]!);
      }
    }
    const norm = Math.hypot(...vector);
    out.set(
      vector.map((value) => value / norm),
      row * cols,
    );
  }
  return out;
}
