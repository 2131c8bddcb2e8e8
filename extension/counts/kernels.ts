/** Byte address in the counting model's memory. */
export type Address = number & { readonly __unit: 'bytes' };

/** The part of `assembly/index.ts` that counts. `model` is what plan.ts has written; tokens are ranks in the code tree. */
export interface CountKernels {
  /** first byte that the module's own constant tables do not use */
  heapBase(): number;
  /** bytes of `Model.state`: what a supposed token changes */
  countsStateBytes(): number;
  /** a new document begins: nothing is counted in the file */
  countsBegin(model: Address): void;
  /** a whole document u16[length]: begins it, scores and learns token by token; returns bits */
  countsLearn(model: Address, tokens: Address, length: number): number;
  /** the document's counts go into the project's */
  countsFold(model: Address): void;
  /** counts tokens [from, to) of a document in the project without scoring them, or takes them out again; the place is then behind them */
  countsFoldTokens(model: Address, tokens: Address, from: number, to: number, add: boolean): void;
  /** the file becomes these tokens, the place is behind the first `before` of them */
  countsSetDocument(model: Address, tokens: Address, length: number, before: number): void;
  /** looks up the contexts of the place; before any of the three that follow */
  countsLocate(model: Address): void;
  /** P(token); leaves its decisions for countsLearnScored */
  countsScore(model: Address, token: number): number;
  /** out f64[vocabSize] written; stack 33 · 32 bytes */
  countsDistribution(model: Address, out: Address, stack: Address): void;
  /**
   * the `most` likeliest tokens in [low, high), most likely first: ids i32[most], probabilities f64[most] written; heap
   * (room + 1) · 32 bytes; returns how many there are
   */
  countsLikeliest(
    model: Address,
    low: number,
    high: number,
    most: number,
    ids: Address,
    probabilities: Address,
    heap: Address,
    room: number,
  ): number;
  /** learns from the decisions of the token scored last */
  countsLearnScored(model: Address, token: number): void;
  /** counts the token in the file, whose end the place must be, and goes on behind it */
  countsAppend(model: Address, token: number): void;
  /** goes on behind the token */
  countsAdvance(model: Address, token: number): void;
}
