/*
 * The counting model's memory: one structure of addresses and settings. extension/counts/plan.ts writes it and has the same fields in the
 * same order. Tokens are their ranks: places among the leaves of the code tree.
 */

/** Contexts that are counted, see contexts.ts; the first `orderCount` are ever more of the last tokens. */
export const contextCount: i32 = 23;
export const orderCount: i32 = 7;
/** A source of evidence is a context's counts in the project (the first half) or in the file. */
export const sourceCount: i32 = 2 * contextCount;
export const chainCount: i32 = 3;
/** Sources of a chain, and its end. */
export const chainRoom: i32 = 48;
/** Inputs of a mixer, in whole vectors: sources, an outside model, chains, a constant. */
export const outsideInput: i32 = 2 * contextCount;
export const chainInput: i32 = outsideInput + 1;
export const constantInput: i32 = chainInput + chainCount;
export const inputCount: i32 = (constantInput + 1 + 3) & ~3;
/** Sets of weights, in each of which something else chooses the row. */
export const setCount: i32 = 6;
/** Classes of what the outside model says: nothing, then from a certain 0 to a certain 1. */
export const outsideClasses: i32 = 13;
/** Levels of a count, and what more a cell is chosen by: where the last token lies, whether it is the only one. */
export const levelCount: i32 = 14;
export const cellsPerSource: i32 = levelCount * levelCount * 6;
/** Levels of a count times those of the number of its tokens. */
export const bucketCount: i32 = levelCount * 6;
/** Cells of an adjustment: the stretched probability from −8 to 8 in half steps. */
export const adjustmentCells: i32 = 33;
/** Adjustments that are chosen by node and last token share so many. */
export const hashedAdjustments: i32 = 16384;
/** Open brackets that are remembered. */
export const stateBrackets: i32 = 32;
/** Most decisions of a token: its code has so many bits. */
export const mostDepth: i32 = 32;

/** Counts by context: a hash table, see tally.ts. */
@unmanaged
export class Tally {
  /** buckets of 64 bytes, an even number of them */
  table: usize;
  buckets: u32;
  /** what lists and dense counts are cut from */
  arena: usize;
  arenaNext: usize;
  arenaEnd: usize;
  /** first free block of each class */
  free0: usize;
  free1: usize;
  free2: usize;
  free3: usize;
  free4: usize;
}

@unmanaged
export class Model {
  vocabSize: i32;
  root: i32;
  /** u32[vocabSize]: the path to each leaf, first decision in the highest bit */
  codes: usize;
  /** u8[vocabSize] */
  depths: usize;
  /** i32[vocabSize, 2]: of node i the children on side 0 and 1; a leaf is −1 − rank */
  children: usize;
  /** u32[vocabSize + 1] and u8: the bytes of each token */
  byteStarts: usize;
  bytes: usize;
  /** Tally */
  project: usize;
  file: usize;
  /** the tokens that are counted in the file: u16 ranks and u64[contextCount] of each */
  document: usize;
  documentHashes: usize;
  documentLength: i32;
  /** the tokens before the place that is predicted, u16 ranks */
  text: usize;
  textLength: i32;
  /** of that place: State, u64[contextCount] and u32[sourceCount], the address of each source's counts or 0 */
  state: usize;
  hashes: usize;
  found: usize;
  /** u32[vocabSize]: the last two tokens that followed each in the text; a document's contexts are then the same whenever it is counted */
  followers: usize;
  /** f32[sourceCount · cellsPerSource + 1, 2]: probability of side 1, number of corrections; the first is nobody's */
  cells: usize;
  /** f32[rows, inputCount]: the sets' rows one behind the other; i32[8]: where each set's begin */
  weights: usize;
  setStarts: usize;
  /** f32[finalRows, 8] */
  finalWeights: usize;
  /** f32[vocabSize + hashedAdjustments, adjustmentCells] */
  adjustments: usize;
  /** f32[chainCount, sourceCount, bucketCount] */
  shares: usize;
  /** u8[chainCount, chainRoom]: the sources of each chain, ended by 255 */
  chains: usize;
  /** Frame of each decision of a token */
  frames: usize;
  /** f32[vocabSize]: an outside model's probability of side 1 at each node */
  outside: usize;
  hasOutside: i32;
  scratch: usize;
  learningRate: f32;
  finalLearningRate: f32;
  chainRate: f32;
  adjustmentRate: f32;
  /** most corrections that slow a cell down */
  cellLimit: f32;
}
