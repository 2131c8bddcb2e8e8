import { tileHeight } from './tile';

/*
 * Panels: what a tile reads. A panel holds `width` rows (of the left matrix) or columns (of the right one), interleaved, so that one
 * step in depth is `width` neighbouring values; lanes behind the matrix are 0. Strides are in bytes.
 */

/** panel f32[depth, width] = rowsᵀ, rows f32[lanes, depth], 1 ≤ lanes ≤ width */
export function transposePanel(
  panel: usize,
  width: i32,
  rows: usize,
  stride: i32,
  lanes: i32,
  depth: i32,
): void {
  const panelStride = width << 2;
  let lane = 0;
  for (; lane + 4 <= lanes; lane += 4)
    transpose4(panel + (lane << 2), panelStride, rows + lane * stride, stride, depth);
  if (lane + 2 <= lanes) {
    transpose2(panel + (lane << 2), panelStride, rows + lane * stride, stride, depth);
    lane += 2;
  }
  if (lane < lanes) {
    transpose1(panel + (lane << 2), panelStride, rows + lane * stride, depth);
    lane++;
  }
  for (; lane < width; lane++) zeroLane(panel + (lane << 2), panelStride, depth);
}

function transpose4(panel: usize, panelStride: i32, rows: usize, stride: i32, depth: i32): void {
  let i = 0;
  for (; i + 4 <= depth; i += 4) {
    transpose4x4(panel, panelStride, rows, stride);
    panel += 4 * panelStride;
    rows += 16;
  }
  for (; i < depth; i++) {
    for (let lane = 0; lane < 4; lane++) f32.store(panel + (lane << 2), f32.load(rows + lane * stride));
    panel += panelStride;
    rows += 4;
  }
}

