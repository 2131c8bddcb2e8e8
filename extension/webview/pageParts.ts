import type { PagePart } from '../protocol/inspector.ts';

/** Of each part: what takes the keyboard, the first of these that is on the screen. */
const stops: Readonly<Record<PagePart, readonly string[]>> = {
  inspector: ['.rail-entry[tabindex="0"]', '.rail-select select', '.notice button'],
  tokenStrip: ['.strip [role="option"][tabindex="0"]', '.notice button'],
  details: ['.details', '.notice button'],
};

/** Where a part of the page takes the keyboard; null: it is not there yet. */
export function partToFocus(part: PagePart, root: ParentNode): HTMLElement | null {
  const found = stops[part].flatMap((stop) => [...root.querySelectorAll<HTMLElement>(stop)]);
  // Where there is little room the rail is a list to choose from.
  return found.find((element) => element.offsetParent !== null) ?? null;
}
