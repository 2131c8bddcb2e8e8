/** What the operations of a forward pass make, by the place in memory where they leave it. */
export type OperationName =
  | 'embedding'
  | 'inputNorm'
  | 'queryKeyValue'
  | 'rotation'
  | 'attention'
  | 'middle'
  | 'middleNorm'
  | 'up'
  | 'activated'
  | 'output'
  | 'finalNorm'
  | 'logits';

export interface Operation {
  readonly name: OperationName;
  /** null: before the first layer, or behind the last */
  readonly layer: number | null;
  /** of the engine, as they ran; a copy that something is added to is one operation with what adds */
  readonly kernels: readonly string[];
  /** what it reads that nothing computed: weights by Hugging Face's names, the tokens' IDs, the table of rotations */
  readonly given: readonly string[];
}

/** One operation reads what another one has left. */
export interface OperationFlow {
  readonly from: number;
  readonly to: number;
  /** what is read, by its name where it was made */
  readonly tensors: readonly string[];
  /** it is what the rest is added to: the way around */
  readonly skips: boolean;
}

/** All operations from tokens to scores in the order in which they ran, and what flows between them, by their indices. */
export interface OperationGraph {
  readonly operations: readonly Operation[];
  readonly flows: readonly OperationFlow[];
}
