/**
 * Which editor's text is looked at where none has the keyboard, as after a reload of a window whose Inspector had it.
 * @param visible in which somebody may write
 * @param remembered address of the document that was looked at before
 */
export function followedEditor<
  Editor extends { readonly document: { readonly uri: { toString(): string } } },
>(visible: readonly Editor[], remembered: string | undefined): Editor | undefined {
  return visible.find(({ document }) => document.uri.toString() === remembered) ?? visible[0];
}
