import { type Chunk, normWeight, type Pass, rowAt } from './forward.ts';
import type { Ptr } from './kernels.ts';
import { cutRows } from './weightTasks.ts';

/**
 * Who may add to the head's weight gradient: its blocks of rows each take one addition after the other, whichever thread makes it, so that
 * every element is one sum in one order.
 */
export interface Turns {
  /** Returns when everyone before `turn` has added to this block. @throws when another thread failed */
  await(block: number, turn: number): void;
  pass(block: number, turn: number): void;
}

/** What a micro-batch's share of a step is. */
export interface HeadStep {
  /** 1 ÷ tokens of the step */
  readonly lossScale: number;
  /** add to the gradients of the micro-batches before */
  readonly accumulate: boolean;
}

/** Columns of logits that are computed at a time when only the losses are wanted: panels of 8, few enough for the second cache. */
const vocabularyBlock = 512;

/** losses of the chunk's rows from what the last layer gave; the logits come in blocks of the vocabulary */
export function headForward(pass: Pass, chunk: Chunk): void {
  const { kernels, config, plan, workspace } = pass;
  const { hiddenSize: h, vocabSize } = config;
  const { finalNorm, logits: block, transient: known, scratch } = workspace;
  const rows = chunk.sequences * chunk.length;
  const targets = rowAt(plan.targets, chunk.rowStart, 1);
  // What the workspace has room for, whatever the shape.
  const widest = Math.floor((plan.headRows * vocabSize) / rows / 8) * 8;
  const step = Math.max(8, Math.min(vocabularyBlock, widest));
  normalise(pass, chunk);
  for (let idStart = 0; idStart < vocabSize; idStart += step) {
    const cols = Math.min(step, vocabSize - idStart);
    // A block of 8 columns begins at the same element in the panels as in the weight.
    const panels = rowAt(plan.head.forwardPanels, idStart, h);
    kernels.matmul(block, cols, finalNorm, h, panels, rows, cols, h, false, scratch);
    kernels.crossEntropyBlock(known, block, targets, rows, cols, idStart);
  }
  kernels.crossEntropyLosses(rowAt(plan.losses, chunk.rowStart, 1), known, targets, rows);
}

/**
 * losses of the chunk's rows, the gradient of the final norm's output in `workspace.transient`, and the chunk's share of the head's weight
 * gradient. Logits exist for a block of rows at a time: all that is made of them is made at once.
 */
export function headForwardBackward(pass: Pass, chunk: Chunk, step: HeadStep, turns: Turns): void {
  const { kernels, config, plan, workspace } = pass;
  const { hiddenSize: h, vocabSize } = config;
  const { transient, scratch } = workspace;
  // Every chunk before this one has the rows of the first.
  const rowsBefore = chunk.index === 0 ? 0 : chunk.rowStart / chunk.index;
  const turnsBefore = chunk.index * Math.ceil(rowsBefore / plan.headRows);
  normalise(pass, chunk);
  eachBlock(pass, chunk, (row, rows, block) => {
    logits(pass, row, rows);
    const at = chunk.rowStart + row;
    const [losses, targets] = [rowAt(plan.losses, at, 1), rowAt(plan.targets, at, 1)];
    kernels.crossEntropy(losses, workspace.logits, targets, rows, vocabSize, step.lossScale);
    const dNorm = rowAt(transient, row, h);
    const { backwardPanels } = plan.head;
    kernels.matmul(dNorm, h, workspace.logits, vocabSize, backwardPanels, rows, h, vocabSize, false, scratch);
    addToGradient(pass, row, rows, turnsBefore + block, step.accumulate, turns);
  });
}

/** Calls back for each block of the chunk's rows: first row within the chunk, number of rows, number of the block. */
function eachBlock(
  { plan }: Pass,
  chunk: Chunk,
  use: (row: number, rows: number, block: number) => void,
): void {
  const total = chunk.sequences * chunk.length;
  for (let row = 0, block = 0; row < total; row += plan.headRows, block++) {
    use(row, Math.min(plan.headRows, total - row), block);
  }
}

function normalise({ kernels, config, plan, workspace }: Pass, chunk: Chunk): void {
  const h = config.hiddenSize;
  kernels.rmsnormForward(
    workspace.finalNorm,
    workspace.finalRstd,
    rowAt(plan.finalInput, chunk.rowStart, h),
    normWeight(plan, 2 * config.numHiddenLayers),
    chunk.sequences * chunk.length,
    h,
    config.rmsNormEps,
  );
}

function logits({ kernels, config, plan, workspace }: Pass, row: number, rows: number): void {
  const { hiddenSize: h, vocabSize } = config;
  kernels.matmul(
    workspace.logits,
    vocabSize,
    rowAt(workspace.finalNorm, row, h),
    h,
    plan.head.forwardPanels,
    rows,
    vocabSize,
    h,
    false,
    workspace.scratch,
  );
}

/** The first turn of a step writes, so that nobody has to clear the gradient before. */
function addToGradient(
  pass: Pass,
  row: number,
  rows: number,
  turn: number,
  accumulate: boolean,
  turns: Turns,
): void {
  const { kernels, config, plan, workspace } = pass;
  const { hiddenSize: h, vocabSize } = config;
  const gradient = (plan.gradients + 4 * plan.head.offset) as Ptr;
  cutRows(plan.head).forEach(([rowStart, rowEnd], block) => {
    turns.await(block, turn);
    kernels.matmulTransposed(
      gradient,
      workspace.logits,
      vocabSize,
      rowAt(workspace.finalNorm, row, h),
      h,
      rows,
      vocabSize,
      h,
      rowStart,
      rowEnd,
      accumulate || turn > 0,
      workspace.scratch,
    );
    turns.pass(block, turn);
  });
}
