export interface AttentionShape {
  readonly rows: number;
  /** keys before the first query */
  readonly past: number;
  readonly heads: number;
  readonly headDim: number;
}

export interface AttentionResult {
  readonly out: Float64Array;
  /** [heads, rows] */
  readonly logSumExp: Float64Array;
  /** [heads, rows, past + rows]; 0 where hidden */
  readonly probabilities: Float64Array;
}

/** Causal: query row r sees key rows 0 … past + r. q[rows, heads · headDim], k and v[past + rows, heads · headDim]. */
export function attention(
  q: Float64Array,
  k: Float64Array,
  v: Float64Array,
  shape: AttentionShape,
): AttentionResult {
  const { rows, past, heads, headDim } = shape;
  const width = heads * headDim;
  const keys = past + rows;
  const out = new Float64Array(rows * width);
  const logSumExp = new Float64Array(heads * rows);
  const probabilities = new Float64Array(heads * rows * keys);
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < rows; row++) {
      const query = q.subarray(row * width + head * headDim, row * width + (head + 1) * headDim);
      const scores = Array.from({ length: past + row + 1 }, (_, key) => {
        const at = key * width + head * headDim;
        return query.reduce((total, value, i) => total + value * k[at + i]!, 0) / Math.sqrt(headDim);
      });
      const largest = Math.max(...scores);
      const total = scores.reduce((before, score) => before + Math.exp(score - largest), 0);
      logSumExp[head * rows + row] = largest + Math.log(total);
      scores.forEach((score, key) => {
        const p = Math.exp(score - largest) / total;
        probabilities[(head * rows + row) * keys + key] = p;
        for (let i = 0; i < headDim; i++) {
          out[row * width + head * headDim + i]! += p * v[key * width + head * headDim + i]!;
        }
      });
    }
  }
  return { out, logSumExp, probabilities };
}

/** past = 0 */
export function attentionBackward(
  dOut: Float64Array,
  q: Float64Array,
  k: Float64Array,
  v: Float64Array,
  shape: Omit<AttentionShape, 'past'>,
): { dQ: Float64Array; dK: Float64Array; dV: Float64Array } {
  const { rows, heads, headDim } = shape;
  const width = heads * headDim;
  const { probabilities } = attention(q, k, v, { ...shape, past: 0 });
  const dQ = new Float64Array(rows * width);
  const dK = new Float64Array(rows * width);
  const dV = new Float64Array(rows * width);
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < rows; row++) {
      const at = (index: number): number => index * width + head * headDim;
      const p = probabilities.subarray((head * rows + row) * rows, (head * rows + row + 1) * rows);
      const dP = Array.from({ length: row + 1 }, (_, key) => {
        let total = 0;
        for (let i = 0; i < headDim; i++) total += dOut[at(row) + i]! * v[at(key) + i]!;
        return total;
      });
      const mean = dP.reduce((total, value, key) => total + p[key]! * value, 0);
      dP.forEach((value, key) => {
        const dScore = (p[key]! * (value - mean)) / Math.sqrt(headDim);
        for (let i = 0; i < headDim; i++) {
          dQ[at(row) + i]! += dScore * k[at(key) + i]!;
          dK[at(key) + i]! += dScore * q[at(row) + i]!;
          dV[at(key) + i]! += p[key]! * dOut[at(row) + i]!;
        }
      });
    }
  }
  return { dQ, dK, dV };
}
