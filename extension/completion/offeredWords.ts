import type { ScoredWord } from '../protocol/prediction.ts';

/** A document whose words an editor offers by itself. */
export interface OfferedDocument {
  /** another one whenever its text is another */
  readonly version: number;
  getText(): string;
}

interface Looked {
  readonly version: number;
  readonly holds: Map<string, boolean>;
}

/** Words that are asked for between two changes of a document are few; of one that never changes they add up. */
const mostWords = 2_000;

/** What an editor offers that offers the words of its documents: a document that stays as it is, is searched once for a word. */
export class OfferedWords {
  readonly #looked = new WeakMap<OfferedDocument, Looked>();

  /** The words that stand in none of the documents. */
  beyond(words: readonly ScoredWord[], documents: readonly OfferedDocument[]): ScoredWord[] {
    return words.filter(({ word }) => !documents.some((document) => this.#holds(document, word)));
  }

  #holds(document: OfferedDocument, word: string): boolean {
    let looked = this.#looked.get(document);
    if (looked?.version !== document.version || looked.holds.size >= mostWords) {
      looked = { version: document.version, holds: new Map() };
      this.#looked.set(document, looked);
    }
    let holds = looked.holds.get(word);
    if (holds === undefined) {
      holds = isIn(document.getText(), word);
      looked.holds.set(word, holds);
    }
    return holds;
  }
}

/** As a whole word, not as a part of one. */
function isIn(text: string, word: string): boolean {
  const wordCharacter = /[\p{L}\p{N}\p{M}_]/u;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const around = [text[at - 1] ?? '', text[at + word.length] ?? ''];
    if (!around.some((character) => wordCharacter.test(character))) return true;
  }
  return false;
}
