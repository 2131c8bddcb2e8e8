/** A key of the editor's or the browser's own, which a part of the page leaves alone. */
export function hasModifier({ ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return ctrlKey || metaKey || altKey;
}
