/** What a suggestion replaces in the cursor's line, before the cursor. */
export interface Insertion {
  /** where the replaced text begins */
  readonly from: number;
  /** what stands there instead, before what is suggested */
  readonly head: string;
  /** the line as it will be up to the suggestion */
  readonly lineSoFar: string;
}

/** The selected entry of the list of suggestions: what it would put in place of which part of the line. */
export interface SelectedEntry {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Where the list of suggestions is open, only what continues its selected entry can be shown; else the line so far is replaced by itself, so
 * that the suggestion stays while typed text is taken back.
 * @param selected null: the list is not open
 * @returns null where nothing can be shown
 */
export function insertionAt(line: string, cursor: number, selected: SelectedEntry | null): Insertion | null {
  if (selected === null) {
    const lineSoFar = line.slice(0, cursor);
    return { from: 0, head: lineSoFar, lineSoFar };
  }
  if (selected.end !== cursor) return null;
  return {
    from: selected.start,
    head: selected.text,
    lineSoFar: line.slice(0, selected.start) + selected.text,
  };
}
