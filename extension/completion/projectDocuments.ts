import type { FileChange, IndexedFile } from '../protocol/indexing.ts';

/** What is counted in the project and can be taken out again. */
export interface ProjectCounts {
  /** most tokens of one document */
  readonly documentTokens: number;
  /** Counts tokens [from, to) of a document, or takes them out again. */
  foldDocument(ids: Uint16Array, add: boolean, from: number, to: number): void;
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

/** What waits to be counted, or to be taken out. */
interface Fold {
  readonly ids: Uint16Array;
  readonly add: boolean;
  /** of its tokens, so many are done */
  done: number;
}

/** As much at once keeps nobody waiting: a few milliseconds. */
const partTokens = 2_048;

/** Files that were edited last count more: so many of them, so many times. */
const mostRecent = 8;
const recentTimes = 2;

/**
 * What of each document is counted in the project: a document that is open is counted as it is shown, so in the project it is not; what
 * was saved of it comes in when it is left. Counting takes time: what is decided here waits in its order for `count`.
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
  #aside: string | null = null;
  #tokens = 0;
  #waiting: Fold[] = [];

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

  /** The document that is, beside the open one, as if it were not there; null: none is. */
  setAside(name: string | null): void {
    const back = this.#aside;
    this.#aside = name;
    if (back !== null) this.#settle(back);
    if (name !== null) this.#settle(name);
  }

  /**
   * Counts what has been decided.
   * @param cancelled polled between parts; the next call goes on
   * @returns whether all of it is counted
   */
  count(cancelled: () => boolean): boolean {
    for (let fold = this.#waiting[0]; fold !== undefined; fold = this.#waiting[0]) {
      while (fold.done < fold.ids.length) {
        if (cancelled()) return false;
        const end = Math.min(fold.ids.length, fold.done + partTokens);
        this.#counts.foldDocument(fold.ids, fold.add, fold.done, end);
        fold.done = end;
      }
      this.#waiting.shift();
    }
    return true;
  }

  /** @returns whether all of it is to be counted */
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
    this.#decide(name, 0);
    this.#times.delete(name);
  }

  /** A document is counted as often as it should be. */
  #settle(name: string): void {
    if (!this.#documents.has(name)) return;
    const isOut = name === this.#open || name === this.#aside;
    this.#decide(name, isOut ? 0 : this.#recent.includes(name) ? recentTimes : 1);
  }

  #decide(name: string, times: number): void {
    const document = this.#documents.get(name);
    const counted = this.#times.get(name) ?? 0;
    if (document === undefined || counted === times) return;
    const fold = { ids: document.ids, add: times > counted };
    for (let i = Math.abs(times - counted); i > 0; i--) this.#waiting.push({ ...fold, done: 0 });
    if (counted === 0) this.#finder.set(name, document.ids);
    if (times === 0) this.#finder.delete(name);
    this.#tokens += (times - counted) * document.ids.length;
    this.#times.set(name, times);
  }
}

function isSame(a: Uint16Array, b: Uint16Array): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}
