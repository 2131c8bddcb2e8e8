import { inEnglish, type Sentence } from './sentence.ts';

/** What a user can act on. Anything else that is thrown is a bug and keeps its stack. */
export type ErrorCode =
  | 'corpusEmpty'
  | 'corpusTooSmall'
  | 'folderUnreadable'
  | 'checkpointMissing'
  | 'checkpointTorn'
  | 'checkpointForeign'
  | 'configInvalid'
  | 'memoryTooSmall'
  | 'memoryUnavailable'
  | 'storageFailed'
  | 'trainingBusy'
  | 'trainingCancelled'
  | 'trainingDiverged'
  | 'workerFailed'
  | 'positionInvalid'
  | 'argumentInvalid';

/** A failure with one sentence for the user: what was expected, what came, what to do. Its `message` is that in English. */
export class NihiloError extends Error {
  readonly code: ErrorCode;
  readonly sentence: Sentence;

  constructor(code: ErrorCode, sentence: Sentence, options?: ErrorOptions) {
    super(inEnglish(sentence), options);
    this.name = 'NihiloError';
    this.code = code;
    this.sentence = sentence;
  }
}

/** An error as plain data, so that it survives `postMessage`. What a user can act on says so twice: in English and for a translator. */
export type PlainError =
  | {
      readonly code: ErrorCode;
      readonly message: string;
      readonly sentence: Sentence;
      readonly stack?: never;
    }
  | { readonly code: 'bug'; readonly message: string; readonly stack?: string };

export function toPlainError(error: unknown): PlainError {
  if (error instanceof NihiloError) {
    const { code, message, sentence } = error;
    return { code, message, sentence };
  }
  if (error instanceof Error) {
    return {
      code: 'bug',
      message: error.message,
      ...(error.stack === undefined ? {} : { stack: error.stack }),
    };
  }
  return { code: 'bug', message: String(error) };
}

export function fromPlainError(plain: PlainError): Error {
  if (plain.code !== 'bug') return new NihiloError(plain.code, plain.sentence);
  const error = new Error(plain.message);
  if (plain.stack !== undefined) error.stack = plain.stack;
  return error;
}
