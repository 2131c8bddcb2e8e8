/** How much is marked at most: a line of a minified file may be longer than all that anybody sees of it. */
const mostMarked = 16_000;
/** Text above that the model reads before the first mark. */
const contextCharacters = 4_000;

/** Offsets into a document, in UTF-16 code units. */
export interface SeenText {
  /** where the lines begin and end that would be marked */
  readonly lines: readonly [from: number, to: number];
  /** what is seen of them; of a line that goes on beyond the window, all */
  readonly seen: readonly [from: number, to: number];
  readonly cursor: number;
}

/** What is read, and from where on it is marked. */
export interface SurpriseReach {
  readonly begin: number;
  readonly from: number;
  readonly to: number;
}

/**
 * As much as can be marked soon: whole lines, or of long ones what is around the cursor, else from where they are seen.
 * @param lineStart offset at which the line of an offset begins
 */
export function surpriseReach(
  { lines: [first, last], seen: [seenFrom, seenTo], cursor }: SeenText,
  lineStart: (offset: number) => number,
): SurpriseReach {
  const isAtCursor = seenTo - seenFrom > mostMarked / 2 && cursor >= seenFrom && cursor <= seenTo;
  const middle = isAtCursor ? cursor : seenFrom;
  const from = Math.max(first, Math.min(middle - mostMarked / 2, last - mostMarked));
  const to = Math.min(last, from + mostMarked);
  // The model reads whole lines, as long as they are not too long.
  const context = Math.max(0, from - contextCharacters);
  return { begin: Math.max(lineStart(context), context - contextCharacters, 0), from, to };
}
