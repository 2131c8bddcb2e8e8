import { Model, Tally } from './model';

/*
 * Counts of the tokens that followed a context. A bucket is a cache line: u16 checks of 8 contexts (0 = never taken, 0xffff = free again, which
 * does not say that no context went on to the bucket beside), then for each of them
 * u16 last token, u16 a, u16 b. b < 0x8000: one token a, seen b times. Else a and b name a block of the arena:
 *   u16 entries, u16 class, then u32 entries (token | count << 16), 16 << class bytes in all, or, of class `denseClass`,
 *   u32 class << 16, padding to 16 bytes, then for each node of the code tree u16 counts of both sides.
 */
export const listFlag: u32 = 0x8000;
export const denseClass: u32 = 5;
const mostCount: u32 = 0xffff;
const mostSingle: u32 = 0x7fff;
const freed: u32 = 0xffff;

/** Address of the context's counts, 0 when it was never seen. */
export function find(tally: Tally, hash: u64): usize {
  const wanted = i16x8.splat(<i16>checkOf(hash));
  let bucket = firstBucket(tally, hash);
  let checks = v128.load(bucket);
  let match = i16x8.bitmask(i16x8.eq(checks, wanted));
  if (match != 0) return placeOf(bucket, ctz(match));
  if (i16x8.bitmask(i16x8.eq(checks, i16x8.splat(0))) != 0) return 0;
  bucket ^= 64;
  checks = v128.load(bucket);
  match = i16x8.bitmask(i16x8.eq(checks, wanted));
  return match != 0 ? placeOf(bucket, ctz(match)) : 0;
}

function checkOf(hash: u64): u32 {
  const check = <u32>(hash >> 48);
  return check == 0 ? 1 : check == freed ? freed - 1 : check;
}

function firstBucket(tally: Tally, hash: u64): usize {
  return tally.table + ((<usize>((<u64>(<u32>hash) * <u64>tally.buckets) >> 32)) << 6);
}

function placeOf(bucket: usize, index: i32): usize {
  return bucket + 16 + index * 6;
}

/** One more `token` behind the context. */
export function count(model: Model, tally: Tally, hash: u64, token: u32): void {
  const at = find(tally, hash);
  if (at == 0) insert(tally, hash, token);
  else countAt(model, tally, at, token);
}

function insert(tally: Tally, hash: u64, token: u32): void {
  let bucket = firstBucket(tally, hash);
  let index = freeIndex(bucket);
  if (index < 0) {
    bucket ^= 64;
    index = freeIndex(bucket);
    if (index < 0) {
      bucket ^= 64;
      index = rareIndex(bucket, <u32>(hash >> 40));
      if (index < 0) return;
    }
  }
  store<u16>(bucket + (index << 1), <u16>checkOf(hash));
  const at = placeOf(bucket, index);
  store<u16>(at, <u16>token);
  store<u16>(at, <u16>token, 2);
  store<u16>(at, 1, 4);
}

function freeIndex(bucket: usize): i32 {
  const checks = v128.load(bucket);
  const isFree = v128.or(i16x8.eq(checks, i16x8.splat(0)), i16x8.eq(checks, i16x8.splat(<i16>freed)));
  const free = i16x8.bitmask(isFree);
  return free == 0 ? -1 : ctz(free);
}

/** Both buckets are full: what was seen once gives way, whichever `chance` comes upon first. */
function rareIndex(bucket: usize, chance: u32): i32 {
  for (let i: u32 = 0; i < 8; i++) {
    const index = <i32>((chance + i) & 7);
    if (load<u16>(placeOf(bucket, index), 4) == 1) return index;
  }
  return -1;
}

function countAt(model: Model, tally: Tally, at: usize, token: u32): void {
  const a = <u32>load<u16>(at, 2);
  const b = <u32>load<u16>(at, 4);
  store<u16>(at, <u16>token);
  if (b & listFlag) {
    countInBlock(model, tally, at, blockOf(tally, a, b), token);
  } else if (a == token) {
    if (b < mostSingle) store<u16>(at, <u16>(b + 1), 4);
  } else {
    const block = allocate(model, tally, 0);
    if (block == 0) return;
    store<u32>(block, 2);
    store<u32>(block, a | (b << 16), 4);
    store<u32>(block, token | (1 << 16), 8);
    setBlock(tally, at, block);
  }
}

export function blockOf(tally: Tally, a: u32, b: u32): usize {
  return tally.arena + ((<usize>(((b & mostSingle) << 16) | a)) << 4);
}

function setBlock(tally: Tally, at: usize, block: usize): void {
  const index = <u32>((block - tally.arena) >> 4);
  store<u16>(at, <u16>index, 2);
  store<u16>(at, <u16>((index >> 16) | listFlag), 4);
}

function countInBlock(model: Model, tally: Tally, at: usize, block: usize, token: u32): void {
  const header = load<u32>(block);
  const kind = header >> 16;
  if (kind == denseClass) {
    countDense(model, block, token, 1);
    return;
  }
  const entries = header & 0xffff;
  const end = block + 4 + (entries << 2);
  for (let entry = block + 4; entry < end; entry += 4) {
    const value = load<u32>(entry);
    if ((value & 0xffff) == token) {
      if (value >> 16 < mostCount) store<u32>(entry, value + (1 << 16));
      return;
    }
  }
  if (entries + 1 < <u32>(4 << kind)) {
    store<u32>(end, token | (1 << 16));
    store<u32>(block, header + 1);
  } else {
    grow(model, tally, at, block, token);
  }
}

