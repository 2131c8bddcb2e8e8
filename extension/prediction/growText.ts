import type { ScoredToken, StopReason } from '../protocol/prediction.ts';
import { lineEnd } from '../tokenizer/healing.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { type ChosenToken, isPartOfWord, partings } from './partings.ts';

/** Where the tokens of a text come from. */
export interface TokenSource {
  /** there is no room for another token */
  readonly full: boolean;
  /** One of the tokens that agree with what is typed, its probability being its share among them; null: there is none; or cancelled. */
  choose(typed: Uint8Array, cancelled: () => boolean): ChosenToken | null | 'cancelled';
  /** Goes on behind the token that was chosen. */
  follow(id: number): void;
}

/** What ends a text. */
export interface GrowthLimits {
  /** it ends before the product of its tokens' probabilities falls below this */
  readonly leastProbability: number;
  readonly maxTokens: number;
  readonly maxLines: number;
  /** polled between tokens */
  readonly cancelled: () => boolean;
}

/** Text that is proposed behind a cursor. */
export interface GrownText {
  /** without the end of its last line */
  readonly bytes: Uint8Array;
  /** those that show something, be it the beginning of the last */
  readonly tokens: readonly ScoredToken[];
  /** how many of `bytes` there are where it may end: behind each token, and within one where others at its place go another way */
  readonly ends: readonly number[];
  /** for each end: how likely the text is up to it */
  readonly probabilities: readonly number[];
  /** and whether it would more likely than not break a part of a word to end there */
  readonly withinWord: readonly boolean[];
  /** and of how many tokens it is */
  readonly made: readonly number[];
  /** how likely it would be with the token that was not likely enough; null where another reason ended it */
  readonly unlikely: number | null;
  readonly stop: StopReason;
}

/**
 * A text, token by token. What is being typed is taken back and chosen again among the tokens that agree with it, because a text is rarely
 * cut at the cursor where the tokenizer would cut it.
 * @param typed what was taken back
 */
export function growText(
  source: TokenSource,
  tokenizer: Tokenizer,
  typed: Uint8Array,
  limits: GrowthLimits,
): GrownText {
  const text = new Text(typed, limits.maxLines);
  let stop: StopReason | null = null;
  let unlikely: number | null = null;
  while (stop === null) {
    const full = text.length >= limits.maxTokens || source.full;
    const choice = full || limits.cancelled() ? 'cancelled' : source.choose(text.untyped, limits.cancelled);
    if (choice === 'cancelled') {
      stop = full ? 'limit' : 'cut';
    } else if (choice === null || text.probability * choice.probability < limits.leastProbability) {
      stop = 'unlikely';
      unlikely = choice === null ? 0 : text.probability * choice.probability;
      if (choice !== null) text.endWithin(choice, limits.leastProbability);
    } else {
      text.push(choice, choice.id >= tokenizer.endOfText ? null : tokenizer.tokenBytes(choice.id));
      source.follow(choice.id);
      if (text.complete) stop = 'lineEnd';
    }
  }
  return { ...text.grown(stop), unlikely, stop };
}

/** Where a text may end. */
interface End {
  readonly length: number;
  readonly probability: number;
  readonly made: number;
  /** how likely it goes on there with the same part of a word */
  onward: number;
}

const nothing = new Uint8Array();

/** The text as it grows. */
class Text {
  complete = false;
  probability = 1;
  readonly #tokens: ScoredToken[] = [];
  readonly #ends: End[] = [];
  readonly #shown: number[] = [];
  #untyped: Uint8Array;
  #linesLeft: number;

  constructor(typed: Uint8Array, maxLines: number) {
    this.#untyped = typed;
    this.#linesLeft = maxLines;
  }

  get length(): number {
    return this.#tokens.length;
  }

  /** what was typed already and has not been chosen again yet */
  get untyped(): Uint8Array {
    return this.#untyped;
  }

  /** @param bytes null = the text ends here */
  push(token: ChosenToken, bytes: Uint8Array | null): void {
    const typed = this.#untyped.length;
    const again = Math.min(typed, bytes?.length ?? 0);
    this.#untyped = this.#untyped.subarray(again);
    const added = bytes?.subarray(again) ?? nothing;
    const visible = this.#visible(added);
    this.complete = bytes === null || visible.length < added.length;
    this.#goOn(token);
    // A token that only ends the text adds nothing that is shown, so its probability is none of the shown text's.
    if (this.complete && visible.length === 0) return;
    this.#add(token, typed, visible.length, 0);
    this.probability *= token.probability;
    this.#shown.push(...visible);
  }

  /** The token is not likely enough, but may begin as others do that are so together. */
  endWithin(token: ChosenToken, leastProbability: number): void {
    this.#goOn(token);
    const [typed, before] = [this.#untyped.length, this.#shown.length];
    this.#add(token, typed, Infinity, leastProbability);
    const more = (this.#ends.at(-1)?.length ?? 0) - before;
    for (let i = 0; i < more; i++) this.#shown.push(token.bytes.charCodeAt(typed + i));
  }

  grown(stop: StopReason): Omit<GrownText, 'unlikely' | 'stop'> {
    const ended = stop === 'lineEnd' ? lastLineEnd(this.#shown) : this.#shown.length;
    return {
      bytes: Uint8Array.from(this.#shown.slice(0, ended)),
      tokens: this.#tokens.slice(0, this.#ends.at(-1)?.made ?? 0),
      ends: this.#ends.map(({ length }) => Math.min(length, ended)),
      probabilities: this.#ends.map(({ probability }) => probability),
      withinWord: this.#ends.map(({ probability, onward }) => onward > probability / 2),
      made: this.#ends.map(({ made }) => made),
    };
  }

  /** A token, and the ends that come with it, as far as they are likely enough. @param most bytes of it that are shown */
  #add(token: ChosenToken, typed: number, most: number, leastProbability: number): void {
    const { id, bytes, logit, probability } = token;
    this.#tokens.push({ id, bytes, logit, probability });
    const shows = partings(token, typed);
    // What only repeats what is typed shows nothing.
    const ends = shows.length > 0 ? shows : [{ length: typed, share: probability, onward: 0 }];
    for (const { length, share, onward } of ends) {
      if (this.probability * share < leastProbability) continue;
      this.#ends.push({
        length: this.#shown.length + Math.min(length - typed, most),
        probability: this.probability * share,
        onward: this.probability * onward,
        made: this.#tokens.length,
      });
    }
  }

  /** A token comes behind the last one, likely enough or not. */
  #goOn(next: ScoredToken): void {
    const [end, last] = [this.#ends.at(-1), this.#tokens.at(-1)];
    if (end === undefined || !isPartOfWord(last!.bytes, next.bytes)) return;
    end.onward += this.probability * next.probability;
  }

  /** Up to the end of the last line that there may be. */
  #visible(added: Uint8Array): Uint8Array {
    let from = 0;
    while (from < added.length) {
      const end = from + lineEnd(added.subarray(from));
      if (end === added.length) break;
      if (--this.#linesLeft === 0) return added.subarray(0, end);
      from = end + (added[end] === carriageReturn && added[end + 1] === newline ? 2 : 1);
    }
    return added;
  }
}

const newline = 0x0a;
const carriageReturn = 0x0d;

/** What a text that ended at the end of the document has behind its last line is no part of it. */
function lastLineEnd(bytes: readonly number[]): number {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === newline || bytes[end - 1] === carriageReturn)) end--;
  return end;
}
