import { learnChains, runChains } from './chain';
import {
  chainInput,
  constantInput,
  inputCount,
  mostDepth,
  Model,
  outsideInput,
  setCount,
  sourceCount,
} from './model';
import { squash, squashOne, stretch, stretchOne } from './numbers';

/*
 * One decision: the token lies behind node's side 0 or 1. The frame keeps what learning needs once the token is known.
 */
@unmanaged
export class Frame {
  node: i32;
  side: i32;
  /** mixed, and after the adjustments */
  mixed: f32;
  probability: f32;
  finalStretch: f32;
  finalRow0: usize;
  finalRow1: usize;
  finalStretch0: f32;
  finalStretch1: f32;
  adjustment0: usize;
  adjustment1: usize;
  position: f32;
}

/** u32[sourceCount]: address of the cell of each source, of the first one when it knows nothing */
export function cellsOf(frame: usize): usize {
  return frame + 64;
}
/** f32[inputCount] */
function inputsOf(frame: usize): usize {
  return cellsOf(frame) + sourceCount * 4 + 8;
}
/** u32[8]: address of the row of each set; f32[8] stretched output; f32[8] its probability */
export function rowsOf(frame: usize): usize {
  return inputsOf(frame) + inputCount * 4;
}
function outputsOf(frame: usize): usize {
  return rowsOf(frame) + 32;
}
function setProbabilitiesOf(frame: usize): usize {
  return rowsOf(frame) + 64;
}
/** {f32 share of side 1, i32 bucket of the counts, −1 where there are none}[sourceCount] */
export function evidenceOf(frame: usize): usize {
  return frame + 1024;
}
/** f32[chains, 48, 2]: what each element of a chain began with */
export function chainsOf(frame: usize): usize {
  return frame + 1664;
}
function chainOutputsOf(frame: usize): usize {
  return frame + 960;
}
const frameBytes: usize = 4096;

export function frameAt(model: Model, depth: i32): usize {
  return model.frames + <usize>depth * frameBytes;
}

const lowest: f32 = 1e-6;
const furthest: f32 = 16;

/** What the outside model says of side 1, never quite certain. */
export function outsideProbability(model: Model, node: i32): f32 {
  return max(<f32>1e-5, min(<f32>1 - 1e-5, load<f32>(model.outside + ((<usize>node) << 2))));
}

/** P(side 1) of the node whose cells and rows are in the frame. */
export function decide(model: Model, frame: usize): f32 {
  const at = changetype<Frame>(frame);
  readInputs(model, frame, at.node);
  const rows = rowsOf(frame);
  const inputs = inputsOf(frame);
  const outputs = outputsOf(frame);
  for (let set: i32 = 0; set < setCount; set++) {
    const sum = clamp(dot(load<u32>(rows + (set << 2)), inputs));
    store<f32>(outputs + (set << 2), sum);
  }
  // The final mixers hear the transformer and the chain of all orders themselves, too; both at first without weight.
  store<f32>(outputs + (setCount << 2), load<f32>(inputs + (outsideInput << 2)));
  store<f32>(outputs + ((setCount + 1) << 2), load<f32>(inputs + (chainInput << 2)));
  const probabilities = setProbabilitiesOf(frame);
  v128.store(probabilities, squash(v128.load(outputs)));
  v128.store(probabilities, squash(v128.load(outputs, 16)), 16);
  at.finalStretch0 = clamp(dotFinal(at.finalRow0, outputs));
  at.finalStretch1 = clamp(dotFinal(at.finalRow1, outputs));
  at.finalStretch = <f32>0.5 * (at.finalStretch0 + at.finalStretch1);
  at.mixed = squashOne(at.finalStretch);
  const adjusted = adjust(at);
  at.probability = max(lowest, min(<f32>1 - lowest, adjusted));
  return at.probability;
}

function dotFinal(row: usize, outputs: usize): f32 {
  const sum = f32x4.mul(v128.load(row), v128.load(outputs));
  return sumOf(f32x4.add(sum, f32x4.mul(v128.load(row, 16), v128.load(outputs, 16))));
}

function learnFinal(row: usize, outputs: usize, step: f32): void {
  const finalStep = f32x4.splat(step);
  v128.store(row, f32x4.add(v128.load(row), f32x4.mul(finalStep, v128.load(outputs))));
  v128.store(row, f32x4.add(v128.load(row, 16), f32x4.mul(finalStep, v128.load(outputs, 16))), 16);
}

function clamp(x: f32): f32 {
  return max(-furthest, min(furthest, x));
}

