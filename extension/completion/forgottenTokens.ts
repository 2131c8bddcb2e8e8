import type { ProjectDocument } from './projectDocuments.ts';

/** A word of a file that is gone may be a token of the vocabulary: it would go on being written where nothing else begins as it does. */
export class ForgottenTokens {
  /** u32[vocabSize]: in all documents */
  readonly #occurrences: Uint32Array;
  /** of documents that are gone */
  readonly #removed = new Set<number>();

  constructor(vocabSize: number, documents: readonly ProjectDocument[]) {
    this.#occurrences = new Uint32Array(vocabSize);
    for (const document of documents) this.add(document);
  }

  /** of each token, u32[vocabSize], a copy */
  get occurrences(): Uint32Array {
    return this.#occurrences.slice();
  }

  add({ ids }: ProjectDocument): void {
    for (const id of ids) this.#occurrences[id]!++;
  }

  /** The document is another now. */
  takeOut({ ids }: ProjectDocument): void {
    for (const id of ids) this.#occurrences[id]!--;
  }

  /** The document is gone. */
  remove(document: ProjectDocument): void {
    this.takeOut(document);
    for (const id of document.ids) this.#removed.add(id);
  }

  /** Those that no document has any more. */
  get ids(): number[] {
    return [...this.#removed].filter((id) => this.#occurrences[id] === 0);
  }
}