/** out f32[4, 4] = inᵀ, each with its row stride */
export function transpose4x4(out: usize, outStride: i32, rows: usize, stride: i32): void {
  const r0 = v128.load(rows);
  const r1 = v128.load(rows + stride);
  const r2 = v128.load(rows + 2 * stride);
  const r3 = v128.load(rows + 3 * stride);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(out + outStride, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  v128.store(out + 2 * outStride, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  v128.store(out + 3 * outStride, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
}

function transpose2(panel: usize, panelStride: i32, rows: usize, stride: i32, depth: i32): void {
  let i = 0;
  for (; i + 4 <= depth; i += 4) {
    const r0 = v128.load(rows);
    const r1 = v128.load(rows + stride);
    const low = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const high = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    v128.store_lane<i64>(panel, low, 0);
    v128.store_lane<i64>(panel + panelStride, low, 1);
    v128.store_lane<i64>(panel + 2 * panelStride, high, 0);
    v128.store_lane<i64>(panel + 3 * panelStride, high, 1);
    panel += 4 * panelStride;
    rows += 16;
  }
  for (; i < depth; i++) {
    f32.store(panel, f32.load(rows));
    f32.store(panel, f32.load(rows + stride), 4);
    panel += panelStride;
    rows += 4;
  }
}

function transpose1(panel: usize, panelStride: i32, row: usize, depth: i32): void {
  for (let i = 0; i < depth; i++) {
    f32.store(panel, f32.load(row));
    panel += panelStride;
    row += 4;
  }
}

function zeroLane(panel: usize, panelStride: i32, depth: i32): void {
  for (let i = 0; i < depth; i++) {
    f32.store(panel, 0);
    panel += panelStride;
  }
}

/** Rows that are copied at once: few enough streams for the prefetcher, and whole cache lines for the writes of panels of 8. */
const copyDepth: i32 = 4;

/** All panels of f32[depth, count], panelStride bytes apart. */
export function copyPanels(
  panels: usize,
  panelStride: i32,
  width: i32,
  rows: usize,
  stride: i32,
  count: i32,
  depth: i32,
): void {
  for (let i = 0; i < depth; i += copyDepth) {
    const height = min(copyDepth, depth - i);
    let panel = panels + ((i * width) << 2);
    let from = rows + i * stride;
    let lanes = count;
    for (; lanes >= width; lanes -= width) {
      copyPanel(panel, width, from, stride, height);
      panel += panelStride;
      from += width << 2;
    }
    if (lanes > 0) copyRagged(panel, width, from, stride, lanes, height);
  }
}

/** All panels of a left block from its transpose f32[depth, count]: one behind the other, as wide as their tiles are high. */
export function copyLeftPanels(panels: usize, columns: usize, stride: i32, count: i32, depth: i32): void {
  for (let i = 0; i < depth; i += copyDepth) {
    const height = min(copyDepth, depth - i);
    let panel = panels;
    let from = columns + i * stride;
    let lanes = count;
    while (lanes > 0) {
      const width = tileHeight(lanes);
      const to = panel + ((i * width) << 2);
      if (lanes >= width) copyPanel(to, width, from, stride, height);
      else copyRagged(to, width, from, stride, lanes, height);
      panel += (depth * width) << 2;
      from += width << 2;
      lanes -= width;
    }
  }
}

/** panel f32[depth, width] = columns f32[depth, width], a step of four rows after the other; width 4, 6 or 8 */
function copyPanel(panel: usize, width: i32, columns: usize, stride: i32, depth: i32): void {
  for (; depth >= 4; depth -= 4) {
    if (width == 8) copy8(panel, columns, stride);
    else if (width == 6) copy6(panel, columns, stride);
    else copy4(panel, columns, stride);
    panel += width << 4;
    columns += stride << 2;
  }
  if (depth > 0) copyRagged(panel, width, columns, stride, width, depth);
}

function copy8(panel: usize, row0: usize, stride: i32): void {
  const row1 = row0 + stride;
  const row2 = row1 + stride;
  const row3 = row2 + stride;
  v128.store(panel, v128.load(row0));
  v128.store(panel, v128.load(row0, 16), 16);
  v128.store(panel, v128.load(row1), 32);
  v128.store(panel, v128.load(row1, 16), 48);
  v128.store(panel, v128.load(row2), 64);
  v128.store(panel, v128.load(row2, 16), 80);
  v128.store(panel, v128.load(row3), 96);
  v128.store(panel, v128.load(row3, 16), 112);
}

function copy6(panel: usize, row0: usize, stride: i32): void {
  const row1 = row0 + stride;
  const row2 = row1 + stride;
  const row3 = row2 + stride;
  v128.store(panel, v128.load(row0));
  i64.store(panel, i64.load(row0, 16), 16);
  v128.store(panel, v128.load(row1), 24);
  i64.store(panel, i64.load(row1, 16), 40);
  v128.store(panel, v128.load(row2), 48);
  i64.store(panel, i64.load(row2, 16), 64);
  v128.store(panel, v128.load(row3), 72);
  i64.store(panel, i64.load(row3, 16), 88);
}

function copy4(panel: usize, row0: usize, stride: i32): void {
  const row1 = row0 + stride;
  const row2 = row1 + stride;
  const row3 = row2 + stride;
  v128.store(panel, v128.load(row0));
  v128.store(panel, v128.load(row1), 16);
  v128.store(panel, v128.load(row2), 32);
  v128.store(panel, v128.load(row3), 48);
}

function copyRagged(panel: usize, width: i32, columns: usize, stride: i32, lanes: i32, depth: i32): void {
  for (let i = 0; i < depth; i++) {
    for (let lane = 0; lane < width; lane++) {
      f32.store(panel + (lane << 2), lane < lanes ? f32.load(columns + (lane << 2)) : 0);
    }
    panel += width << 2;
    columns += stride;
  }
}

/** All panels of the transpose of f32[count, depth] (row stride in bytes), one behind the other. */
export function transposePanels(
  panels: usize,
  width: i32,
  rows: usize,
  stride: i32,
  count: i32,
  depth: i32,
): void {
  for (let row = 0; row < count; row += width) {
    transposePanel(panels, width, rows + row * stride, stride, min(width, count - row), depth);
    panels += (depth * width) << 2;
  }
}

/** All panels of a left block f32[count, depth] (row stride in bytes): one behind the other, as wide as their tiles are high. */
export function transposeLeftPanels(panels: usize, rows: usize, stride: i32, count: i32, depth: i32): void {
  let lanes = count;
  while (lanes > 0) {
    const width = tileHeight(lanes);
    transposePanel(panels, width, rows, stride, min(width, lanes), depth);
    panels += (depth * width) << 2;
    rows += width * stride;
    lanes -= width;
  }
}
