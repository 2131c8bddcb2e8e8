import { cellsOf, evidenceOf, Frame, frameAt } from './decision';
import { cellsPerSource, contextCount, levelCount, Model, sourceCount, Tally } from './model';
import { blockOf, denseClass, listFlag } from './tally';

/*
 * What the sources say of a decision: a cell, chosen by the counts of both sides, and for the chains the share of side 1. Sums of counts
 * carry the number of their tokens above bit 24; of dense counts it is not known and 0.
 */
const countMask: i32 = 0xffffff;
const oneToken: i32 = 1 << 24;

function levels(): usize {
  return memory.data<u8>([
    0, 1, 2, 3, 4, 5, 5, 6, 6, 6, 7, 7, 7, 7, 7, 8, 8, 8, 8, 8, 8, 8, 8, 9, 9, 9, 9, 9, 9, 9, 9, 9,
  ]);
}

function levelOf(n: i32): i32 {
  if (n < 32) return load<u8>(levels() + n);
  return n < 36 ? 9 : n < 61 ? 10 : n < 111 ? 11 : n < 251 ? 12 : 13;
}

function tokenLevel(tokens: i32): i32 {
  return tokens == 0 ? 5 : tokens == 1 ? 0 : tokens == 2 ? 1 : tokens < 5 ? 2 : tokens < 9 ? 3 : 4;
}

/** @param last 0 = the context's last token is not below the node, 1 = it is on side 0, 2 = on side 1 */
function setEvidence(model: Model, frame: usize, source: i32, sum0: i32, sum1: i32, last: i32): void {
  const evidence = evidenceOf(frame) + ((<usize>source) << 3);
  const place = cellsOf(frame) + ((<usize>source) << 2);
  const n0 = sum0 & countMask;
  const n1 = sum1 & countMask;
  const n = n0 + n1;
  if (n == 0) {
    store<u32>(place, <u32>model.cells);
    store<i32>(evidence, -1, 4);
    return;
  }
  const tokens1 = sum1 >> 24;
  const tokens = (sum0 >> 24) + tokens1;
  const only = tokens == 1 ? 3 : 0;
  const index = (levelOf(n0) * levelCount + levelOf(n1)) * 6 + last + only + source * cellsPerSource + 1;
  store<u32>(place, <u32>(model.cells + ((<usize>index) << 3)));
  store<f32>(evidence, (<f32>n1 - <f32>0.5 * <f32>tokens1) / (<f32>n - <f32>0.5 * <f32>tokens));
  store<i32>(evidence, levelOf(n) * 6 + tokenLevel(tokens), 4);
}

function setNothing(model: Model, frame: usize, source: i32): void {
  store<u32>(cellsOf(frame) + ((<usize>source) << 2), <u32>model.cells);
  store<i32>(evidenceOf(frame) + ((<usize>source) << 3), -1, 4);
}

function tallyOf(model: Model, source: i32): Tally {
  return changetype<Tally>(source < contextCount ? model.project : model.file);
}

/** Writes the evidence of every source into the frames of all decisions on the path to the token. */
export function followPath(model: Model, token: i32): void {
  const depth = <i32>load<u8>(model.depths + token);
  const code = load<u32>(model.codes + (token << 2));
  let node = model.root;
  for (let d = 0; d < depth; d++) {
    const frame = changetype<Frame>(frameAt(model, d));
    const side = (code >> (31 - d)) & 1;
    frame.node = node;
    frame.side = side;
    node = load<i32>(model.children + (((<usize>node) << 1) + side) * 4);
  }
  for (let source = 0; source < sourceCount; source++) {
    const at = <usize>load<u32>(model.found + (source << 2));
    if (at == 0) for (let d = 0; d < depth; d++) setNothing(model, frameAt(model, d), source);
    else followSource(model, source, at, code, depth);
  }
}

/** Decisions that the paths to both have in common. */
function shared(model: Model, code: u32, token: u32, depth: i32): i32 {
  return min(depth, clz(code ^ load<u32>(model.codes + (token << 2))));
}

