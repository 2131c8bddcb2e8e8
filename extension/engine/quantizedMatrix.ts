import type { Tensor } from './safetensors.ts';

/** A matrix that is read row by row, whatever its numbers are kept in. */
export interface Rows {
  /** f32[cols] */
  row(index: number): Float32Array;
}

/** Whole numbers from −127 to 127 and a factor a row: a quarter of the memory, each number within half a step of what it was. */
export class QuantizedMatrix implements Rows {
  readonly shape: readonly [rows: number, cols: number];
  /** i8[rows, cols] */
  readonly whole: Int8Array;
  /** f32[rows] */
  readonly scales: Float32Array;

  /** w[row, col] = scales[row] · whole[row, col] */
  constructor(shape: readonly [rows: number, cols: number], whole: Int8Array, scales: Float32Array) {
    this.shape = shape;
    this.whole = whole;
    this.scales = scales;
  }

  /** @param matrix of finite numbers */
  static of({ shape, data }: Tensor): QuantizedMatrix {
    const [rows, cols] = shape as [number, number];
    const scales = new Float32Array(rows);
    const whole = new Int8Array(rows * cols);
    for (let row = 0; row < rows; row++) {
      const values = data.subarray(row * cols, (row + 1) * cols);
      const most = values.reduce((so, value) => Math.max(so, Math.abs(value)), 0);
      // A row of tiny numbers has none.
      scales[row] = most / 127;
      for (let col = 0; col < cols; col++) {
        whole[row * cols + col] = scales[row] === 0 ? 0 : Math.round(values[col]! / scales[row]!);
      }
    }
    return new QuantizedMatrix([rows, cols], whole, scales);
  }

  row(index: number): Float32Array {
    const [, cols] = this.shape;
    const scale = this.scales[index]!;
    return Float32Array.from(this.whole.subarray(index * cols, (index + 1) * cols), (value) => scale * value);
  }

  /** f32[rows, cols] */
  get floats(): Float32Array {
    const [, cols] = this.shape;
    return Float32Array.from(this.whole, (value, i) => this.scales[Math.floor(i / cols)]! * value);
  }
}

/** Rows of f32[rows, cols] where they lie. */
export class FloatRows implements Rows {
  readonly #values: Float32Array;
  readonly #cols: number;

  constructor(values: Float32Array, cols: number) {
    this.#values = values;
    this.#cols = cols;
  }

  row(index: number): Float32Array {
    return this.#values.subarray(index * this.#cols, (index + 1) * this.#cols);
  }
}
