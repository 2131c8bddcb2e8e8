import { exp } from './exp';
import { madd, sumOfLanes } from './lanes';
import { copyPanels, transposePanel, transposePanels } from './panels';
import { headBytes, keyBlock, roundUpToTiles, softmaxKeys } from './scratch';
import { hideLanes, multiplyStrip, storeStrip, stripRow, turnSquare } from './strip';
import { tileCols, tileRows } from './tile';

/*
 * Both passes work on strips: 8 queries against the keys that they see, a block of keys at a time (forward), 8 keys against all queries that
 * see them (backward). Sums over keys then run down the lanes, and the strip of scores stays in the first cache. headDim is a multiple of 4.
 */

/** One head of a forward pass; lies at the start of its scratch, the parts behind it. Strides in bytes. */
@unmanaged
class ForwardHead {
  rows: i32;
  past: i32;
  headDim: i32;
  qStride: i32;
  outStride: i32;
  /** panels of k f32[keys, headDim] */
  kPanels: usize;
  /** panels of vᵀ f32[headDim, keys] */
  vPanels: usize;
  /** f32[softmaxKeys, 8] */
  scores: usize;
  /** f32[headDim, 8] */
  queries: usize;
  /** f32[headDim, 8] */
  result: usize;
  /** f32[3, 8] of each query so far: sum of the exponentials, largest scaled score, and what the earlier blocks are worth beside this one */
  sums: usize;
}

/**
 * out = softmax(q · kᵀ / √headDim) · v for each head, where query row r sees key rows 0 … past + r.
 *  @param out         f32[rows, heads · headDim], row stride outStride elements          written
 *  @param logSumExp   f32[heads, rows]                                                   written, of the scaled scores
 *  @param q           f32[rows, heads · headDim], row stride qStride elements            read
 *  @param k           f32[past + rows, heads · headDim], row stride kvStride elements    read
 *  @param v           as k                                                               read
 *  @param scratch     attentionScratchBytes(past + rows, headDim)
 *  @source Vaswani et al. 2017, eq. 1; Dao et al. 2022, "FlashAttention", algorithm 1
 */
export function attentionForward(
  out: usize,
  logSumExp: usize,
  q: usize,
  k: usize,
  v: usize,
  rows: i32,
  past: i32,
  heads: i32,
  headDim: i32,
  qStride: i32,
  kvStride: i32,
  outStride: i32,
  scratch: usize,
): void {
  const keys = past + rows;
  const head = forwardHead(scratch, keys, headDim);
  head.rows = rows;
  head.past = past;
  head.headDim = headDim;
  head.qStride = qStride << 2;
  head.outStride = outStride << 2;
  for (let h = 0; h < heads; h++) {
    transposePanels(head.kPanels, tileRows, k, kvStride << 2, keys, headDim);
    copyPanels(head.vPanels, (keys * tileRows) << 2, tileRows, v, kvStride << 2, headDim, keys);
    for (let row = 0; row < rows; row += tileCols) {
      attendStrip(head, out + row * head.outStride, logSumExp + (row << 2), q + row * head.qStride, row);
    }
    logSumExp += rows << 2;
    out += headDim << 2;
    q += headDim << 2;
    k += headDim << 2;
    v += headDim << 2;
  }
}

function forwardHead(scratch: usize, keys: i32, headDim: i32): ForwardHead {
  const strip = roundUpToTiles(headDim) * stripRow;
  const packed = (roundUpToTiles(keys) * roundUpToTiles(headDim)) << 2;
  const head = changetype<ForwardHead>(scratch);
  head.kPanels = scratch + headBytes;
  head.vPanels = head.kPanels + packed;
  head.scores = head.vPanels + packed;
  head.queries = head.scores + min(softmaxKeys, roundUpToTiles(keys)) * stripRow;
  head.result = head.queries + strip;
  head.sums = head.result + strip;
  return head;
}

