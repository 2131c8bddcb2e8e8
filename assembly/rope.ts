/**
 * In place, for each head: (x[i], x[i + half]) = (x[i] · cos − x[i + half] · sin, x[i + half] · cos + x[i] · sin), half = headDim / 2,
 * cos and sin of position positionStart + row.
 *  @param x     f32[rows, heads · headDim], row stride `stride` elements   read and written
 *  @param cos   f32[positions, headDim / 2]                                read
 *  @param sin   f32[positions, headDim / 2]                                read
 *  @source Su et al. 2021, eq. 34, with the pairs of Hugging Face's rotate_half
 */
export function ropeForward(
  x: usize,
  cos: usize,
  sin: usize,
  rows: i32,
  heads: i32,
  headDim: i32,
  stride: i32,
  positionStart: i32,
): void {
  rotate(x, cos, sin, rows, heads, headDim, stride, positionStart, 1);
}

/** The transpose of ropeForward: the same rotation by the opposite angle. */
export function ropeBackward(
  x: usize,
  cos: usize,
  sin: usize,
  rows: i32,
  heads: i32,
  headDim: i32,
  stride: i32,
  positionStart: i32,
): void {
  rotate(x, cos, sin, rows, heads, headDim, stride, positionStart, -1);
}

function rotate(
  x: usize,
  cos: usize,
  sin: usize,
  rows: i32,
  heads: i32,
  headDim: i32,
  stride: i32,
  positionStart: i32,
  direction: f32,
): void {
  const half = headDim >> 1;
  for (let row = 0; row < rows; row++) {
    const angle = ((positionStart + row) * half) << 2;
    let head = x + ((row * stride) << 2);
    for (let h = 0; h < heads; h++) {
      rotateHead(head, cos + angle, sin + angle, half, direction);
      head += headDim << 2;
    }
  }
}

function rotateHead(x: usize, cos: usize, sin: usize, half: i32, direction: f32): void {
  const other = x + (half << 2);
  const directions = f32x4.splat(direction);
  let i = 0;
  for (; i + 4 <= half; i += 4) {
    const at = i << 2;
    const a = v128.load(x + at);
    const b = v128.load(other + at);
    const c = v128.load(cos + at);
    const s = f32x4.mul(v128.load(sin + at), directions);
    v128.store(x + at, f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, s)));
    v128.store(other + at, f32x4.add(f32x4.mul(b, c), f32x4.mul(a, s)));
  }
  for (; i < half; i++) {
    const at = i << 2;
    const a = f32.load(x + at);
    const b = f32.load(other + at);
    const c = f32.load(cos + at);
    const s = f32.load(sin + at) * direction;
    f32.store(x + at, a * c - b * s);
    f32.store(other + at, b * c + a * s);
  }
}
