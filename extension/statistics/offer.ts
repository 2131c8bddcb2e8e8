/** A suggestion that an editor is given. Positions are UTF-16 offsets in the document. */
export interface Offer {
  readonly uri: string;
  /** where what it replaces begins */
  readonly start: number;
  /** the document's text from there to the cursor; `full` begins with it, or with less of an indentation that is all of it */
  readonly typed: string;
  /** what would stand from there on */
  readonly full: string;
  /** so many characters of `full` are not the suggestion's own: they are typed, or an entry of the list of suggestions has them */
  readonly given: number;
}

/**
 * @param given characters that the suggestion has from where it is put in, where it leaves them as they are
 * @returns null for what does not go on with the text before the cursor, of which nobody could say what becomes of it
 */
export function offerOf({ typed, full, given, ...at }: Offer): Offer | null {
  if (full.startsWith(typed)) return { ...at, typed, full, given };
  // A line that moves outwards: `else:`, or a closing bracket.
  const indentation = /^[ \t]*/.exec(full)![0];
  const isOutwards = /^[ \t]*$/.test(typed) && typed.startsWith(indentation);
  return isOutwards ? { ...at, typed, full, given: indentation.length } : null;
}
