import type { AuditEvent, AuditRequest } from './audit.ts';
import type { CorpusPage, CorpusQuery } from './corpus.ts';
import type { PlainError } from './errors.ts';
import type { CorpusRequest } from './training.ts';

/**
 * A binary tree whose leaves are the tokens: predicting a token is a path of decisions. Relatives lie side by side, so that they share
 * decisions, and tokens that begin alike are a range.
 */
export interface CodeTree {
  /** place of each token id among the leaves */
  readonly ranks: Uint16Array;
  /** token id of each leaf */
  readonly ids: Uint16Array;
  /** the path to each leaf, first decision in the highest bit */
  readonly codes: Uint32Array;
  readonly depths: Uint8Array;
  /** i32[leaves, 2]: the children of node i, whose side 1 begins with leaf i; a leaf is −1 − its place */
  readonly children: Int32Array;
  readonly root: number;
}

export interface CountsCapacity {
  /** most tokens of all documents together; what comes beyond displaces what was seen once */
  readonly projectTokens: number;
  /** most tokens of one document */
  readonly documentTokens: number;
}

/** A counting model on its way to another thread. */
export interface CountsTransfer {
  /** shared, so that nothing is copied; only one thread may use it. What is in it, where no memory can be shared. */
  readonly memory: WebAssembly.Memory | Uint8Array<ArrayBuffer>;
  readonly tree: CodeTree;
  readonly capacity: CountsCapacity;
}

/** A document of the index, without its tokens. */
export interface IndexedFile {
  /** as the corpus names it */
  readonly path: string;
  /** as a training knows it, which holds files out by it; absent: as the corpus names it */
  readonly place?: string;
  /** of its licence, which is not counted */
  readonly removed?: { readonly before: number; readonly lines: number };
}

/** All that was counted of a workspace. Its arrays lie in shared memory, where memory can be shared. */
export interface WorkspaceIndex {
  readonly edition: number;
  readonly tokenizerJson: string;
  /** SHA-256 of it, as `ModelSummary` has it */
  readonly tokenizer: string;
  /** whether the counts have learnt how far to trust the checkpoint's transformer */
  readonly heard: boolean;
  readonly counts: CountsTransfer;
  readonly files: readonly IndexedFile[];
  /** u16: the documents' ids one behind the other, each ended by end-of-text */
  readonly tokens: Uint16Array;
  /** where each document begins, and where the last one ends */
  readonly starts: Int32Array;
  /** `SuffixIndex.suffixes` of them */
  readonly suffixes: Int32Array;
}

/** What of an index can be given away rather than copied, where no memory can be shared. */
export function indexBuffers({ counts, tokens, starts, suffixes }: WorkspaceIndex): ArrayBuffer[] {
  const arrays = [counts.memory, tokens, starts, suffixes];
  return arrays.map((array) => array.buffer).filter((buffer) => buffer instanceof ArrayBuffer);
}

/** A file as it is now. `ids` is null when it is gone or must not be learnt from; then all files below it are, too. */
export interface FileChange extends IndexedFile {
  readonly ids: Uint16Array | null;
}

export interface IndexRequest {
  readonly corpus: CorpusRequest;
  /** absolute path of the model's folder, whether it exists or not; null: counts alone */
  readonly checkpoint: string | null;
  /** absolute path of the folder in which it is kept how far to trust its transformer in this workspace; null: nowhere */
  readonly trustFolder: string | null;
  readonly reproducible: boolean;
  /** how far to trust the transformer is learnt anew, although it was saved */
  readonly relearn: boolean;
  /** told with everything that comes of this request */
  readonly edition: number;
}

/** `weighing`: it is learnt how far to trust the transformer, while an index without it serves. */
export type IndexStage = 'reading' | 'tokenizing' | 'counting' | 'weighing';

/** to the indexer */
export type IndexerRequest =
  | { readonly type: 'build'; readonly request: IndexRequest }
  /** absolute paths of files that were created, changed or removed */
  | { readonly type: 'read'; readonly files: readonly string[] }
  | { readonly type: 'list'; readonly id: number; readonly query: CorpusQuery }
  /** of a worker that does nothing else */
  | { readonly type: 'audit'; readonly request: AuditRequest };

/** from the indexer */
export type IndexerEvent =
  | { readonly type: 'stage'; readonly stage: IndexStage }
  | { readonly type: 'index'; readonly index: WorkspaceIndex }
  /** something is not as it should be, and the index comes all the same */
  | { readonly type: 'notice'; readonly sentence: string }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly error: PlainError }
  /** of `audit`, which `failed` can end, too */
  | Exclude<AuditEvent, { type: 'failed' }>
  /** answers `list` by its id */
  | { readonly type: 'listed'; readonly id: number; readonly page: CorpusPage }
  | { readonly type: 'notListed'; readonly id: number; readonly error: PlainError }
  /** `outdated`: more has changed than single files; only a new index has it all */
  | {
      readonly type: 'changes';
      readonly edition: number;
      readonly changes: readonly FileChange[];
      readonly outdated: boolean;
    };
