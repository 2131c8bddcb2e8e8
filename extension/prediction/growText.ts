import type { ScoredToken, StopReason } from '../protocol/prediction.ts';
import { lineEnd } from '../tokenizer/healing.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** Where the tokens of a text come from. */
export interface TokenSource {
  /** there is no room for another token */
  readonly full: boolean;
  /** One of the tokens that agree with what is typed, its probability being its share among them; null: there is none; or cancelled. */
  choose(typed: Uint8Array, cancelled: () => boolean): ScoredToken | null | 'cancelled';
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
  /** those that show something */
  readonly tokens: readonly ScoredToken[];
  /** for each of them: how many of `bytes` there are with it */
  readonly ends: readonly number[];
  /** and the product of the probabilities up to it */
  readonly probabilities: readonly number[];
  /** and whether it would more likely than not break a word to end behind it */
  readonly withinWord: readonly boolean[];
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
  let refused: ScoredToken | null = null;
  while (stop === null) {
    const full = text.tokens.length >= limits.maxTokens || source.full;
    const choice = full || limits.cancelled() ? 'cancelled' : source.choose(text.untyped, limits.cancelled);
    if (choice === 'cancelled') {
      stop = full ? 'limit' : 'cut';
    } else if (choice === null || text.probability * choice.probability < limits.leastProbability) {
      stop = 'unlikely';
      unlikely = choice === null ? 0 : text.probability * choice.probability;
      refused = choice;
    } else {
      text.push(choice, choice.id >= tokenizer.endOfText ? null : tokenizer.tokenBytes(choice.id));
      source.follow(choice.id);
      if (text.complete) stop = 'lineEnd';
    }
  }
  const { tokens } = text;
  const withinWord = tokens.map((token, i) => goesOnWith(token, tokens[i + 1] ?? refused));
  return { ...text.grown(stop), withinWord, unlikely, stop };
}

/** Whether the next token goes on with the word that this one ends with, more likely than not. */
function goesOnWith({ bytes }: ScoredToken, next: ScoredToken | null): boolean {
  if (next === null || next.probability <= 0.5) return false;
  return /[\w\x80-\xff]$/.test(bytes) && /^[\w\x80-\xff]/.test(next.bytes);
}

const nothing = new Uint8Array();

/** The text as it grows. */
class Text {
  readonly tokens: ScoredToken[] = [];
  complete = false;
  probability = 1;
  readonly #ends: number[] = [];
  readonly #probabilities: number[] = [];
  readonly #shown: number[] = [];
  #untyped: Uint8Array;
  #linesLeft: number;

  constructor(typed: Uint8Array, maxLines: number) {
    this.#untyped = typed;
    this.#linesLeft = maxLines;
  }

  /** what was typed already and has not been chosen again yet */
  get untyped(): Uint8Array {
    return this.#untyped;
  }

  /** @param bytes null = the text ends here */
  push(token: ScoredToken, bytes: Uint8Array | null): void {
    const again = Math.min(this.#untyped.length, bytes?.length ?? 0);
    this.#untyped = this.#untyped.subarray(again);
    const added = bytes?.subarray(again) ?? nothing;
    const visible = this.#visible(added);
    this.complete = bytes === null || visible.length < added.length;
    // A token that only ends the text adds nothing that is shown, so its probability is none of the shown text's.
    if (this.complete && visible.length === 0) return;
    this.probability *= token.probability;
    this.tokens.push(token);
    this.#shown.push(...visible);
    this.#ends.push(this.#shown.length);
    this.#probabilities.push(this.probability);
  }

  grown(stop: StopReason): Omit<GrownText, 'withinWord' | 'unlikely' | 'stop'> {
    const ended = stop === 'lineEnd' ? lastLineEnd(this.#shown) : this.#shown.length;
    return {
      bytes: Uint8Array.from(this.#shown.slice(0, ended)),
      tokens: this.tokens,
      ends: this.#ends.map((end) => Math.min(end, ended)),
      probabilities: this.#probabilities,
    };
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
