/** out f32[count] = value  (written) */
export function fill(out: usize, value: f32, count: i32): void {
  const values = f32x4.splat(value);
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(out + (i << 2), values);
  for (; i < count; i++) f32.store(out + (i << 2), value);
}

/** out f32[count] = x f32[count]  (written, read; no overlap) */
export function copy(out: usize, x: usize, count: i32): void {
  memory.copy(out, x, count << 2);
}

/** out f32[count] += x f32[count]  (accumulated, read) */
export function add(out: usize, x: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = out + (i << 2);
    v128.store(at, f32x4.add(v128.load(at), v128.load(x + (i << 2))));
  }
  for (; i < count; i++) {
    const at = out + (i << 2);
    f32.store(at, f32.load(at) + f32.load(x + (i << 2)));
  }
}
