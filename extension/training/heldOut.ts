import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { Steering } from './steering.ts';
import type { Team } from './team.ts';

/** Held-out windows that are scored while training; all of them are in the end. */
export const sampledWindows = 24;

/** A stretch of a held-out document; only targets from `scoreFrom` on count, the earlier ones were scored with more context. */
interface Window {
  readonly ids: Uint16Array;
  /** position of the first id in the document, −1 = the end-of-text token before it */
  readonly start: number;
  readonly scoreFrom: number;
}

export interface Score {
  /** nats per token */
  readonly loss: number;
  readonly bitsPerByte: number;
  readonly tokens: number;
  readonly bytes: number;
}

/**
 * Held-out text and its score under the current weights. Every token of every document is scored once, with at least half a context
 * before it where the document has that much (windows overlap by half).
 */
export class HeldOut {
  readonly #windows: readonly Window[];
  readonly #endOfText: number;
  readonly #byteLengths: Uint16Array;
  readonly #context: number;

  constructor(
    documents: readonly Uint16Array[],
    tokenizer: Pick<Tokenizer, 'vocabSize' | 'endOfText' | 'tokenBytes'>,
    context: number,
  ) {
    this.#endOfText = tokenizer.endOfText;
    this.#byteLengths = byteLengths(tokenizer);
    this.#context = context;
    const stride = Math.max(1, Math.floor(context / 2));
    const scoreFrom = context - stride;
    this.#windows = documents.flatMap((ids) => {
      const windows: Window[] = [{ ids, start: -1, scoreFrom: 0 }];
      for (let start = stride - 1; start + scoreFrom < ids.length - 1; start += stride) {
        windows.push({ ids, start, scoreFrom });
      }
      return windows;
    });
  }

  /**
   * The score of at most `limit` windows spread evenly over all.
   * @returns null when cancelled
   */
  async score(team: Team, limit: number, steering: Steering): Promise<Score | null> {
    const chosen = this.#spread(limit);
    const perRun = Math.floor(team.plan.tokens / this.#context);
    let loss = 0;
    let tokens = 0;
    let bytes = 0;
    for (let first = 0; first < chosen.length; first += perRun) {
      const run = this.#run(team, chosen.slice(first, first + perRun));
      loss += run.loss;
      tokens += run.tokens;
      bytes += run.bytes;
      await steering.breathe();
      if (steering.cancelled) return null;
    }
    return { loss: loss / tokens, bitsPerByte: loss / Math.LN2 / bytes, tokens, bytes };
  }

  /** The same of a guess that reads no context. @param losses f64[vocabulary] nats of each token */
  plainScore(losses: Float64Array, limit: number): Score {
    let [loss, tokens, bytes] = [0, 0, 0];
    for (const { ids, start, scoreFrom } of this.#spread(limit)) {
      const end = Math.min(ids.length, start + this.#context + 1);
      for (let at = start + scoreFrom + 1; at < end; at++) {
        const target = ids[at]!;
        loss += losses[target]!;
        bytes += this.#byteLengths[target]!;
        tokens++;
      }
    }
    return { loss: loss / tokens, bitsPerByte: loss / Math.LN2 / bytes, tokens, bytes };
  }

  #spread(limit: number): Window[] {
    const step = Math.max(1, this.#windows.length / limit);
    const chosen: Window[] = [];
    for (let i = 0; i < this.#windows.length; i += step) chosen.push(this.#windows[Math.floor(i)]!);
    return chosen;
  }

  #run(team: Team, windows: readonly Window[]): { loss: number; tokens: number; bytes: number } {
    const rows = windows.length * this.#context;
    const ids = team.integers(team.plan.ids, rows).fill(0);
    const targets = team.integers(team.plan.targets, rows).fill(-1);
    let tokens = 0;
    let bytes = 0;
    windows.forEach((window, w) => {
      for (let i = 0; i < this.#context; i++) {
        const position = window.start + i;
        const target = window.ids[position + 1];
        if (target === undefined) break;
        ids[w * this.#context + i] = position < 0 ? this.#endOfText : window.ids[position]!;
        if (i < window.scoreFrom) continue;
        targets[w * this.#context + i] = target;
        tokens++;
        bytes += this.#byteLengths[target]!;
      }
    });
    team.run('evaluate', { rows, length: this.#context });
    const losses = team.floats(team.plan.losses, rows);
    let loss = 0;
    for (let i = 0; i < rows; i++) loss += losses[i]!;
    return { loss, tokens, bytes };
  }
}

/** Bytes of each token of the vocabulary. */
export function byteLengths(tokenizer: Pick<Tokenizer, 'vocabSize' | 'tokenBytes'>): Uint16Array {
  return Uint16Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.tokenBytes(id).length);
}

/** The score of two texts that were scored apart. */
export function together(one: Score, other: Score): Score {
  const tokens = one.tokens + other.tokens;
  const bytes = one.bytes + other.bytes;
  const loss = one.loss * one.tokens + other.loss * other.tokens;
  return { loss: loss / tokens, bitsPerByte: loss / Math.LN2 / bytes, tokens, bytes };
}