/** The queries [row, row + 8) as far as there are any. */
function attendStrip(head: ForwardHead, out: usize, logSumExp: usize, q: usize, row: i32): void {
  const headDim = head.headDim;
  const lanes = min(tileCols, head.rows - row);
  const visible = head.past + row + lanes;
  const sums = head.sums;
  transposePanel(head.queries, tileCols, q, head.qStride, lanes, headDim);
  for (let key = 0; key < visible; key += softmaxKeys) {
    attendKeys(head, key, min(softmaxKeys, visible - key), head.past + row, lanes);
  }
  scaleStrip(
    head.result,
    f32x4.div(f32x4.splat(1), v128.load(sums)),
    f32x4.div(f32x4.splat(1), v128.load(sums, 16)),
    headDim,
  );
  storeStrip(out, head.outStride, head.result, lanes, headDim);
  for (let lane = 0; lane < lanes; lane++) {
    const at = sums + (lane << 2);
    f32.store(logSumExp + (lane << 2), f32.load(at, 32) + <f32>Math.log(f32.load(at)));
  }
}

/**
 * result f32[headDim, 8] and sums go on over the keys [key, key + keys)
 *  @param own     the first query's own key, the last that it sees; each query behind sees one more
 *  @param lanes   queries that there are
 */
function attendKeys(head: ForwardHead, key: i32, keys: i32, own: i32, lanes: i32): void {
  const headDim = head.headDim;
  const scores = head.scores;
  const sums = head.sums;
  const first = key == 0;
  multiplyStrip(
    scores,
    head.kPanels + ((key * headDim) << 2),
    headDim * tileRows,
    head.queries,
    keys,
    headDim,
    false,
  );
  for (let late = 1; late < lanes; late++) {
    const hidden = own + late - key;
    if (hidden >= 0 && hidden < keys) hideLanes(scores + hidden * stripRow, late);
  }
  softmaxBlock(scores, keys, 1 / sqrt<f32>(<f32>headDim), sums, first);
  if (!first) scaleStrip(head.result, v128.load(sums, 64), v128.load(sums, 80), headDim);
  const values = head.vPanels + ((key * tileRows) << 2);
  multiplyStrip(head.result, values, (head.past + head.rows) * tileRows, scores, headDim, keys, !first);
}

/**
 * A block of an online softmax: strip f32[keys, 8] = exp(scale · strip − m), m the largest scaled score of the lane so far
 *  @param sums    f32[3, 8]   accumulated: the sum of the lane; m; and exp(m before − m), by which what was summed before shrinks
 *  @param first   nothing was summed before
 *  @source Milakov & Gimelshein 2018, "Online normalizer calculation for softmax", algorithm 3
 */
function softmaxBlock(strip: usize, keys: i32, scale: f32, sums: usize, first: bool): void {
  const end = strip + keys * stripRow;
  let peak0 = v128.load(strip);
  let peak1 = v128.load(strip, 16);
  for (let at = strip; at < end; at += stripRow) {
    peak0 = f32x4.pmax(peak0, v128.load(at));
    peak1 = f32x4.pmax(peak1, v128.load(at, 16));
  }
  const scales = f32x4.splat(scale);
  peak0 = f32x4.mul(peak0, scales);
  peak1 = f32x4.mul(peak1, scales);
  let sum0 = f32x4.splat(0);
  let sum1 = f32x4.splat(0);
  if (!first) {
    const before0 = v128.load(sums, 32);
    const before1 = v128.load(sums, 48);
    peak0 = f32x4.pmax(before0, peak0);
    peak1 = f32x4.pmax(before1, peak1);
    const worth0 = exp(f32x4.sub(before0, peak0));
    const worth1 = exp(f32x4.sub(before1, peak1));
    sum0 = f32x4.mul(v128.load(sums), worth0);
    sum1 = f32x4.mul(v128.load(sums, 16), worth1);
    v128.store(sums, worth0, 64);
    v128.store(sums, worth1, 80);
  }
  v128.store(sums, peak0, 32);
  v128.store(sums, peak1, 48);
  peak0 = f32x4.neg(peak0);
  peak1 = f32x4.neg(peak1);
  for (let at = strip; at < end; at += stripRow) {
    const power0 = exp(madd(v128.load(at), scales, peak0));
    const power1 = exp(madd(v128.load(at, 16), scales, peak1));
    v128.store(at, power0);
    v128.store(at, power1, 16);
    sum0 = f32x4.add(sum0, power0);
    sum1 = f32x4.add(sum1, power1);
  }
  v128.store(sums, sum0);
  v128.store(sums, sum1, 16);
}

