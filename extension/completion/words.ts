import type { SequenceModel } from '../counts/sequenceModel.ts';
import type { AgreeingTokens, Choice } from '../prediction/agreeingTokens.ts';
import { likeliestBeginnings } from '../prediction/beginnings.ts';
import { ModelSource } from '../prediction/modelSource.ts';
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
  const source = new ModelSource(model, agreeing, tokenizer);
  const rewind = (): void => model.rewind();
  for (const tokens of likeliestBeginnings(source, typed, branches, { rewind, cancelled }))
    search.begin(tokens, typed.length);
  for (let visited = 0; visited < mostBeginnings; visited++) {
    const beginning = search.next(count);
    if (beginning === null || cancelled()) break;
    rewind();
    for (const id of beginning.ids) source.follow(id);
    if (!source.prepare(cancelled)) break;
    for (const token of source.ranked(nothing, branches)) search.follow(beginning, token);
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

  /** @param tokens from the place on, the last of which goes on beyond what is typed @param typed bytes */
  begin(tokens: readonly Choice[], typed: number): void {
    const before = tokens.slice(0, -1);
    const ids = before.map(({ id }) => id);
    const probability = before.reduce((product, token) => product * token.probability, 1);
    const again = ids.reduce((left, id) => left - this.#tokenizer.tokenBytes(id).length, typed);
    this.follow({ ids, added: [], probability }, tokens.at(-1)!, again);
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

  /** @param again so many bytes of the token are typed already */
  follow(beginning: Beginning, choice: Choice, again = 0): void {
    const { ids, added } = beginning;
    const probability = beginning.probability * choice.probability;
    const bytes = choice.id < this.#tokenizer.endOfText ? this.#tokenizer.tokenBytes(choice.id) : null;
    const more = bytes?.subarray(again) ?? nothing;
    const end = more.findIndex((byte) => !isWordByte(byte));
    const word = [...added, ...(end < 0 ? more : more.subarray(0, end))];
    if (bytes === null || end >= 0) {
      this.#found(word, probability);
    } else if (ids.length + 1 < mostTokens && probability >= this.#least) {
      this.#open.push({ ids: [...ids, choice.id], added: word, probability });
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

const nothing = new Uint8Array();

function wordAtEnd(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(bytes.findLastIndex((byte) => !isWordByte(byte)) + 1);
}
