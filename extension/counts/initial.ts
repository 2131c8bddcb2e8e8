import { chains } from './contexts.ts';
import {
  adjustmentCells,
  adjustmentRows,
  bucketCount,
  cellsPerSource,
  chainCount,
  chainInput,
  chainRoom,
  constantInput,
  type CountsPlan,
  finalRows,
  inputCount,
  levelCount,
  outsideInput,
  setRows,
  sourceCount,
  tokenLevelCount,
} from './plan.ts';

/** What a level of a count stands for, and one of the number of its tokens (0: not known). */
const levelValues = [0, 1, 2, 3, 4, 5.5, 8, 12, 18.5, 29, 47, 84, 175, 500];
const tokenLevelValues = [1, 2, 3.5, 6.5, 12, 0];
/** A cell begins as if it had been corrected so often. */
const firstCorrections = 4;
const endOfChain = 255;
const sourceWeight = 0.07;
const chainWeight = 0.1;
/** Measured: what there is to learn from once a transformer is there is little, so it begins near where it ends. */
const outsideWeight = 0.4;

/** Writes what the mixers believe before they have seen anything. */
export function writeInitialBeliefs(memory: WebAssembly.Memory, plan: CountsPlan, vocabSize: number): void {
  const floats = (at: number, count: number): Float32Array => new Float32Array(memory.buffer, at, count);
  writeCells(floats(plan.at.cells, 2 * (sourceCount * cellsPerSource + 1)));
  const chainLists = new Uint8Array(memory.buffer, plan.at.chains, chainCount * chainRoom);
  chains.forEach((sources, chain) => chainLists.set([...sources, endOfChain], chain * chainRoom));
  const rows = setRows(vocabSize);
  const starts = new Int32Array(memory.buffer, plan.at.setStarts, 8);
  rows.forEach((_, set) => (starts[set] = rows.slice(0, set).reduce((sum, count) => sum + count, 0)));
  const rowCount = rows.reduce((sum, count) => sum + count, 0);
  writeWeights(floats(plan.at.weights, rowCount * inputCount));
  const finalWeights = floats(plan.at.finalWeights, 8 * finalRows);
  finalWeights.forEach((_, i) => (finalWeights[i] = i % 8 < rows.length ? 1 / rows.length : 0));
  const adjustments = floats(plan.at.adjustments, adjustmentCells * adjustmentRows(vocabSize));
  const middle = (adjustmentCells - 1) / 2;
  adjustments.forEach((_, i) => (adjustments[i] = 1 / (1 + Math.exp((middle - (i % adjustmentCells)) / 2))));
  writeShares(floats(plan.at.shares, chainCount * sourceCount * bucketCount));
}

/** (n1 + .4) / (n + .8), whatever else the cell is chosen by; the first is nobody's and says nothing. */
function writeCells(cells: Float32Array): void {
  cells[0] = 0.5;
  for (let i = 1; 2 * i < cells.length; i++) {
    const levels = Math.floor(((i - 1) % cellsPerSource) / 6);
    const n0 = levelValues[Math.floor(levels / levelCount)]!;
    const n1 = levelValues[levels % levelCount]!;
    cells[2 * i] = (n1 + 0.4) / (n0 + n1 + 0.8);
    cells[2 * i + 1] = firstCorrections;
  }
}

function inputWeight(input: number): number {
  if (input === outsideInput) return outsideWeight;
  if (input >= constantInput) return 0;
  return input >= chainInput ? chainWeight : sourceWeight;
}

function writeWeights(weights: Float32Array): void {
  weights.forEach((_, i) => {
    weights[i] = inputWeight(i % inputCount);
  });
}

/** How far a chain goes over to a source: the further the more it has counted, the fewer tokens share it. */
function writeShares(shares: Float32Array): void {
  shares.forEach((_, i) => {
    const bucket = i % bucketCount;
    const n = Math.max(1, levelValues[Math.floor(bucket / tokenLevelCount)]!);
    const tokens = Math.min(n, tokenLevelValues[bucket % tokenLevelCount]!);
    shares[i] = Math.min(0.9, Math.max(0.05, (n - 0.5 * tokens) / (n + tokens)));
  });
}
