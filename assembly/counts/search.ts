import { decide, Frame, frameAt } from './decision';
import { visitNode } from './evidence';
import { Model, mostDepth } from './model';
import { selectRows } from './rows';

/*
 * Walks over the code tree behind the place. What waits to be visited: f64 probability, i32 node or leaf, i32 low, i32 high, i32 depth,
 * u64 sources that know something below it.
 */
const entryBytes: usize = 32;
const nodeAt: usize = 8;
const lowAt: usize = 12;
const highAt: usize = 16;
const depthAt: usize = 20;
const activeAt: usize = 24;

function put(entry: usize, probability: f64, node: i32, low: i32, high: i32, depth: i32, active: u64): void {
  store<f64>(entry, probability);
  store<i32>(entry, node, nodeAt);
  store<i32>(entry, low, lowAt);
  store<i32>(entry, high, highAt);
  store<i32>(entry, depth, depthAt);
  store<u64>(entry, active, activeAt);
}

/** P(side 1) of the entry's node; `known` is left where visits are made: in the first frame behind those of a token's path. */
function visit(model: Model, entry: usize): f64 {
  const frame = frameAt(model, mostDepth);
  changetype<Frame>(frame).node = load<i32>(entry, nodeAt);
  const known = visitNode(
    model,
    frame,
    load<i32>(entry, lowAt),
    load<i32>(entry, highAt),
    load<u64>(entry, activeAt),
  );
  store<u64>(entry, known, activeAt);
  selectRows(model, frame, load<i32>(entry, depthAt));
  return <f64>decide(model, frame);
}

function child(model: Model, node: i32, side: i32): i32 {
  return load<i32>(model.children + ((<usize>(node * 2 + side)) << 2));
}

/**
 * The probabilities of all tokens.
 *  @param out f64[vocabSize]   written
 *  @param stack (mostDepth + 1) entries of 32 bytes
 */
export function distribution(model: Model, out: usize, stack: usize): void {
  put(stack, 1, model.root, 0, model.vocabSize, 0, ~(<u64>0));
  let top = stack + entryBytes;
  while (top > stack) {
    const entry = top - entryBytes;
    const node = load<i32>(entry, nodeAt);
    const probability = load<f64>(entry);
    if (node < 0) {
      store<f64>(out + ((<usize>(-1 - node)) << 3), probability);
      top = entry;
      continue;
    }
    const one = visit(model, entry);
    const low = load<i32>(entry, lowAt);
    const high = load<i32>(entry, highAt);
    const depth = load<i32>(entry, depthAt) + 1;
    const known = load<u64>(entry, activeAt);
    put(entry, probability * one, child(model, node, 1), node, high, depth, known);
    put(top, probability * (1 - one), child(model, node, 0), low, node, depth, known);
    top += entryBytes;
  }
}

/**
 * The likeliest tokens within [low, high), most likely first: of the nodes that wait, the likeliest is visited next, and nothing behind
 * a node is likelier than the node. Returns how many were found.
 *  @param ids            i32[most]   written
 *  @param probabilities  f64[most]   written
 *  @param heap           `room` entries of 32 bytes; no more nodes wait than that, the rest is not looked for
 */
export function likeliest(
  model: Model,
  low: i32,
  high: i32,
  most: i32,
  ids: usize,
  probabilities: usize,
  heap: usize,
  room: i32,
): i32 {
  let waiting = push(heap, 0, room, 1, model.root, 0, model.vocabSize, 0, ~(<u64>0));
  let found = 0;
  const spare = heap + <usize>room * entryBytes;
  while (waiting > 0 && found < most) {
    waiting = pop(heap, waiting, spare);
    const node = load<i32>(spare, nodeAt);
    const probability = load<f64>(spare);
    if (node < 0) {
      store<i32>(ids + ((<usize>found) << 2), -1 - node);
      store<f64>(probabilities + ((<usize>found) << 3), probability);
      found++;
      continue;
    }
    const one = visit(model, spare);
    const known = load<u64>(spare, activeAt);
    const from = load<i32>(spare, lowAt);
    const to = load<i32>(spare, highAt);
    const depth = load<i32>(spare, depthAt) + 1;
    if (from < high && node > low)
      waiting = push(
        heap,
        waiting,
        room,
        probability * (1 - one),
        child(model, node, 0),
        from,
        node,
        depth,
        known,
      );
    if (node < high && to > low)
      waiting = push(heap, waiting, room, probability * one, child(model, node, 1), node, to, depth, known);
  }
  return found;
}

function push(
  heap: usize,
  waiting: i32,
  room: i32,
  probability: f64,
  node: i32,
  low: i32,
  high: i32,
  depth: i32,
  active: u64,
): i32 {
  if (waiting == room) return waiting;
  let at = waiting;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const from = heap + <usize>parent * entryBytes;
    if (load<f64>(from) >= probability) break;
    memory.copy(heap + <usize>at * entryBytes, from, entryBytes);
    at = parent;
  }
  put(heap + <usize>at * entryBytes, probability, node, low, high, depth, active);
  return waiting + 1;
}

/** Moves the likeliest to `out`. */
function pop(heap: usize, waiting: i32, out: usize): i32 {
  memory.copy(out, heap, entryBytes);
  const left = waiting - 1;
  const last = heap + <usize>left * entryBytes;
  let at = 0;
  for (;;) {
    let next = 2 * at + 1;
    if (next >= left) break;
    if (
      next + 1 < left &&
      load<f64>(heap + <usize>(next + 1) * entryBytes) > load<f64>(heap + <usize>next * entryBytes)
    )
      next++;
    if (load<f64>(last) >= load<f64>(heap + <usize>next * entryBytes)) break;
    memory.copy(heap + <usize>at * entryBytes, heap + <usize>next * entryBytes, entryBytes);
    at = next;
  }
  memory.copy(heap + <usize>at * entryBytes, last, entryBytes);
  return left;
}
