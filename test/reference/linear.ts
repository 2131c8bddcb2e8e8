/*
 * Float64 oracle: every operation written as its formula, over row-major Float64Array, sharing no line with what it checks.
 */

/** a[m, k] · b[k, n] */
export function matmul(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      for (let j = 0; j < n; j++) out[i * n + j]! += a[i * k + p]! * b[p * n + j]!;
    }
  }
  return out;
}

export function transpose(a: Float64Array, rows: number, cols: number): Float64Array {
  return Float64Array.from(
    { length: rows * cols },
    (_, at) => a[(at % rows) * cols + Math.floor(at / rows)]!,
  );
}

/** out[rows, outs] = x[rows, ins] · Wᵀ, weight[outs, ins] */
export function linear(
  x: Float64Array,
  weight: Float64Array,
  rows: number,
  ins: number,
  outs: number,
): Float64Array {
  return matmul(x, transpose(weight, outs, ins), rows, ins, outs);
}

export function linearBackward(
  dOut: Float64Array,
  x: Float64Array,
  weight: Float64Array,
  rows: number,
  ins: number,
  outs: number,
): { dX: Float64Array; dWeight: Float64Array } {
  return {
    dX: matmul(dOut, weight, rows, outs, ins),
    dWeight: matmul(transpose(dOut, rows, outs), x, outs, rows, ins),
  };
}

/** out[rows, cols] = table[ids] */
export function embedding(table: Float64Array, ids: ArrayLike<number>, cols: number): Float64Array {
  return Float64Array.from(
    { length: ids.length * cols },
    (_, at) => table[ids[Math.floor(at / cols)]! * cols + (at % cols)]!,
  );
}

export function embeddingBackward(
  dOut: Float64Array,
  ids: ArrayLike<number>,
  vocab: number,
  cols: number,
): Float64Array {
  const dTable = new Float64Array(vocab * cols);
  dOut.forEach((value, at) => (dTable[ids[Math.floor(at / cols)]! * cols + (at % cols)]! += value));
  return dTable;
}

export function sum(...terms: readonly Float64Array[]): Float64Array {
  return terms[0]!.map((_, at) => terms.reduce((total, term) => total + term[at]!, 0));
}
