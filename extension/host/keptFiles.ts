import type { InspectorRequest } from '../protocol/inspector.ts';

type Kept = Extract<InspectorRequest, { type: 'keep' }>['what'];

/** The name that is proposed for each page that the Inspector gives away, and its kind of file. */
export const keptFiles: Readonly<Record<Kept, { readonly name: string; readonly format: 'csv' | 'html' }>> = {
  sheet: { name: 'pencil.csv', format: 'csv' },
  printedSheet: { name: 'pencil.html', format: 'html' },
  printedPass: { name: 'pass.html', format: 'html' },
  curves: { name: 'training-curves.csv', format: 'csv' },
};

/** Whether a browser beside this editor finds the file: not where editor and files are on different machines, or the editor is a page itself. */
export function isWithinReach(
  { scheme }: { readonly scheme: string },
  { remoteName, isWeb }: { readonly remoteName: string | undefined; readonly isWeb: boolean },
): boolean {
  return scheme === 'file' && remoteName === undefined && !isWeb;
}