/** strip f32[rows, 8] *= factors f32[8] */
function scaleStrip(strip: usize, factors0: v128, factors1: v128, rows: i32): void {
  const end = strip + rows * stripRow;
  for (let at = strip; at < end; at += stripRow) {
    v128.store(at, f32x4.mul(v128.load(at), factors0));
    v128.store(at, f32x4.mul(v128.load(at, 16), factors1), 16);
  }
}

/** One head of a backward pass; lies at the start of its scratch, the parts behind it. Strides in bytes. */
@unmanaged
class BackwardHead {
  rows: i32;
  headDim: i32;
  inputStride: i32;
  gradientStride: i32;
  /** panels of q and dOut f32[rows, headDim] */
  qPanels: usize;
  dOutPanels: usize;
  /** panels of qᵀ, kᵀ and dOutᵀ f32[headDim, rows] */
  qColumns: usize;
  kColumns: usize;
  dOutColumns: usize;
  /** strips of 8 queries f32[headDim, 8] */
  dQueries: usize;
  /** Σ dOut · out of each query */
  rowSums: usize;
  /** f32[rows, 8]: scores of 8 keys, then their probabilities */
  probabilities: usize;
  /** f32[rows, 8]: gradients of the probabilities, then of the scores */
  dScores: usize;
  /** strips of 8 queries f32[keyBlock, 8]: gradients of the scores again, transposed */
  dScoresTurned: usize;
  /** f32[headDim, 8] each */
  keys: usize;
  values: usize;
  result: usize;
}

/**
 * Gradients of attentionForward with past = 0; the probabilities are computed again from logSumExp.
 *  @param dQ          f32[rows, heads · headDim], row stride dStride elements     written; may be q: a head's q is packed before
 *  @param dK          as dQ                                                       written; may be k: 8 rows are read, then written
 *  @param dV          as dQ                                                       written; may be v, likewise
 *  @param dOut        f32[rows, heads · headDim], row stride outStride elements   read
 *  @param out         as dOut, written by attentionForward                        read
 *  @param logSumExp   f32[heads, rows], written by attentionForward               read
 *  @param q           f32[rows, heads · headDim], row stride qkvStride elements   read
 *  @param k           as q                                                        read
 *  @param v           as q                                                        read
 *  @param scratch     attentionScratchBytes(rows, headDim)
 *  @source Dao et al. 2022, "FlashAttention", algorithm 4
 */
export function attentionBackward(
  dQ: usize,
  dK: usize,
  dV: usize,
  dOut: usize,
  out: usize,
  logSumExp: usize,
  q: usize,
  k: usize,
  v: usize,
  rows: i32,
  heads: i32,
  headDim: i32,
  qkvStride: i32,
  dStride: i32,
  outStride: i32,
  scratch: usize,
): void {
  const head = backwardHead(scratch, rows, headDim);
  head.rows = rows;
  head.headDim = headDim;
  head.inputStride = qkvStride << 2;
  head.gradientStride = dStride << 2;
  for (let h = 0; h < heads; h++) {
    const column = (h * headDim) << 2;
    packHead(head, q + column, k + column, dOut + column, outStride << 2);
    sumRows(head.rowSums, dOut + column, out + column, outStride << 2, rows, headDim);
    for (let block = 0; block < rows; block += keyBlock) {
      for (let key = block; key < min(rows, block + keyBlock); key += tileCols) {
        const from = column + key * head.inputStride;
        const to = column + key * head.gradientStride;
        differentiateScores(head, k + from, v + from, logSumExp + ((h * rows) << 2), key);
        differentiateKeys(head, dK + to, dV + to, key);
        turnScores(head, key, key - block);
      }
      differentiateQueries(head, block);
    }
    for (let row = 0; row < rows; row += tileCols) {
      const strip = head.dQueries + ((row * roundUpToTiles(headDim)) << 2);
      const to = dQ + column + row * head.gradientStride;
      storeStrip(to, head.gradientStride, strip, min(tileCols, rows - row), headDim);
    }
  }
}

