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

/** A failure with one sentence for the user: what was expected, what came, what to do. */
export class NihiloError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'NihiloError';
    this.code = code;
  }
}

/** An error as plain data, so that it survives `postMessage`. `stack` is present for bugs only. */
export interface PlainError {
  readonly code: ErrorCode | 'bug';
  readonly message: string;
  readonly stack?: string;
}

export function toPlainError(error: unknown): PlainError {
  if (error instanceof NihiloError) return { code: error.code, message: error.message };
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
  if (plain.code !== 'bug') return new NihiloError(plain.code, plain.message);
  const error = new Error(plain.message);
  if (plain.stack !== undefined) error.stack = plain.stack;
  return error;
}
