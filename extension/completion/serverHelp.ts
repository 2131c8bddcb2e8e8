import type { KnownPlaces, LikelyTokens } from '../prediction/remoteTransformer.ts';
import type { Completion } from '../protocol/prediction.ts';
import type { RemoteStatus } from '../protocol/remote.ts';
import type { CompletionServer } from '../remote/completionServer.ts';
import type { Answer } from '../remote/completionsApi.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** A whole completion is seldom longer, and what is not needed costs the server time. */
const tokensAtOnce = 8;
/** Requests of one completion: the first, and where the counts lead elsewhere than the server went. */
const mostRounds = 3;
/** Places that are remembered: what is typed along a suggestion, or deleted again, needs no further request. */
const mostPlaces = 256;
const pollMs = 5;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A server's model in completions. One request follows its likeliest tokens and brings what it says at each; as long as the mixture of
 * counts and transformer takes the same ones, nothing else has to be asked. Where it takes another, that place is asked for, and the
 * completion, which is a few milliseconds' work, is made anew. Whatever has not come when the time is over is said by the model here.
 */
export class ServerHelp implements KnownPlaces {
  readonly #server: CompletionServer;
  readonly #tokenizer: Tokenizer;
  readonly #half: number;
  readonly #places = new Map<string, LikelyTokens>();
  #missing: readonly number[] | null = null;

  /** @param context positions of the model here; the one there has as many at least */
  constructor(server: CompletionServer, tokenizer: Tokenizer, context: number) {
    this.#server = server;
    this.#tokenizer = tokenizer;
    this.#half = Math.floor(context / 2);
  }

  get status(): RemoteStatus | null {
    return this.#server.status;
  }

  at(ids: readonly number[]): LikelyTokens | null {
    const known = this.#places.get(this.#key(ids)) ?? null;
    if (known === null) this.#missing ??= [...ids];
    return known;
  }

  /**
   * @param place ids of the document up to where it is completed
   * @param complete with what is known, now
   * @param cancelled polled while the server is waited for
   */
  async completed(
    place: readonly number[],
    complete: () => Completion,
    cancelled: () => boolean,
  ): Promise<Completion> {
    const end = performance.now() + this.#server.maxMilliseconds;
    let wanted: readonly number[] | null = this.#places.has(this.#key(place)) ? null : place;
    let completion: Completion | null = null;
    for (let round = 0; ; round++) {
      const isAnswered =
        wanted !== null &&
        round < mostRounds &&
        (await this.#ask(wanted, end - performance.now(), cancelled));
      if (completion !== null && !isAnswered) return completion;
      this.#missing = null;
      completion = complete();
      wanted = this.#missing;
    }
  }

  /** @returns whether more is known now */
  async #ask(ids: readonly number[], milliseconds: number, cancelled: () => boolean): Promise<boolean> {
    const ending = new AbortController();
    const polling = setInterval(() => {
      if (cancelled()) ending.abort();
    }, pollMs);
    try {
      const ours = { vocabSize: this.#tokenizer.vocabSize, isOurs: (answer: Answer) => this.#isOurs(answer) };
      const prompt = ids.slice(this.#start(ids.length + tokensAtOnce));
      const answer = await this.#server.ask(prompt, tokensAtOnce, ours, milliseconds, ending.signal);
      if (answer === null) return false;
      const path = [...ids];
      for (const { token, ...likely } of answer.said) {
        this.#remember(path, likely);
        path.push(token);
      }
      return true;
    } finally {
      clearInterval(polling);
    }
  }

  #remember(ids: readonly number[], likely: LikelyTokens): void {
    this.#places.set(this.#key(ids), likely);
    if (this.#places.size <= mostPlaces) return;
    const [oldest] = this.#places.keys();
    this.#places.delete(oldest!);
  }

  /** Two places with the same text before them are the same, as far as a window of the model here reaches. */
  #key(ids: readonly number[]): string {
    const start = this.#start(ids.length);
    return `${start}:${ids.slice(start).join(',')}`;
  }

  #start(tokens: number): number {
    return Math.max(0, Math.ceil(tokens / this.#half) - 2) * this.#half;
  }

  /** Whether its tokens are ours: then their bytes are the text that the server has made of them. */
  #isOurs({ said, text }: Answer): boolean {
    const end = said.findIndex(({ token }) => token >= this.#tokenizer.endOfText);
    const tokens = said.slice(0, end < 0 ? said.length : end).map(({ token }) => token);
    try {
      return utf8.decode(this.#tokenizer.decode(tokens)) === text;
    } catch {
      // A character that is cut at the end: every program shows that as it likes.
      return true;
    }
  }
}
