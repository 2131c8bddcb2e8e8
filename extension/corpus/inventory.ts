import {
  type CorpusEntry,
  type CorpusPage,
  type CorpusQuery,
  type CorpusSide,
  pageEntries,
} from '../protocol/corpus.ts';

interface Folder {
  readonly entries: CorpusEntry[];
  /** by name */
  readonly folders: Map<string, Folder>;
  files: number;
  bytes: number;
  secrets: number;
  inModel: boolean;
  sorted: readonly CorpusEntry[] | null;
}

/** What a workspace is made of for who learns from it: folders of what is learnt, and of what is left out. */
export class Inventory {
  readonly #sides: Readonly<Record<CorpusSide, Folder>>;

  /** @param learnt files, and @param leftOut files and whole folders: in any order */
  constructor(learnt: Iterable<CorpusEntry>, leftOut: Iterable<CorpusEntry>) {
    this.#sides = { learnt: treeOf(learnt), leftOut: treeOf(leftOut) };
  }

  page({ side, folder: path, from }: Pick<CorpusQuery, 'side' | 'folder' | 'from'>): CorpusPage {
    let folder: Folder | undefined = this.#sides[side];
    for (const name of path.split('/').slice(0, -1)) folder = folder?.folders.get(name);
    if (folder === undefined) return { entries: [], total: 0, files: 0, bytes: 0 };
    folder.sorted ??= sorted(folder, path);
    return {
      entries: folder.sorted.slice(from, from + pageEntries),
      total: folder.sorted.length,
      files: folder.files,
      bytes: folder.bytes,
    };
  }
}

function treeOf(entries: Iterable<CorpusEntry>): Folder {
  const top = emptyFolder();
  for (const entry of entries) {
    let folder = top;
    add(folder, entry);
    for (const name of entry.path.replace(/\/$/, '').split('/').slice(0, -1)) {
      let below = folder.folders.get(name);
      if (below === undefined) folder.folders.set(name, (below = emptyFolder()));
      folder = below;
      add(folder, entry);
    }
    folder.entries.push(entry);
  }
  return top;
}

function emptyFolder(): Folder {
  return { entries: [], folders: new Map(), files: 0, bytes: 0, secrets: 0, inModel: false, sorted: null };
}

function add(folder: Folder, { files, bytes, secrets, inModel }: CorpusEntry): void {
  folder.files += files;
  folder.bytes += bytes ?? 0;
  folder.secrets += secrets;
  folder.inModel ||= inModel;
}

function sorted({ entries, folders }: Folder, path: string): CorpusEntry[] {
  const below = Array.from(folders, ([name, { files, bytes, secrets, inModel }]): CorpusEntry => {
    return { path: `${path}${name}/`, files, bytes, secrets, reason: null, inModel };
  });
  return [...below, ...entries].sort(foldersFirst);
}

function foldersFirst(a: CorpusEntry, b: CorpusEntry): number {
  const order = Number(b.path.endsWith('/')) - Number(a.path.endsWith('/'));
  return order === 0 ? (a.path < b.path ? -1 : 1) : order;
}
