import type { PlainError } from './errors.ts';

/** A folder that transformers and vLLM read, or one file that llama.cpp reads. */
export const exportFormats = ['huggingface', 'gguf'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Of the weight matrices. `q8_0` is a type of GGUF's: 8 bits and a factor for every 32 of them. */
export const exportDtypes = ['f32', 'f16', 'q8_0'] as const;
export type ExportDtype = (typeof exportDtypes)[number];

/** Paths are absolute. */
export interface ExportRequest {
  readonly type: 'export';
  /** folder of the model */
  readonly model: string;
  readonly format: ExportFormat;
  readonly dtype: ExportDtype;
  /** a folder that is new or empty; or a file, which is replaced */
  readonly out: string;
}

export interface ImportRequest {
  readonly type: 'import';
  /** a Hugging Face model folder */
  readonly from: string;
  /** folder of the model that it becomes; replaced as a whole */
  readonly checkpoint: string;
}

export type InterchangeRequest = ExportRequest | ImportRequest;

/** What is being done: each begins once, in this order. */
export type InterchangeStage = 'reading' | 'writing';

export interface InterchangeReport {
  readonly parameters: number;
  readonly vocabSize: number;
  /** that were written */
  readonly bytes: number;
}

/** from the converter, which answers one request */
export type InterchangeEvent =
  | { readonly type: 'stage'; readonly stage: InterchangeStage }
  | { readonly type: 'done'; readonly report: InterchangeReport }
  | { readonly type: 'failed'; readonly error: PlainError };