/** Copies the full block into one of the next class, with one `token` more. */
function grow(model: Model, tally: Tally, at: usize, block: usize, token: u32): void {
  const header = load<u32>(block);
  const kind = header >> 16;
  const entries = header & 0xffff;
  const larger = allocate(model, tally, kind + 1);
  if (larger == 0) return;
  const end = block + 4 + (entries << 2);
  if (kind + 1 == denseClass) {
    memory.fill(larger, 0, denseBytes(model));
    store<u32>(larger, denseClass << 16);
    for (let entry = block + 4; entry < end; entry += 4) {
      const value = load<u32>(entry);
      countDense(model, larger, value & 0xffff, value >> 16);
    }
    countDense(model, larger, token, 1);
  } else {
    memory.copy(larger + 4, block + 4, entries << 2);
    store<u32>(larger, (entries + 1) | ((kind + 1) << 16));
    store<u32>(larger + 4 + (entries << 2), token | (1 << 16));
  }
  setBlock(tally, at, larger);
  release(tally, block, kind);
}

/** Adds to the side that the token's path takes at each of its nodes; what would overflow is halved with its other side. */
function countDense(model: Model, block: usize, token: u32, times: u32): void {
  const code = load<u32>(model.codes + (token << 2));
  let node = model.root;
  for (let mask: u32 = 0x80000000; node >= 0; mask >>= 1) {
    const side: usize = code & mask ? 1 : 0;
    const pair = block + 16 + (node << 2);
    const sum = <u32>load<u16>(pair + (side << 1)) + times;
    if (sum <= mostCount) {
      store<u16>(pair + (side << 1), <u16>sum);
    } else {
      store<u16>(pair + (side << 1), <u16>(sum >> 1));
      const other = pair + ((1 - side) << 1);
      store<u16>(other, <u16>((<u32>load<u16>(other) + 1) >> 1));
    }
    node = load<i32>(model.children + ((((<usize>node) << 1) + side) << 2));
  }
}

/** One `token` less behind the context: what `count` did is undone, but for the order in which tokens came. */
export function uncount(model: Model, tally: Tally, hash: u64, token: u32): void {
  const at = find(tally, hash);
  if (at == 0) return;
  const a = <u32>load<u16>(at, 2);
  const b = <u32>load<u16>(at, 4);
  if (b & listFlag) uncountInBlock(model, tally, at, blockOf(tally, a, b), token);
  else if (a == token) {
    if (b > 1) store<u16>(at, <u16>(b - 1), 4);
    else free(at);
  }
}

/** The place of a context that nothing follows any more is anybody's. */
function free(at: usize): void {
  const bucket = at & ~63;
  store<u16>(bucket + <usize>((at - bucket - 16) / 6) * 2, <u16>freed);
}

function uncountInBlock(model: Model, tally: Tally, at: usize, block: usize, token: u32): void {
  const header = load<u32>(block);
  const kind = header >> 16;
  if (kind == denseClass) {
    uncountDense(model, block, token);
    return;
  }
  const entries = header & 0xffff;
  const end = block + 4 + (entries << 2);
  for (let entry = block + 4; entry < end; entry += 4) {
    const value = load<u32>(entry);
    if ((value & 0xffff) != token) continue;
    if (value >> 16 > 1) {
      store<u32>(entry, value - (1 << 16));
    } else if (entries > 1) {
      // The last entry takes its place; the last token is then a guess.
      store<u32>(entry, load<u32>(end - 4));
      store<u32>(block, header - 1);
      if (load<u16>(at) == token) store<u16>(at, load<u16>(block + 4 + ((entries - 2) << 2)));
    } else {
      release(tally, block, kind);
      free(at);
    }
    return;
  }
}

function uncountDense(model: Model, block: usize, token: u32): void {
  const code = load<u32>(model.codes + (token << 2));
  let node = model.root;
  for (let mask: u32 = 0x80000000; node >= 0; mask >>= 1) {
    const side: usize = code & mask ? 1 : 0;
    const place = block + 16 + (node << 2) + (side << 1);
    const sum = load<u16>(place);
    if (sum > 0) store<u16>(place, sum - 1);
    node = load<i32>(model.children + ((((<usize>node) << 1) + side) << 2));
  }
}

function denseBytes(model: Model): usize {
  return (16 + ((<usize>model.vocabSize) << 2) + 15) & ~15;
}

/** A block of the class, not cleared; 0 when the arena is used up. */
function allocate(model: Model, tally: Tally, kind: u32): usize {
  if (kind < denseClass) {
    const free = changetype<usize>(tally) + offsetof<Tally>('free0') + kind * sizeof<usize>();
    const block = load<usize>(free);
    if (block != 0) {
      store<usize>(free, load<usize>(block));
      return block;
    }
  }
  const bytes = kind == denseClass ? denseBytes(model) : <usize>(16 << kind);
  const block = tally.arenaNext;
  if (block + bytes > tally.arenaEnd) return 0;
  tally.arenaNext = block + bytes;
  return block;
}

function release(tally: Tally, block: usize, kind: u32): void {
  const free = changetype<usize>(tally) + offsetof<Tally>('free0') + kind * sizeof<usize>();
  store<usize>(block, load<usize>(free));
  store<usize>(free, block);
}

/** Forgets everything. */
export function clearTally(tally: Tally): void {
  memory.fill(tally.table, 0, (<usize>tally.buckets) << 6);
  tally.arenaNext = tally.arena;
  memory.fill(changetype<usize>(tally) + offsetof<Tally>('free0'), 0, denseClass * sizeof<usize>());
}