function sumOf(x: v128): f32 {
  const pairs = f32x4.add(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

function readInputs(model: Model, frame: usize, node: i32): void {
  const inputs = inputsOf(frame);
  const cells = cellsOf(frame);
  for (let i: i32 = 0; i < sourceCount; i += 2) {
    store<f32>(inputs + (i << 2), load<f32>(load<u32>(cells + (i << 2))));
    store<f32>(inputs + (i << 2), load<f32>(load<u32>(cells + (i << 2), 4)), 4);
  }
  store<f32>(inputs + (outsideInput << 2), model.hasOutside ? outsideProbability(model, node) : <f32>0.5);
  const chains = chainOutputsOf(frame);
  runChains(model, frame, chains);
  for (let i: i32 = 0; i < 3; i++) store<f32>(inputs + ((chainInput + i) << 2), load<f32>(chains + (i << 2)));
  for (let i: i32 = constantInput; i < inputCount; i++) store<f32>(inputs + (i << 2), 0.5);
  for (let i: i32 = 0; i < inputCount; i += 4) {
    const input = inputs + (i << 2);
    v128.store(input, stretch(v128.load(input)));
  }
  store<f32>(inputs + (constantInput << 2), 0.3);
}

function dot(row: usize, inputs: usize): f32 {
  let sum0 = f32x4.mul(v128.load(row), v128.load(inputs));
  let sum1 = f32x4.splat(0);
  for (let i: i32 = 16; i < inputCount << 2; i += 32) {
    sum1 = f32x4.add(sum1, f32x4.mul(v128.load(row + i), v128.load(inputs + i)));
    if (i + 16 < inputCount << 2)
      sum0 = f32x4.add(sum0, f32x4.mul(v128.load(row + i, 16), v128.load(inputs + i, 16)));
  }
  return sumOf(f32x4.add(sum0, sum1));
}

/** Secondary estimation: what really came of such a probability here, interpolated. @source Mahoney 2005 (PAQ), APM */
function adjust(at: Frame): f32 {
  const position = max(<f32>0, min(<f32>31.999, (at.finalStretch + 8) * 2));
  at.position = position;
  const a = interpolate(at.adjustment0, position);
  const b = interpolate(at.adjustment1, position);
  return <f32>0.5 * at.mixed + <f32>0.25 * a + <f32>0.25 * b;
}

function interpolate(cells: usize, position: f32): f32 {
  const index = <i32>position;
  const share = position - <f32>index;
  const cell = cells + ((<usize>index) << 2);
  return load<f32>(cell) * (<f32>1 - share) + load<f32>(cell, 4) * share;
}

/** The decision is known: everything that took part in it is corrected. */
export function learnDecision(model: Model, frame: usize): void {
  const at = changetype<Frame>(frame);
  const bit = <f32>at.side;
  correctCells(model, frame, bit);
  learnChains(model, frame, chainOutputsOf(frame));
  const inputs = inputsOf(frame);
  const rows = rowsOf(frame);
  const outputs = outputsOf(frame);
  const probabilities = setProbabilitiesOf(frame);
  learnFinal(at.finalRow0, outputs, (bit - squashOne(at.finalStretch0)) * model.finalLearningRate);
  learnFinal(at.finalRow1, outputs, (bit - squashOne(at.finalStretch1)) * model.finalLearningRate);
  for (let set: i32 = 0; set < setCount; set++) {
    const error = (bit - load<f32>(probabilities + (set << 2))) * model.learningRate;
    const weights = load<u32>(rows + (set << 2));
    const step = f32x4.splat(error);
    for (let i: i32 = 0; i < inputCount << 2; i += 16) {
      v128.store(weights + i, f32x4.add(v128.load(weights + i), f32x4.mul(step, v128.load(inputs + i))));
    }
  }
  correctAdjustment(at.adjustment0, at.position, bit, model.adjustmentRate);
  correctAdjustment(at.adjustment1, at.position, bit, model.adjustmentRate);
}

function correctCells(model: Model, frame: usize, bit: f32): void {
  const cells = cellsOf(frame);
  const limit = model.cellLimit;
  for (let i: i32 = 0; i < sourceCount; i++) {
    const cell = <usize>load<u32>(cells + (i << 2));
    if (cell == model.cells) continue;
    const p = load<f32>(cell);
    const times = load<f32>(cell, 4);
    store<f32>(cell, p + (bit - p) / (times + <f32>1.6));
    if (times < limit) store<f32>(cell, times + 1, 4);
  }
}

function correctAdjustment(cells: usize, position: f32, bit: f32, rate: f32): void {
  const index = <i32>position;
  const share = position - <f32>index;
  const cell = cells + ((<usize>index) << 2);
  const low = load<f32>(cell);
  const high = load<f32>(cell, 4);
  store<f32>(cell, low + (bit - low) * rate * (<f32>1 - share));
  store<f32>(cell, high + (bit - high) * rate * share, 4);
}
