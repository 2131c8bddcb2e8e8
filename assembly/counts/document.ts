import { beginState, follow, hashContexts } from './contexts';
import { contextCount, Model, Tally } from './model';
import { advance, append, countAll, documentHashesAt, learnScored, locate, score, uncountAll } from './score';
import { clearTally, count, uncount } from './tally';

/** The place is the beginning of a text. */
function rewindText(model: Model): void {
  model.textLength = 0;
  beginState(model.state);
  memory.fill(model.followers, 0, (<usize>model.vocabSize) << 2);
}

/** A new document: nothing is counted in the file. */
export function beginDocument(model: Model): void {
  rewindText(model);
  model.documentLength = 0;
  clearTally(changetype<Tally>(model.file));
}

/** Scores a whole document and learns from it, token by token. Returns bits. */
export function learnDocument(model: Model, tokens: usize, length: i32): f64 {
  beginDocument(model);
  let bits: f64 = 0;
  for (let i = 0; i < length; i++) {
    const token = <i32>load<u16>(tokens + ((<usize>i) << 1));
    locate(model);
    bits -= Math.log2(score(model, token));
    learnScored(model, token);
    append(model, token);
  }
  return bits;
}

/** The document's counts go into the project's. */
export function fold(model: Model): void {
  const project = changetype<Tally>(model.project);
  for (let i = 0; i < model.documentLength; i++) {
    countAll(model, project, documentHashesAt(model, i), load<u16>(model.document + ((<usize>i) << 1)));
  }
}

/**
 * Counts tokens [from, to) of a document in the project that were not scored (add), or takes them out again. The text is then its own, up to
 * there.
 */
export function foldTokens(model: Model, tokens: usize, from: i32, to: i32, add: bool): void {
  const project = changetype<Tally>(model.project);
  rewindText(model);
  for (let i = 0; i < to; i++) {
    const token = <u32>load<u16>(tokens + ((<usize>i) << 1));
    if (i >= from) {
      hashContexts(model, model.hashes);
      if (add) countAll(model, project, model.hashes, token);
      else uncountAll(model, project, model.hashes, token);
    }
    follow(model, token);
    advance(model, token);
  }
}

/**
 * The file becomes these tokens: what is alike at both ends is not counted anew, unless its contexts have changed. The place is then
 * behind the first `before` of them.
 */
export function setDocument(model: Model, tokens: usize, length: i32, before: i32): void {
  const start = sharedStart(model, tokens, length);
  const shared = sharedEnd(model, tokens, length, start);
  const file = changetype<Tally>(model.file);
  for (let i = start; i < model.documentLength - shared; i++) {
    uncountAll(model, file, documentHashesAt(model, i), load<u16>(model.document + ((<usize>i) << 1)));
  }
  // What is alike at the end moves to where it will be.
  memory.copy(
    documentHashesAt(model, length - shared),
    documentHashesAt(model, model.documentLength - shared),
    <usize>(shared * contextCount * 8),
  );
  memory.copy(model.document, tokens, (<usize>length) << 1);
  model.documentLength = length;
  goTo(model, start);
  for (let i = start; i < length; i++) {
    const token = <u32>load<u16>(tokens + ((<usize>i) << 1));
    const hashes = documentHashesAt(model, i);
    hashContexts(model, model.hashes);
    if (i < length - shared) countAll(model, file, model.hashes, token);
    else recount(model, file, hashes, token);
    memory.copy(hashes, model.hashes, contextCount << 3);
    follow(model, token);
    advance(model, token);
  }
  goTo(model, before);
}

/** Of the token's contexts, those that have changed are counted anew. */
function recount(model: Model, file: Tally, before: usize, token: u32): void {
  for (let i = 0; i < contextCount; i++) {
    const old = load<u64>(before + (i << 3));
    const now = load<u64>(model.hashes + (i << 3));
    if (old == now) continue;
    uncount(model, file, old, token);
    count(model, file, now, token);
  }
}

function sharedStart(model: Model, tokens: usize, length: i32): i32 {
  const most = min(length, model.documentLength);
  let start = 0;
  while (
    start < most &&
    load<u16>(tokens + ((<usize>start) << 1)) == load<u16>(model.document + ((<usize>start) << 1))
  )
    start++;
  return start;
}

function sharedEnd(model: Model, tokens: usize, length: i32, start: i32): i32 {
  const most = min(length, model.documentLength) - start;
  let shared = 0;
  let a = tokens + ((<usize>length) << 1);
  let b = model.document + ((<usize>model.documentLength) << 1);
  while (shared < most) {
    a -= 2;
    b -= 2;
    if (load<u16>(a) != load<u16>(b)) break;
    shared++;
  }
  return shared;
}

/** The place is behind the document's first tokens. */
function goTo(model: Model, before: i32): void {
  rewindText(model);
  for (let i = 0; i < before; i++) {
    const token = load<u16>(model.document + ((<usize>i) << 1));
    follow(model, token);
    advance(model, token);
  }
}