function followSource(model: Model, source: i32, at: usize, code: u32, depth: i32): void {
  const a = <u32>load<u16>(at, 2);
  const b = <u32>load<u16>(at, 4);
  const lastShared = shared(model, code, load<u16>(at), depth);
  // i32[depth + 1]: counts of the tokens whose paths part from this one there
  const parting = model.scratch;
  memory.fill(parting, 0, (<usize>(depth + 1)) << 2);
  if (b & listFlag) {
    const block = blockOf(tallyOf(model, source), a, b);
    const header = load<u32>(block);
    if (header >> 16 == denseClass) {
      followDense(model, source, block, depth, lastShared);
      return;
    }
    const end = block + 4 + ((header & 0xffff) << 2);
    for (let entry = block + 4; entry < end; entry += 4) {
      const value = load<u32>(entry);
      const sum = parting + ((<usize>shared(model, code, value & 0xffff, depth)) << 2);
      store<i32>(sum, load<i32>(sum) + <i32>(value >> 16) + oneToken);
    }
  } else {
    store<i32>(parting + ((<usize>shared(model, code, a, depth)) << 2), <i32>b + oneToken);
  }
  let same = load<i32>(parting + ((<usize>depth) << 2));
  for (let d = depth - 1; d >= 0; d--) {
    const other = load<i32>(parting + ((<usize>d) << 2));
    setOnPath(model, source, d, same, other, lastShared);
    same += other;
  }
}

/** same, other: what lies on the path's side of decision d and on the other one */
function setOnPath(model: Model, source: i32, d: i32, same: i32, other: i32, lastShared: i32): void {
  const frame = frameAt(model, d);
  const side = changetype<Frame>(frame).side;
  const last = lastShared < d ? 0 : lastShared == d ? 2 - side : 1 + side;
  setEvidence(model, frame, source, side ? other : same, side ? same : other, last);
}

function followDense(model: Model, source: i32, block: usize, depth: i32, lastShared: i32): void {
  for (let d = 0; d < depth; d++) {
    const frame = changetype<Frame>(frameAt(model, d));
    const pair = block + 16 + ((<usize>frame.node) << 2);
    const same = load<u16>(pair + ((<usize>frame.side) << 1));
    const other = load<u16>(pair + ((<usize>(1 - frame.side)) << 1));
    setOnPath(model, source, d, same, other, lastShared);
  }
}

/**
 * Writes the evidence of the sources of which `active` has a bit set into the frame of a node that parts [low, high) at its number;
 * returns the bits of those that may know something below it.
 */
export function visitNode(model: Model, frame: usize, low: i32, high: i32, active: u64): u64 {
  let known: u64 = 0;
  for (let source = 0; source < sourceCount; source++) {
    if (((active >> source) & 1) == 0) setNothing(model, frame, source);
    else if (visitSource(model, frame, source, low, high)) known |= (<u64>1) << source;
  }
  return known;
}

function visitSource(model: Model, frame: usize, source: i32, low: i32, high: i32): bool {
  const at = <usize>load<u32>(model.found + (source << 2));
  if (at == 0) {
    setNothing(model, frame, source);
    return false;
  }
  const node = changetype<Frame>(frame).node;
  const lastToken = <i32>load<u16>(at);
  const last = lastToken < low || lastToken >= high ? 0 : lastToken < node ? 1 : 2;
  const a = <u32>load<u16>(at, 2);
  const b = <u32>load<u16>(at, 4);
  let sum0 = 0;
  let sum1 = 0;
  if (b & listFlag) {
    const block = blockOf(tallyOf(model, source), a, b);
    const header = load<u32>(block);
    if (header >> 16 == denseClass) {
      const pair = block + 16 + ((<usize>node) << 2);
      setEvidence(model, frame, source, load<u16>(pair), load<u16>(pair, 2), last);
      // Where counts were halved before they were taken out, some can be left behind a node that has none.
      return true;
    }
    const end = block + 4 + ((header & 0xffff) << 2);
    for (let entry = block + 4; entry < end; entry += 4) {
      const value = load<u32>(entry);
      const token = <i32>(value & 0xffff);
      if (token < low || token >= high) continue;
      if (token < node) sum0 += <i32>(value >> 16) + oneToken;
      else sum1 += <i32>(value >> 16) + oneToken;
    }
  } else if (<i32>a >= low && <i32>a < high) {
    if (<i32>a < node) sum0 = <i32>b + oneToken;
    else sum1 = <i32>b + oneToken;
  }
  setEvidence(model, frame, source, sum0, sum1, last);
  return (sum0 | sum1) != 0;
}