function backwardHead(scratch: usize, rows: i32, headDim: i32): BackwardHead {
  const length = roundUpToTiles(rows);
  const packed = (length * roundUpToTiles(headDim)) << 2;
  const strip = roundUpToTiles(headDim) * stripRow;
  const head = changetype<BackwardHead>(scratch);
  head.qPanels = scratch + headBytes;
  head.dOutPanels = head.qPanels + packed;
  head.qColumns = head.dOutPanels + packed;
  head.kColumns = head.qColumns + packed;
  head.dOutColumns = head.kColumns + packed;
  head.dQueries = head.dOutColumns + packed;
  head.rowSums = head.dQueries + packed;
  head.probabilities = head.rowSums + (length << 2);
  head.dScores = head.probabilities + length * stripRow;
  head.dScoresTurned = head.dScores + length * stripRow;
  head.keys = head.dScoresTurned + ((length * keyBlock) << 2);
  head.values = head.keys + strip;
  head.result = head.values + strip;
  return head;
}

function packHead(head: BackwardHead, q: usize, k: usize, dOut: usize, outStride: i32): void {
  const rows = head.rows;
  const headDim = head.headDim;
  const panelStride: i32 = (rows * tileRows) << 2;
  transposePanels(head.qPanels, tileRows, q, head.inputStride, rows, headDim);
  transposePanels(head.dOutPanels, tileRows, dOut, outStride, rows, headDim);
  copyPanels(head.qColumns, panelStride, tileRows, q, head.inputStride, headDim, rows);
  copyPanels(head.kColumns, panelStride, tileRows, k, head.inputStride, headDim, rows);
  copyPanels(head.dOutColumns, panelStride, tileRows, dOut, outStride, headDim, rows);
}

/** sums f32[rows] = Σ dOut · out over headDim; strides in bytes */
function sumRows(sums: usize, dOut: usize, out: usize, stride: i32, rows: i32, headDim: i32): void {
  for (let row = 0; row < rows; row++) {
    let sum = f32x4.splat(0);
    for (let i = 0; i < headDim; i += 4)
      sum = madd(v128.load(dOut + (i << 2)), v128.load(out + (i << 2)), sum);
    f32.store(sums + (row << 2), sumOfLanes(sum));
    dOut += stride;
    out += stride;
  }
}

/** The queries' first row that a strip of 8 keys touches: where the tile of query `key` begins. */
function firstRow(key: i32): i32 {
  return key - (key % tileRows);
}

/** probabilities = softmax(q · kᵀ / √headDim) and dScores for the keys [key, key + 8) and the queries that see them. */
function differentiateScores(head: BackwardHead, k: usize, v: usize, logSumExp: usize, key: i32): void {
  const headDim = head.headDim;
  const rows = head.rows;
  const lanes = min(tileCols, rows - key);
  const first = firstRow(key);
  const probabilities = head.probabilities + first * stripRow;
  const dScores = head.dScores + first * stripRow;
  const panel = headDim * tileRows;
  const skipped = (first * headDim) << 2;
  transposePanel(head.keys, tileCols, k, head.inputStride, lanes, headDim);
  transposePanel(head.values, tileCols, v, head.inputStride, lanes, headDim);
  multiplyStrip(probabilities, head.qPanels + skipped, panel, head.keys, rows - first, headDim, false);
  multiplyStrip(dScores, head.dOutPanels + skipped, panel, head.values, rows - first, headDim, false);
  for (let row = first; row < min(rows, key + tileCols - 1); row++) {
    hideFuture(head.probabilities + row * stripRow, row - key + 1);
  }
  const skippedRows = first << 2;
  const scale: f32 = 1 / sqrt<f32>(<f32>headDim);
  softmaxGradient(
    probabilities,
    dScores,
    logSumExp + skippedRows,
    head.rowSums + skippedRows,
    rows - first,
    scale,
  );
}

