import { Model, stateBrackets } from './model';

/*
 * What is known of the place: hashes of words, lines and brackets, updated token by token. All of it lies in one piece, so that a supposed
 * token is taken back by a copy. Languages are guessed at, never parsed: a wrong guess only counts under another name.
 */
@unmanaged
export class State {
  /** of the identifier at the end, 0 when there is none, and of those before it */
  word: u64;
  word1: u64;
  word2: u64;
  word3: u64;
  lineHash: u64;
  previousLineHash: u64;
  tokenInLine: i32;
  /** columns of white space at the line's beginning */
  indent: i32;
  /** first tokens of the line; the third is that of the last line that had one: what came there is a better guess than nothing */
  first: i32;
  second: i32;
  third: i32;
  /** first token of the line before that is not empty */
  previousFirst: i32;
  /** brackets that are open */
  brackets: i32;
  /** 0 code, 1 comment to the end of the line, 2 comment, 3 string */
  lexical: i32;
  /** what began the string */
  quote: i32;
  lastByte: i32;
}

/** u32 character, u32 word before it, u32 commas */
const bracketBytes: usize = 12;

export const stateBytes: usize = offsetof<State>() + <usize>stateBrackets * bracketBytes;

const none: i32 = 0xffff;
/** Larger than a byte: no word's hash is 0, and none is the same without its first letter. */
const firstOfWord: u64 = 0x151;

function bracketAt(state: State, index: i32): usize {
  return changetype<usize>(state) + offsetof<State>() + <usize>index * bracketBytes;
}

export function beginState(at: usize): void {
  memory.fill(at, 0, stateBytes);
  const state = changetype<State>(at);
  state.first = none;
  state.second = none;
  state.third = none;
  state.previousFirst = none;
}

function mix(hash: u64, value: u64): u64 {
  const product = (hash ^ value) * 0x9e3779b97f4a7c15;
  return product ^ (product >> 29);
}

function isWordByte(byte: u32): bool {
  const letter = byte | 0x20;
  if (letter >= 0x61 && letter <= 0x7a) return true;
  return (byte >= 0x30 && byte <= 0x39) || byte == 0x5f || byte == 0x24 || byte >= 0x80;
}

/** Goes on behind `token`. */
export function advanceState(model: Model, token: u32): void {
  const state = changetype<State>(model.state);
  const starts = model.byteStarts + (token << 2);
  const start = model.bytes + load<u32>(starts);
  const end = model.bytes + load<u32>(starts, 4);
  if (start < end && (load<u8>(start) == 0x0a || load<u8>(start) == 0x0d)) {
    newLine(state, start, end);
    return;
  }
  if (state.tokenInLine == 0) state.first = token;
  else if (state.tokenInLine == 1) state.second = token;
  else if (state.tokenInLine == 2) state.third = token;
  state.tokenInLine++;
  state.lineHash = mix(state.lineHash, token + 1);
  for (let byte = start; byte < end; byte++) readByte(state, load<u8>(byte));
}

function endWord(state: State): void {
  if (state.word == 0) return;
  state.word3 = state.word2;
  state.word2 = state.word1;
  state.word1 = state.word;
  state.word = 0;
}

function readByte(state: State, byte: u32): void {
  readLexical(state, byte);
  if (isWordByte(byte)) {
    state.word = mix(state.word + firstOfWord, byte);
    return;
  }
  endWord(state);
  if (byte == 0x28 || byte == 0x5b || byte == 0x7b) openBracket(state, byte);
  else if (byte == 0x29 || byte == 0x5d || byte == 0x7d) state.brackets = max(0, state.brackets - 1);
  else if (byte == 0x2c && state.brackets > 0) {
    const commas = bracketAt(state, state.brackets - 1) + 8;
    store<u32>(commas, load<u32>(commas) + 1);
  }
}

/** What is outermost is forgotten first. */
function openBracket(state: State, byte: u32): void {
  if (state.brackets == stateBrackets) {
    memory.copy(bracketAt(state, 0), bracketAt(state, 1), <usize>(stateBrackets - 1) * bracketBytes);
    state.brackets--;
  }
  const bracket = bracketAt(state, state.brackets++);
  store<u32>(bracket, byte);
  store<u32>(bracket, <u32>state.word1, 4);
  store<u32>(bracket, 0, 8);
}

