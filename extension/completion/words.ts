import type { SequenceModel } from '../counts/sequenceModel.ts';
import type { AgreeingTokens } from '../prediction/agreeingTokens.ts';
import type { ScoredWord, WordOptions } from '../protocol/prediction.ts';
import { isWordByte } from '../tokenizer/healing.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** So many of the likeliest tokens behind each beginning are looked at. */
const branches = 24;
/** Longer words are rare, and never the likeliest. */
const mostTokens = 8;
/** Beginnings that are gone on with, at most: a few milliseconds. */
const mostBeginnings = 64;

/** A beginning of words: tokens behind the place, and what they add to what is typed. */
interface Beginning {
  readonly ids: readonly number[];
  /** what was typed already and has not been chosen again yet */
  readonly untyped: Uint8Array;
  readonly added: readonly number[];
  readonly probability: number;
}

/**
 * The likeliest words that go on with what is typed, or that follow it directly: the likeliest beginning is gone on with first, until no
 * other can become a likelier word. A word ends where a token begins that is no part of one.
 * @param typed what was taken back; its last run of word bytes is the beginning of every word
 * @param cancelled polled between beginnings
 * @returns the likeliest first; their probabilities are at least these, since a word's least likely ends are not looked at
 */
export function likelyWords(
  model: SequenceModel,
  agreeing: AgreeingTokens,
  tokenizer: Tokenizer,
  typed: Uint8Array,
  { count, minProbability }: Pick<WordOptions, 'count' | 'minProbability'>,
  cancelled: () => boolean,
): ScoredWord[] {
  const search = new WordSearch(tokenizer, wordAtEnd(typed), minProbability);
  search.add({ ids: [], untyped: typed, added: [], probability: 1 });
  for (let visited = 0; visited < mostBeginnings; visited++) {
    const beginning = search.next(count);
    if (beginning === null || cancelled()) break;
    model.rewind();
    for (const id of beginning.ids) model.suppose(id);
    if (model.prepare?.(cancelled) === false) break;
    for (const choice of agreeing.ranked(model, beginning.untyped, branches))
      search.follow(beginning, choice);
  }
  return search.best(count);
}

class WordSearch {
  readonly #tokenizer: Tokenizer;
  readonly #fragment: Uint8Array;
  readonly #least: number;
  readonly #open: Beginning[] = [];
  readonly #words = new Map<string, number>();

  constructor(tokenizer: Tokenizer, fragment: Uint8Array, least: number) {
    this.#tokenizer = tokenizer;
    this.#fragment = fragment;
    this.#least = least;
  }

  add(beginning: Beginning): void {
    if (beginning.probability >= this.#least) this.#open.push(beginning);
  }

  /** Takes the likeliest beginning; null where none is left that could become one of the `count` likeliest words. */
  next(count: number): Beginning | null {
    const likeliest = this.#open.reduce(
      (best: Beginning | null, next) => (best === null || next.probability > best.probability ? next : best),
      null,
    );
    const enough = this.best(count)[count - 1]?.probability ?? 0;
    if (likeliest === null || likeliest.probability < enough) return null;
    this.#open.splice(this.#open.indexOf(likeliest), 1);
    return likeliest;
  }

  follow(beginning: Beginning, choice: { readonly id: number; readonly probability: number }): void {
    const { ids, untyped, added } = beginning;
    const probability = beginning.probability * choice.probability;
    const bytes = choice.id < this.#tokenizer.endOfText ? this.#tokenizer.tokenBytes(choice.id) : null;
    const again = Math.min(untyped.length, bytes?.length ?? 0);
    const more = bytes?.subarray(again) ?? new Uint8Array();
    const end = more.findIndex((byte) => !isWordByte(byte));
    const word = [...added, ...(end < 0 ? more : more.subarray(0, end))];
    if (bytes === null || end >= 0) {
      this.#found(word, probability);
    } else if (ids.length + 1 < mostTokens) {
      this.add({ ids: [...ids, choice.id], untyped: untyped.subarray(again), added: word, probability });
    }
  }

  best(count: number): ScoredWord[] {
    return [...this.#words]
      .filter(([, probability]) => probability >= this.#least)
      .map(([word, probability]) => ({ word, typed: this.#typed, probability }))
      .toSorted((a, b) => b.probability - a.probability)
      .slice(0, count);
  }

  /** A word that adds nothing is typed already; one that is cut within a character is none. */
  #found(added: readonly number[], probability: number): void {
    if (added.length === 0) return;
    const word = new TextDecoder().decode(Uint8Array.from([...this.#fragment, ...added]));
    if (!word.includes('\ufffd') && !/^\p{N}/u.test(word)) {
      this.#words.set(word, (this.#words.get(word) ?? 0) + probability);
    }
  }

  get #typed(): number {
    return new TextDecoder().decode(this.#fragment).length;
  }
}

function wordAtEnd(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(bytes.findLastIndex((byte) => !isWordByte(byte)) + 1);
}
