/** Lines of a file that its text is without. */
export interface RemovedLines {
  /** lines of the text before them */
  readonly before: number;
  readonly lines: number;
}

/** Number of line ends (LF, CR LF, CR), as an editor counts them. */
export function lineCount(bytes: Uint8Array): number {
  return bytes.reduce(
    (count, byte, i) =>
      count + Number(byte === lineFeed || (byte === carriageReturn && bytes[i + 1] !== lineFeed)),
    0,
  );
}

const lineFeed = 10;
const carriageReturn = 13;

/**
 * A text whose line ends (LF, CR LF, CR) are all LF: what a line ends with is no part of what somebody writes in it, and files of either
 * kind teach the same.
 */
export function withLineFeeds(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(carriageReturn)) return bytes;
  const isRepeated = (byte: number, i: number): boolean =>
    byte === lineFeed && bytes[i - 1] === carriageReturn;
  return bytes
    .filter((byte, i) => !isRepeated(byte, i))
    .map((byte) => (byte === carriageReturn ? lineFeed : byte));
}

/** What of a document tells where in its file it stands. */
interface Place {
  readonly linesBefore: number;
  readonly removed?: RemovedLines;
}

/** @param line of the document, from 0 @returns the line of its file, from 1 */
export function lineInFile({ linesBefore, removed }: Place, line: number): number {
  const kept = linesBefore + line;
  return 1 + kept + (removed !== undefined && kept >= removed.before ? removed.lines : 0);
}