function readLexical(state: State, byte: u32): void {
  const last = <u32>state.lastByte;
  state.lastByte = byte;
  if (state.lexical == 0) {
    if (byte == 0x22 || byte == 0x27 || byte == 0x60) {
      state.lexical = 3;
      state.quote = byte;
    } else if (byte == 0x23 || (last == 0x2f && byte == 0x2f)) state.lexical = 1;
    else if (last == 0x2f && byte == 0x2a) state.lexical = 2;
  } else if (state.lexical == 2) {
    if (last == 0x2a && byte == 0x2f) state.lexical = 0;
  } else if (state.lexical == 3) {
    if (last == 0x5c) state.lastByte = 0;
    else if (byte == <u32>state.quote) state.lexical = 0;
  }
}

function newLine(state: State, start: usize, end: usize): void {
  endWord(state);
  if (state.lexical == 1 || (state.lexical == 3 && state.quote != 0x60)) state.lexical = 0;
  state.lastByte = 0x0a;
  if (state.tokenInLine > 0) {
    state.previousFirst = state.first;
    state.previousLineHash = state.lineHash;
  }
  state.tokenInLine = 0;
  state.lineHash = 0;
  state.first = none;
  state.second = none;
  state.indent = 0;
  for (let byte = start; byte < end; byte++) {
    if (load<u8>(byte) == 0x20) state.indent++;
    else if (load<u8>(byte) == 0x09) state.indent += 4;
  }
}

/**
 * The contexts of the place, in the order of extension/counts/contexts.ts.
 *  @param out u64[contextCount]   written
 */
export function hashContexts(model: Model, out: usize): void {
  const state = changetype<State>(model.state);
  const t1 = previous(model, 1);
  const t2 = previous(model, 2);
  const t3 = previous(model, 3);
  const t4 = previous(model, 4);
  const word = state.word;
  // Two hashes of one kind are never mixed as they are: they could cancel out, or take each other's place.
  const words1 = mix(mix(word, 3), state.word1);
  const line1 = mix(state.first, 5);
  const line2 = mix(line1, state.second);
  let topWord: u64 = 0;
  let top: u64 = 0;
  let outer: u64 = 0;
  if (state.brackets > 0) {
    const bracket = bracketAt(state, state.brackets - 1);
    topWord = mix(load<u32>(bracket), load<u32>(bracket, 4));
    top = mix(topWord, load<u32>(bracket, 8));
    if (state.brackets > 1) outer = load<u32>(bracketAt(state, state.brackets - 2), 4);
  }
  const order2 = mix(mix(mix(0x243f6a8885a308d3, t1), t2), 2);
  const order5 = mix(mix(mix(order2, t3), t4), previous(model, 5));
  const order8 = mix(mix(mix(order5, previous(model, 6)), previous(model, 7)), previous(model, 8));
  let order12 = order8;
  for (let back = 9; back <= 12; back++) order12 = mix(order12, previous(model, back));
  put(out, 0, 0);
  put(out, 1, t1);
  put(out, 2, order2);
  put(out, 3, mix(mix(order2, t3), t4));
  put(out, 4, order5);
  put(out, 5, order8);
  put(out, 6, order12);
  put(out, 7, word);
  put(out, 8, mix(words1, t1));
  put(out, 9, mix(mix(words1, state.word2), state.word3));
  put(out, 10, mix(mix(line1, state.indent), t1));
  put(out, 11, mix(mix(line2, word), t1));
  put(out, 12, mix(mix(line1, state.previousFirst), t1));
  put(out, 13, mix(mix(state.lineHash, 4), state.previousLineHash));
  put(out, 14, mix(top, t1));
  put(out, 15, mix(mix(topWord, word), outer));
  put(out, 16, mix(mix(t2, 6), t3));
  put(out, 17, mix(mix(t1, 7), t3));
  put(out, 18, mix(mix(mix(t2, 8), t3), t4));
  put(out, 19, mix(mix(mix(top, 10), state.first), word));
  put(out, 20, mix(mix(state.lexical, word), state.indent));
  put(out, 21, mix(mix(line2, state.third), t1));
  put(out, 22, mix(mix(t1, 9), <i32>t1 == none ? 0 : load<u32>(model.followers + ((<usize>t1) << 2))));
}

/** The `back`-th token before the place, `none` before the beginning. */
export function previous(model: Model, back: i32): u64 {
  if (back > model.textLength) return none;
  return load<u16>(model.text + ((<usize>(model.textLength - back)) << 1));
}

/** Remembers that `token` came. */
export function follow(model: Model, token: u32): void {
  const t1 = <i32>previous(model, 1);
  if (t1 == none) return;
  const followers = model.followers + ((<usize>t1) << 2);
  store<u32>(followers, (load<u32>(followers) << 16) | token);
}

function put(out: usize, id: u64, hash: u64): void {
  const mixed = mix(hash + 0xd1b54a32d192ed03 * (id + 1), id);
  store<u64>(out + ((<usize>id) << 3), mixed ^ (mixed >> 32));
}
