import type { Decoder } from '../engine/decoder.ts';
import { Random } from '../engine/random.ts';
import { sample, softmax } from '../engine/sampler.ts';
import type { Completion, CompletionOptions, ScoredToken, StopReason } from '../protocol/prediction.ts';
import { agrees, heal, lineEnd } from '../tokenizer/healing.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { latin1 } from '../tokenizer/latin1.ts';
import { windowAround } from './window.ts';

const nothing = new Uint8Array();

/** Where the tokens of a line come from. */
export interface TokenSource {
  /** there is no room for another token */
  readonly full: boolean;
  /** One of the tokens that agree with what is typed, its probability being its share among them; null: there is none; or cancelled. */
  choose(typed: Uint8Array, cancelled: () => boolean): ScoredToken | null | 'cancelled';
  /** Goes on behind the token that was chosen. */
  follow(id: number): void;
}

/**
 * The rest of the line, token by token. What is being typed is taken back and chosen again among the tokens that agree with it, because a
 * text is rarely cut at the cursor where the tokenizer would cut it.
 * @param typed what was taken back
 * @param start when the completion was begun, as performance.now() tells it
 * @param cancelled polled between tokens
 */
export function growLine(
  source: TokenSource,
  tokenizer: Tokenizer,
  typed: Uint8Array,
  options: CompletionOptions,
  start: number,
  cancelled: () => boolean,
): Completion {
  const line = new Line(typed);
  let stop: StopReason | null = null;
  let refused: number | null = null;
  while (stop === null) {
    const full = line.tokens.length >= options.maxTokens || source.full;
    const late = performance.now() - start > options.maxMilliseconds;
    const choice = full || late || cancelled() ? 'cancelled' : source.choose(line.untyped, cancelled);
    if (choice === 'cancelled') {
      stop = full ? 'limit' : 'cut';
    } else if (choice === null || choice.probability < options.minTokenProbability) {
      stop = 'unlikely';
      refused = choice?.probability ?? 0;
    } else {
      line.push(choice, choice.id >= tokenizer.endOfText ? null : tokenizer.tokenBytes(choice.id));
      source.follow(choice.id);
      if (line.complete) stop = 'lineEnd';
    }
  }
  const milliseconds = performance.now() - start;
  return { ...line.result(), milliseconds, stop, ...(refused === null ? {} : { refused }) };
}

/** The rest of the line as the transformer alone goes on with it: most likely or sampled. */
export function completeLine(
  decoder: Decoder,
  tokenizer: Tokenizer,
  prefix: string,
  options: CompletionOptions,
  cancelled: () => boolean,
): Completion {
  const start = performance.now();
  const bytes = new TextEncoder().encode(prefix);
  const room = Math.max(1, decoder.config.maxPositionEmbeddings - options.maxTokens - 1);
  const window = windowAround(tokenizer, bytes, nothing, room, 0);
  const { ids, typed } = heal(tokenizer, window.ids, bytes, 1);
  const source = new DecoderSource(decoder, tokenizer, ids, chooser(options.sampling));
  return growLine(source, tokenizer, typed, options, start, cancelled);
}

class DecoderSource implements TokenSource {
  readonly #decoder: Decoder;
  readonly #tokenizer: Tokenizer;
  readonly #ids: number[];
  readonly #pick: (logits: Float32Array) => number;

  constructor(decoder: Decoder, tokenizer: Tokenizer, ids: number[], pick: (logits: Float32Array) => number) {
    this.#decoder = decoder;
    this.#tokenizer = tokenizer;
    this.#ids = ids;
    this.#pick = pick;
  }

  get full(): boolean {
    return this.#ids.length >= this.#decoder.config.maxPositionEmbeddings;
  }

  choose(typed: Uint8Array, cancelled: () => boolean): ScoredToken | null | 'cancelled' {
    const logits = this.#decoder.next(this.#ids, cancelled);
    return logits === null ? 'cancelled' : choose(logits, this.#tokenizer, typed, this.#pick);
  }

  follow(id: number): void {
    this.#ids.push(id);
  }
}

/** The same seed gives the same line. */
function chooser(sampling: CompletionOptions['sampling']): (logits: Float32Array) => number {
  const random = new Random(sampling?.seed ?? 0);
  const options = sampling ?? { temperature: 0 };
  return (logits) => sample(logits, options, random);
}

/** The line as it grows. */
class Line {
  readonly tokens: ScoredToken[] = [];
  complete = false;
  #untyped: Uint8Array;
  readonly #shown: number[] = [];

  constructor(typed: Uint8Array) {
    this.#untyped = typed;
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
    const visible = added.subarray(0, lineEnd(added));
    this.complete = bytes === null || visible.length < added.length;
    // A token that only ends the line adds nothing that is shown, so its probability is none of the shown text's.
    if (this.complete && visible.length === 0) return;
    this.tokens.push(token);
    this.#shown.push(...visible);
  }

  result(): { text: string; probability: number; tokens: readonly ScoredToken[] } {
    const text = wholeCharacters(Uint8Array.from(this.#shown));
    const probability = this.tokens.reduce((product, token) => product * token.probability, 1);
    return { text, probability: text === '' ? 0 : probability, tokens: this.tokens };
  }
}

/** One of the tokens that agree with what is typed; its probability is its share among them. */
function choose(
  logits: Float32Array,
  tokenizer: Tokenizer,
  typed: Uint8Array,
  choice: (logits: Float32Array) => number,
): ScoredToken | null {
  const agreeing =
    typed.length === 0
      ? logits
      : logits.map((logit, id) => (agrees(tokenizer, id, typed) ? logit : -Infinity));
  const id = choice(agreeing);
  if (agreeing[id] === -Infinity) return null;
  return {
    id,
    bytes: latin1(tokenizer.tokenBytes(id)),
    logit: logits[id]!,
    probability: softmax(agreeing)[id]!,
  };
}

/** The text of the bytes without a character that is cut at the end. */
function wholeCharacters(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8').decode(bytes);
  const end = text.indexOf('\ufffd');
  return end < 0 ? text : text.slice(0, end);
}
