import { bucketCount, chainCount, chainRoom, Model, sourceCount } from './model';
import { chainsOf, evidenceOf, Frame } from './decision';

/*
 * Back-off chains: P_e = P_{e−1} + a_e · (r_e − P_{e−1}) over sources from the least to the most specific, r_e the share of side 1 in the
 * source's counts, each of its tokens discounted by a half, a_e learnt for the source, its counts and their tokens.
 * @source Chen & Goodman 1999 (interpolation with absolute discounting)
 */

const lowest: f32 = 0.0005;

/** Runs all chains of the frame; writes their probabilities to `out` f32[chainCount]. */
export function runChains(model: Model, frame: usize, out: usize): void {
  for (let chain: i32 = 0; chain < chainCount; chain++)
    store<f32>(out + (chain << 2), runChain(model, frame, chain));
}

function runChain(model: Model, frame: usize, chain: i32): f32 {
  let list = model.chains + <usize>(chain * chainRoom);
  const evidence = evidenceOf(frame);
  const shares = model.shares + <usize>(chain * sourceCount * bucketCount * 4);
  let trace = chainsOf(frame) + <usize>(chain * chainRoom * 8);
  let p: f32 = 0.5;
  for (let source = load<u8>(list); source != 255; source = load<u8>(++list)) {
    const at = evidence + ((<usize>source) << 3);
    const bucket = load<i32>(at, 4);
    if (bucket < 0) continue;
    const share = load<f32>(shares + ((source * bucketCount + bucket) << 2));
    store<f32>(trace, p);
    p += share * (load<f32>(at) - p);
    trace += 8;
  }
  return max(lowest, min(<f32>1 - lowest, p));
}

export function learnChains(model: Model, frame: usize, out: usize): void {
  const bit = <f32>changetype<Frame>(frame).side;
  for (let chain: i32 = 0; chain < chainCount; chain++)
    learnChain(model, frame, chain, load<f32>(out + (chain << 2)), bit);
}

function learnChain(model: Model, frame: usize, chain: i32, p: f32, bit: f32): void {
  const first = model.chains + <usize>(chain * chainRoom);
  let list = first;
  let count = 0;
  const evidence = evidenceOf(frame);
  for (let source = load<u8>(list); source != 255; source = load<u8>(++list)) {
    if (load<i32>(evidence + ((<usize>source) << 3), 4) >= 0) count++;
  }
  const shares = model.shares + <usize>(chain * sourceCount * bucketCount * 4);
  let trace = chainsOf(frame) + <usize>((chain * chainRoom + count) * 8);
  // d loss / d p, along the chain from its end: each element passes on 1 − a of it.
  let gradient = ((bit - p) / (p * (1 - p) + <f32>0.02)) * model.chainRate;
  while (list > first) {
    const source = load<u8>(--list);
    const at = evidence + ((<usize>source) << 3);
    const bucket = load<i32>(at, 4);
    if (bucket < 0) continue;
    trace -= 8;
    const place = shares + ((source * bucketCount + bucket) << 2);
    const share = load<f32>(place);
    const next = share + gradient * (load<f32>(at) - load<f32>(trace)) * share * (1 - share);
    store<f32>(place, max(<f32>0.002, min(<f32>0.998, next)));
    gradient *= 1 - share;
  }
}
