import { type Match, SuffixIndex } from '../counts/suffixIndex.ts';
import type { DocumentFinder } from './projectDocuments.ts';

/** Where in the workspace a text has been seen before. What changes is sorted when somebody looks: most of it changes again before. */
export class EarlierText implements DocumentFinder {
  readonly #suffixes: SuffixIndex;
  /** null: is not to be found any more */
  readonly #changed = new Map<string, Uint16Array | null>();

  constructor(...suffixes: ConstructorParameters<typeof SuffixIndex>) {
    this.#suffixes = new SuffixIndex(...suffixes);
  }

  set(document: string, ids: Uint16Array): void {
    this.#changed.delete(document);
    this.#changed.set(document, ids);
  }

  delete(document: string): void {
    this.#changed.set(document, null);
  }

  longestMatch(ids: Uint16Array, mostPlaces: number): Match {
    this.#sort();
    return this.#suffixes.longestMatch(ids, mostPlaces);
  }

  /** As of `SuffixIndex`. */
  has(...query: Parameters<SuffixIndex['has']>): boolean {
    this.#sort();
    return this.#suffixes.has(...query);
  }

  #sort(): void {
    for (const [document, changed] of this.#changed) {
      if (changed === null) this.#suffixes.delete(document);
      else this.#suffixes.set(document, changed);
    }
    this.#changed.clear();
  }
}