/** A query sees the first `visible` of the 8 keys of the row. */
function hideFuture(row: usize, visible: i32): void {
  for (let lane = max(visible, 0); lane < tileCols; lane++) f32.store(row + (lane << 2), -Infinity);
}

/**
 * p = exp(scale · scores − logSumExp); dScores = p · (dP − rowSum) · scale
 *  @param scores    f32[rows, 8]   read, replaced by p
 *  @param dP        f32[rows, 8]   read, replaced by dScores
 */
function softmaxGradient(
  scores: usize,
  dP: usize,
  logSumExp: usize,
  rowSums: usize,
  rows: i32,
  scale: f32,
): void {
  const scales = f32x4.splat(scale);
  const end = scores + rows * stripRow;
  while (scores < end) {
    const shift = f32x4.neg(v128.load32_splat(logSumExp));
    const rowSum = v128.load32_splat(rowSums);
    const p0 = exp(madd(v128.load(scores), scales, shift));
    const p1 = exp(madd(v128.load(scores, 16), scales, shift));
    v128.store(scores, p0);
    v128.store(scores, p1, 16);
    v128.store(dP, f32x4.mul(f32x4.mul(p0, scales), f32x4.sub(v128.load(dP), rowSum)));
    v128.store(dP, f32x4.mul(f32x4.mul(p1, scales), f32x4.sub(v128.load(dP, 16), rowSum)), 16);
    scores += stripRow;
    dP += stripRow;
    logSumExp += 4;
    rowSums += 4;
  }
}

/** dV = probabilitiesᵀ · dOut and dK = dScoresᵀ · q for the keys [key, key + 8). */
function differentiateKeys(head: BackwardHead, dK: usize, dV: usize, key: i32): void {
  const headDim = head.headDim;
  const lanes = min(tileCols, head.rows - key);
  const first = firstRow(key);
  const depth = head.rows - first;
  const panel = head.rows * tileRows;
  const skipped = (first * tileRows) << 2;
  const strip = first * stripRow;
  multiplyStrip(
    head.result,
    head.dOutColumns + skipped,
    panel,
    head.probabilities + strip,
    headDim,
    depth,
    false,
  );
  storeStrip(dV, head.gradientStride, head.result, lanes, headDim);
  multiplyStrip(head.result, head.qColumns + skipped, panel, head.dScores + strip, headDim, depth, false);
  storeStrip(dK, head.gradientStride, head.result, lanes, headDim);
}

/** dScores of the keys [key, key + 8), transposed into the strips of all queries from `key` on. */
function turnScores(head: BackwardHead, key: i32, keyInBlock: i32): void {
  for (let row = key; row < head.rows; row += tileCols) {
    turnSquare(
      head.dScoresTurned + ((row * keyBlock) << 2) + keyInBlock * stripRow,
      head.dScores + row * stripRow,
    );
  }
}

/** dQ (=, then +=) dScores · k over the keys [block, block + keyBlock) that each query sees. */
function differentiateQueries(head: BackwardHead, block: i32): void {
  const headDim = head.headDim;
  const keys = min(keyBlock, head.rows - block);
  const panel = head.rows * tileRows;
  const columns = head.kColumns + ((block * tileRows) << 2);
  for (let row = block; row < head.rows; row += tileCols) {
    const strip = head.dQueries + ((row * roundUpToTiles(headDim)) << 2);
    const dScores = head.dScoresTurned + ((row * keyBlock) << 2);
    multiplyStrip(strip, columns, panel, dScores, headDim, min(keys, row + tileCols - block), block > 0);
  }
}
