import { NihiloError } from '../protocol/errors.ts';
import { say, type Sentence } from '../protocol/sentence.ts';

/** FILE:LINE:COLUMN as it was typed. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A text divided at a cursor. */
export interface TextAtCursor {
  readonly prefix: string;
  readonly suffix: string;
}

/** Line and column are the last two numbers: a path may hold colons (`C:\a.ts`, `notes:1.txt`). @throws {NihiloError} positionInvalid */
export function parsePlace(text: string): Place {
  const [, file, line, column] = /^(.+):(\d+):(\d+)$/s.exec(text) ?? [];
  if (file === undefined || line === undefined || column === undefined) {
    throw invalid(say`The place should be FILE:LINE:COLUMN, such as src/main.ts:12:5, and is '${text}'.`);
  }
  return { file, line: Number(line), column: Number(column) };
}

/**
 * Lines and columns from 1, columns in UTF-16 code units, one more than the line has at its end: what editors show.
 * @throws {NihiloError} positionInvalid, with the range that is valid
 */
export function textAtCursor(text: string, { file, line, column }: Place): TextAtCursor {
  const starts = lineStarts(text);
  const start = starts[line - 1];
  if (start === undefined) {
    throw invalid(say`The line should be from 1 to ${starts.length} in ${file} and is ${line}.`);
  }
  const length = lineEnd(text, start) - start;
  if (column < 1 || column > length + 1) {
    throw invalid(
      say`The column should be from 1 to ${length + 1} in line ${line} of ${file} and is ${column}.`,
    );
  }
  const at = start + column - 1;
  if (column > 1 && column <= length && text.codePointAt(at - 1)! > 0xffff) {
    throw invalid(
      say`The column should not be inside a character; choose ${column - 1} or ${column + 1} in line ${line} of ${file} instead of ${column}.`,
    );
  }
  return { prefix: text.slice(0, at), suffix: text.slice(at) };
}

const lineBreak = /\r\n|\r|\n/g;

function lineStarts(text: string): number[] {
  return [0, ...Array.from(text.matchAll(lineBreak), (found) => found.index + found[0].length)];
}

function lineEnd(text: string, start: number): number {
  const length = text.slice(start).search(/[\r\n]/);
  return length < 0 ? text.length : start + length;
}

function invalid(sentence: Sentence): NihiloError {
  return new NihiloError('positionInvalid', sentence);
}
