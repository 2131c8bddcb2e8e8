import type { FileChange, IndexedFile } from '../protocol/indexing.ts';

/** What is counted in the project and can be taken out again. */
export interface ProjectCounts {
  /** most tokens of one document */
  readonly documentTokens: number;
  foldDocument(ids: Uint16Array, add: boolean): void;
}

/** Where documents are found again. */
export interface DocumentFinder {
  set(document: string, ids: Uint16Array): void;
  delete(document: string): void;
}

export interface ProjectDocument extends IndexedFile {
  /** ended by end-of-text */
  readonly ids: Uint16Array;
}

/** Files that were edited last count more: so many of them, so many times. */
const mostRecent = 8;
const recentTimes = 2;

/**
 * What of each document is counted in the project: a document that is open is counted as it is shown, so in the project it is not; what
 * was saved of it comes in when it is left.
 */
export class ProjectDocuments {
  readonly #counts: ProjectCounts;
  readonly #finder: DocumentFinder;
  readonly #documents: Map<string, ProjectDocument>;
  /** how many times each document is counted at present */
  readonly #times = new Map<string, number>();
  /** names, the last one that was saved first */
  #recent: string[] = [];
  #open: string | null = null;
  #tokens = 0;

  /** @param documents which are counted and found, once each */
  constructor(counts: ProjectCounts, finder: DocumentFinder, documents: readonly ProjectDocument[]) {
    this.#counts = counts;
    this.#finder = finder;
    this.#documents = new Map(documents.map((document) => [document.path, document]));
    for (const { path, ids } of documents) {
      this.#times.set(path, 1);
      this.#tokens += ids.length;
    }
  }

  /** that are counted; those of a document that is counted twice are twice as many */
  get tokens(): number {
    return this.#tokens;
  }

  get names(): readonly string[] {
    return [...this.#documents.keys()];
  }

  /** The document of this name, or all that are below a folder of this name. */
  within(name: string): ProjectDocument[] {
    const folder = `${name}/`;
    return [...this.#documents.values()].filter(({ path }) => path === name || path.startsWith(folder));
  }

  get(name: string): ProjectDocument | undefined {
    return this.#documents.get(name);
  }

  /** The document that is shown from now on. */
  open(name: string): void {
    if (name === this.#open) return;
    const left = this.#open;
    this.#open = name;
    if (left !== null) this.#settle(left);
    this.#settle(name);
  }

  /** @returns whether all of it could be counted */
  change({ ids, ...file }: FileChange): boolean {
    if (ids === null) {
      for (const { path } of this.within(file.path)) this.#remove(path);
      return true;
    }
    if (ids.length > this.#counts.documentTokens) {
      this.#remove(file.path);
      return false;
    }
    const known = this.#documents.get(file.path);
    if (known !== undefined && isSame(known.ids, ids)) return true;
    this.#takeOut(file.path);
    this.#documents.set(file.path, { ...file, ids });
    const recent = [file.path, ...this.#recent.filter((name) => name !== file.path)];
    this.#recent = recent.slice(0, mostRecent);
    for (const name of recent) this.#settle(name);
    return true;
  }

  #remove(name: string): void {
    this.#takeOut(name);
    this.#documents.delete(name);
    this.#recent = this.#recent.filter((other) => other !== name);
  }

  #takeOut(name: string): void {
    this.#count(name, 0);
    this.#times.delete(name);
  }

  /** Counts a document as often as it should be. */
  #settle(name: string): void {
    if (this.#documents.has(name)) {
      this.#count(name, name === this.#open ? 0 : this.#recent.includes(name) ? recentTimes : 1);
    }
  }

  #count(name: string, times: number): void {
    const document = this.#documents.get(name);
    const counted = this.#times.get(name) ?? 0;
    if (document === undefined || counted === times) return;
    for (let i = counted; i < times; i++) this.#counts.foldDocument(document.ids, true);
    for (let i = counted; i > times; i--) this.#counts.foldDocument(document.ids, false);
    if (counted === 0) this.#finder.set(name, document.ids);
    if (times === 0) this.#finder.delete(name);
    this.#tokens += (times - counted) * document.ids.length;
    this.#times.set(name, times);
  }
}

function isSame(a: Uint16Array, b: Uint16Array): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}
