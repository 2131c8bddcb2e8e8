import type { GeneratedLine } from './lineGenerator.ts';
import type { HeldOutText } from './heldOutText.ts';
import { Typist } from './keystrokes.ts';
import type { ProbedLine } from './lines.ts';

/** What an editor takes for a word, numbers left out. */
const word = /[\p{L}_$][\p{L}\p{N}_$]*/gu;
const unfinishedWord = /[\p{L}_$][\p{L}\p{N}_$]*$/u;

const nothing: GeneratedLine = { bytes: new Uint8Array(), ends: [], probabilities: [], complete: false };

/** Words in the order in which an editor lists them: by the alphabet, whatever their case. */
class WordList {
  readonly #sorted: readonly string[];

  constructor(words: Iterable<string>) {
    this.#sorted = [...new Set(words)].sort(inList);
  }

  /** The first of the list that goes on with `prefix`; null: none does. */
  first(prefix: string): string | null {
    const key = prefix.toLowerCase();
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorted[middle]!.toLowerCase() < key) low = middle + 1;
      else high = middle;
    }
    for (let i = low; this.#sorted[i]?.toLowerCase().startsWith(key) === true; i++) {
      const listed = this.#sorted[i]!;
      if (listed.startsWith(prefix) && listed.length > prefix.length) return listed;
    }
    return null;
  }
}

/**
 * Somebody who types lines with VS Code's word-based suggestions: once a word is begun, the first of the list that goes on with it is on
 * show, and one key accepts it. Twice: with the words of the document alone, and with those of all documents of its language, too.
 */
export class WordTypist {
  readonly #document = new Typist();
  readonly #workspace = new Typist();
  readonly #words: (language: string) => WordList;

  /** @param texts of the workspace, without those that are typed */
  constructor(texts: readonly { readonly path: string; readonly bytes: Uint8Array }[]) {
    const lists = new Map<string, WordList>();
    this.#words = (language) => {
      const known = lists.get(language);
      if (known !== undefined) return known;
      const list = new WordList(
        texts
          .filter(({ path }) => languageOf(path) === language)
          .flatMap(({ bytes }) => wordsIn(decoded(bytes))),
      );
      lists.set(language, list);
      return list;
    };
  }

  /** Types the chosen lines of a text of which nothing is known but what stands before each. */
  text({ path, bytes, starts }: HeldOutText, lines: readonly ProbedLine[]): void {
    const workspace = this.#words(languageOf(path));
    for (const { token, content, typed } of lines) {
      if (!typed) continue;
      const before = wordsIn(decoded(bytes.subarray(0, starts[token]!)));
      const suggest =
        (lists: (line: string) => readonly WordList[]) =>
        (at: number): GeneratedLine => {
          const line = decoded(content.subarray(0, at));
          const begun = unfinishedWord.exec(line)?.[0] ?? '';
          return begun === '' ? nothing : restOfWord(begun, lists(line.slice(0, -begun.length)));
        };
      const ofDocument = (line: string): WordList => new WordList([...before, ...wordsIn(line)]);
      this.#document.type(
        content,
        suggest((line) => [ofDocument(line)]),
      );
      this.#workspace.type(
        content,
        suggest((line) => [ofDocument(line), workspace]),
      );
    }
  }

  /** Share of the keys that were not pressed, of the better of the two: an editor can be set to either. */
  get saved(): { readonly share: number; readonly wordsOf: 'document' | 'workspace' } {
    // Shown or not is nothing that a threshold decides here: all points are the same.
    const [document, workspace] = [this.#document, this.#workspace].map(({ curve }) => curve[0]!.saved);
    return document! >= workspace!
      ? { share: document!, wordsOf: 'document' }
      : { share: workspace!, wordsOf: 'workspace' };
  }
}

/** @param begun of a word */
function restOfWord(begun: string, lists: readonly WordList[]): GeneratedLine {
  const [first] = lists.flatMap((list) => list.first(begun) ?? []).sort(inList);
  if (first === undefined) return nothing;
  const bytes = new TextEncoder().encode(first.slice(begun.length));
  return { bytes, ends: [bytes.length], probabilities: [1], complete: false };
}

function inList(one: string, other: string): number {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  if (a !== b) return a < b ? -1 : 1;
  return one < other ? -1 : Number(one > other);
}

function wordsIn(text: string): string[] {
  return text.match(word) ?? [];
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** By the end of the name: what an editor calls a language is mostly that. */
function languageOf(path: string): string {
  return /\.[^./]*$/.exec(path)?.[0] ?? path;
}
