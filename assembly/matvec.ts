import { madd } from './lanes';
import { tileCols } from './tile';

/** Panels read side by side: 8 chains hide the latency of an addition, and 4 streams keep the prefetcher busy. */
const panelsAtOnce: i32 = 4;

/**
 * out = x · B: the bits of a one-row matmul.
 *  @param out       f32[n]                 written
 *  @param x         f32[k]                 read
 *  @param panels    f32[⌈n / 8⌉, k, 8]     read
 */
export function matvec(out: usize, x: usize, panels: usize, n: i32, k: i32): void {
  const panelBytes = k << 5;
  let col = 0;
  for (; col + panelsAtOnce * tileCols <= n; col += panelsAtOnce * tileCols) {
    fourPanels(out + (col << 2), x, panels, panelBytes, k);
    panels += panelsAtOnce * panelBytes;
  }
  for (; col < n; col += tileCols) {
    onePanel(out + (col << 2), x, panels, min(tileCols, n - col), k);
    panels += panelBytes;
  }
}

function fourPanels(out: usize, x: usize, panel0: usize, panelBytes: i32, k: i32): void {
  let panel1 = panel0 + panelBytes;
  let panel2 = panel1 + panelBytes;
  let panel3 = panel2 + panelBytes;
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  const end = x + (k << 2);
  while (x < end) {
    const value = v128.load32_splat(x);
    c00 = madd(value, v128.load(panel0), c00);
    c01 = madd(value, v128.load(panel0, 16), c01);
    c10 = madd(value, v128.load(panel1), c10);
    c11 = madd(value, v128.load(panel1, 16), c11);
    c20 = madd(value, v128.load(panel2), c20);
    c21 = madd(value, v128.load(panel2, 16), c21);
    c30 = madd(value, v128.load(panel3), c30);
    c31 = madd(value, v128.load(panel3, 16), c31);
    x += 4;
    panel0 += 32;
    panel1 += 32;
    panel2 += 32;
    panel3 += 32;
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
  v128.store(out, c10, 32);
  v128.store(out, c11, 48);
  v128.store(out, c20, 64);
  v128.store(out, c21, 80);
  v128.store(out, c30, 96);
  v128.store(out, c31, 112);
}

function onePanel(out: usize, x: usize, panel: usize, cols: i32, k: i32): void {
  let low = f32x4.splat(0);
  let high = f32x4.splat(0);
  const end = x + (k << 2);
  while (x < end) {
    const value = v128.load32_splat(x);
    low = madd(value, v128.load(panel), low);
    high = madd(value, v128.load(panel, 16), high);
    x += 4;
    panel += 32;
  }
  if (cols == tileCols) {
    v128.store(out, low);
    v128.store(out, high, 16);
    return;
  }
  storeLanes(out, low, min(cols, 4));
  if (cols > 4) storeLanes(out + 16, high, cols - 4);
}

function storeLanes(out: usize, x: v128, lanes: i32): void {
  f32.store(out, f32x4.extract_lane(x, 0));
  if (lanes > 1) f32.store(out, f32x4.extract_lane(x, 1), 4);
  if (lanes > 2) f32.store(out, f32x4.extract_lane(x, 2), 8);
  if (lanes > 3) f32.store(out, f32x4.extract_lane(x, 3), 12);
}
