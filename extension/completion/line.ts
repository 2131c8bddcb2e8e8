import type { Decoder } from '../engine/decoder.ts';
import { Random } from '../engine/random.ts';
import { sample, softmax } from '../engine/sampler.ts';
import type { Completion, CompletionOptions, ScoredToken, StopReason } from '../protocol/prediction.ts';
import { agrees, heal, lineEnd } from '../tokenizer/healing.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { latin1 } from '../tokenizer/latin1.ts';
import { windowAround } from './window.ts';

const nothing = new Uint8Array();

/**
 * The rest of the line, token by token, most likely or sampled. What is being typed (the last word or run of signs) is taken back and
 * chosen again among the tokens that agree with it, because a text is rarely cut at the cursor where the tokenizer would cut it.
 * @param cancelled polled between tokens
 */
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
  const line = new Line(typed);
  const pick = chooser(options.sampling);
  let stop: StopReason | null = null;
  while (stop === null) {
    const full =
      line.tokens.length >= options.maxTokens || ids.length >= decoder.config.maxPositionEmbeddings;
    const late = performance.now() - start > options.maxMilliseconds;
    const logits = full || late ? null : decoder.next(ids, cancelled);
    if (logits === null) {
      stop = full ? 'limit' : 'cut';
      break;
    }
    const choice = choose(logits, tokenizer, line.untyped, pick);
    if (choice === null || choice.probability < options.minTokenProbability) {
      stop = 'unlikely';
      break;
    }
    line.push(choice, choice.id === tokenizer.endOfText ? null : tokenizer.tokenBytes(choice.id));
    ids.push(choice.id);
    if (line.complete) stop = 'lineEnd';
  }
  return { ...line.result(), milliseconds: performance.now() - start, stop };
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
