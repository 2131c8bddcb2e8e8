import { type CorpusEntry, type CorpusPage, type CorpusSide, pageEntries } from '../protocol/corpus.ts';

/** A line of the tree: one of its two roots, a file or folder, or some of a folder that has too many to be shown at once. */
export type CorpusNode =
  | { readonly kind: 'side'; readonly side: CorpusSide }
  | { readonly kind: 'entry'; readonly side: CorpusSide; readonly entry: CorpusEntry }
  | {
      readonly kind: 'page';
      readonly side: CorpusSide;
      readonly folder: string;
      readonly from: number;
      /** behind its last entry */
      readonly to: number;
      readonly total: number;
    };

export interface CorpusPlace {
  readonly side: CorpusSide;
  readonly folder: string;
  readonly from: number;
}

/** Where the children of a node are found; null: it has none. */
export function placeOf(node: CorpusNode): CorpusPlace | null {
  switch (node.kind) {
    case 'side':
      return { side: node.side, folder: '', from: 0 };
    case 'page':
      return node;
    case 'entry':
      return isOpenable(node.entry) ? { side: node.side, folder: node.entry.path, from: 0 } : null;
  }
}

/** A folder that is left out as a whole has been looked into by nobody. */
export function isOpenable({ path, reason }: CorpusEntry): boolean {
  return path.endsWith('/') && reason === null;
}

/** What is shown below a node: the entries of a page and, behind the first, one line for each other page. */
export function childrenOf(
  { side, folder, from }: CorpusPlace,
  { entries, total }: CorpusPage,
): CorpusNode[] {
  const nodes: CorpusNode[] = entries.map((entry) => ({ kind: 'entry', side, entry }));
  if (from > 0) return nodes;
  for (let next = pageEntries; next < total; next += pageEntries) {
    nodes.push({ kind: 'page', side, folder, from: next, to: Math.min(total, next + pageEntries), total });
  }
  return nodes;
}

/** The last name of a path. */
export function nameOf(path: string): string {
  return path.replace(/\/$/, '').split('/').at(-1)!;
}

/** For example `812 B`, `3.4 kB`, `12 MB`. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${value < 9.95 && unit > 0 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
}
