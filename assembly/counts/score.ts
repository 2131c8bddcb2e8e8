import { advanceState, follow, hashContexts } from './contexts';
import { decide, Frame, frameAt, learnDecision } from './decision';
import { followPath } from './evidence';
import { contextCount, Model, Tally } from './model';
import { selectRows } from './rows';
import { count, find, uncount } from './tally';

/** Looks up all contexts of the place. */
export function locate(model: Model): void {
  const hashes = model.hashes;
  hashContexts(model, hashes);
  const project = changetype<Tally>(model.project);
  const file = changetype<Tally>(model.file);
  const found = model.found;
  for (let i = 0; i < contextCount; i++) {
    const hash = load<u64>(hashes + (i << 3));
    store<u32>(found + (i << 2), <u32>find(project, hash));
    store<u32>(found + ((contextCount + i) << 2), <u32>find(file, hash));
  }
}

/** P(token | the text so far), after `locate`; its decisions stay in the frames. */
export function score(model: Model, token: i32): f64 {
  followPath(model, token);
  const depth = <i32>load<u8>(model.depths + token);
  let probability: f64 = 1;
  for (let d = 0; d < depth; d++) {
    const frame = frameAt(model, d);
    selectRows(model, frame, d);
    const one = <f64>decide(model, frame);
    probability *= changetype<Frame>(frame).side ? one : 1 - one;
  }
  return probability;
}

/** The scored token came. Not before all of its decisions are made is any of them learnt from: they share cells and rows. */
export function learnScored(model: Model, token: i32): void {
  const depth = <i32>load<u8>(model.depths + token);
  for (let d = 0; d < depth; d++) learnDecision(model, frameAt(model, d));
}

/** Goes on behind `token`; nothing is counted. */
export function advance(model: Model, token: i32): void {
  store<u16>(model.text + ((<usize>model.textLength) << 1), <u16>token);
  model.textLength++;
  advanceState(model, token);
}

/** Counts `token` at the place, which must be the document's end, and goes on behind it. */
export function append(model: Model, token: i32): void {
  const hashes = documentHashesAt(model, model.documentLength);
  memory.copy(hashes, model.hashes, contextCount << 3);
  countAll(model, changetype<Tally>(model.file), hashes, token);
  store<u16>(model.document + ((<usize>model.documentLength) << 1), <u16>token);
  model.documentLength++;
  follow(model, token);
  advance(model, token);
}

export function documentHashesAt(model: Model, place: i32): usize {
  return model.documentHashes + <usize>(place * contextCount * 8);
}

export function countAll(model: Model, tally: Tally, hashes: usize, token: u32): void {
  for (let i = 0; i < contextCount; i++) count(model, tally, load<u64>(hashes + (i << 3)), token);
}

export function uncountAll(model: Model, tally: Tally, hashes: usize, token: u32): void {
  for (let i = 0; i < contextCount; i++) uncount(model, tally, load<u64>(hashes + (i << 3)), token);
}
