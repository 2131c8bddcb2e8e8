import { previous, State } from './contexts';
import { cellsOf, Frame, outsideProbability, rowsOf } from './decision';
import {
  adjustmentCells,
  contextCount,
  hashedAdjustments,
  inputCount,
  Model,
  orderCount,
  outsideClasses,
} from './model';
import { stretchOne } from './numbers';

/** Chooses the row of each set of weights, and the adjustments, by what is known at the node. */
export function selectRows(model: Model, frame: usize, depth: i32): void {
  const at = changetype<Frame>(frame);
  const nothing = <u32>model.cells;
  const project = cellsOf(frame);
  const file = project + (contextCount << 2);
  const orders = longest(project, nothing) * (orderCount + 1) + longest(file, nothing);
  const known = seen(project, nothing) * (contextCount - orderCount + 1) + seen(file, nothing);
  const state = changetype<State>(model.state);
  const shallow = min(depth, 11);
  const t1 = <i32>previous(model, 1);
  const inWord = state.word != 0 ? 1 : 0;
  const inBracket = state.brackets > 0 ? 1 : 0;
  const atStart = state.tokenInLine == 0 ? 1 : 0;
  const place = (((shallow * 4 + state.lexical) * 2 + inWord) * 2 + inBracket) * 2 + atStart;
  setRow(model, frame, 0, at.node);
  setRow(model, frame, 1, orders * 12 + shallow);
  setRow(model, frame, 2, min(t1, model.vocabSize));
  setRow(model, frame, 3, known * 2 + (depth == 0 ? 1 : 0));
  setRow(model, frame, 4, place);
  setRow(model, frame, 5, outsideClass(model, at.node) * (orderCount + 1) * (orderCount + 1) + orders);
  at.finalRow0 = model.finalWeights + <usize>(orders * 32);
  at.finalRow1 = model.finalWeights + <usize>(((orderCount + 1) * (orderCount + 1) + place) * 32);
  const hashed = <i32>(((<u32>(at.node * 0x9e3779b1 + t1 * 0x85ebca6b)) >> 16) & (hashedAdjustments - 1));
  at.adjustment0 = model.adjustments + <usize>(at.node * adjustmentCells * 4);
  at.adjustment1 = model.adjustments + <usize>((model.vocabSize + hashed) * adjustmentCells * 4);
}

function outsideClass(model: Model, node: i32): i32 {
  if (!model.hasOutside) return 0;
  const p = outsideProbability(model, node);
  return 1 + max(0, min(outsideClasses - 2, <i32>((stretchOne(p) + 8) * <f32>0.75)));
}

/** The longest order that knows something, plus one; 0 when none does. */
function longest(cells: usize, nothing: u32): i32 {
  let order = orderCount;
  while (order > 0 && load<u32>(cells + ((order - 1) << 2)) == nothing) order--;
  return order;
}

/** How many of the other contexts know something. */
function seen(cells: usize, nothing: u32): i32 {
  let sum = 0;
  for (let i = orderCount; i < contextCount; i++) if (load<u32>(cells + (i << 2)) != nothing) sum++;
  return sum;
}

function setRow(model: Model, frame: usize, set: i32, index: i32): void {
  const row = load<i32>(model.setStarts + (set << 2)) + index;
  store<u32>(rowsOf(frame) + (set << 2), <u32>(model.weights + <usize>(row * inputCount * 4)));
}
