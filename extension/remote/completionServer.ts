import type { RemoteEndpoint, RemoteFailure, RemoteStatus } from '../protocol/remote.ts';
import { type Answer, AnswerError, readAnswer, requestBody } from './completionsApi.ts';

/** After a failure the server is left alone for so long, twice as long after each further one. */
const firstPauseMs = 5_000;
const longestPauseMs = 60_000;
/** One answer that is late may be bad luck. */
const lateInARow = 3;
/** No answer that is meant to help is larger. */
const mostAnswerBytes = 1_000_000;

/**
 * The server at an endpoint. It is asked for nothing but completions, never sent anywhere else by it, and left alone for a while where it
 * does not answer: then asking costs nothing.
 */
export class CompletionServer {
  readonly #endpoint: RemoteEndpoint;
  #status: RemoteStatus | null = null;
  #late = 0;
  #pauseMs = firstPauseMs;
  #pausedUntil = -Infinity;

  constructor(endpoint: RemoteEndpoint) {
    this.#endpoint = endpoint;
  }

  get maxMilliseconds(): number {
    return this.#endpoint.maxMilliseconds;
  }

  /** null: it has neither answered nor failed yet */
  get status(): RemoteStatus | null {
    return this.#status;
  }

  get isPaused(): boolean {
    return performance.now() < this.#pausedUntil;
  }

  /**
   * What the model there says behind these ids, at up to `tokens` places.
   * @param isOurs whether the answer is of a model over our tokens
   * @param milliseconds most to wait
   * @param signal aborting it ends the request; that says nothing of the server
   * @returns null: no answer, for whatever reason; `status` says it, which is `answers` where the server has listed none of the tokens
   */
  async ask(
    ids: readonly number[],
    tokens: number,
    { vocabSize, isOurs }: { readonly vocabSize: number; readonly isOurs: (answer: Answer) => boolean },
    milliseconds: number,
    signal: AbortSignal,
  ): Promise<Answer | null> {
    if (this.isPaused || milliseconds <= 0 || signal.aborted) return null;
    const late = AbortSignal.timeout(Math.ceil(milliseconds));
    try {
      const answer = readAnswer(await this.#post(ids, tokens, AbortSignal.any([signal, late])), vocabSize);
      if (!isOurs(answer)) throw new AnswerError({ kind: 'otherTokens' });
      this.#status = { state: 'answers' };
      this.#late = 0;
      this.#pauseMs = firstPauseMs;
      return answer.said.length === 0 ? null : answer;
    } catch (error) {
      if (signal.aborted) return null;
      if (!late.aborted) this.#failed(failureOf(error));
      else if (milliseconds >= this.maxMilliseconds / 2) this.#wasLate();
      return null;
    }
  }

  async #post(ids: readonly number[], tokens: number, signal: AbortSignal): Promise<string> {
    const { url, key } = this.#endpoint;
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(key === null ? {} : { Authorization: `Bearer ${key}` }),
      },
      body: requestBody(this.#endpoint, ids, tokens),
      // Whoever was confirmed must not pass the text on to somebody who was not.
      redirect: 'error',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      signal,
    });
    if (!response.ok) throw new AnswerError({ kind: 'refused', status: response.status });
    return textOf(response);
  }

  /** Of little time that was left, nothing follows. */
  #wasLate(): void {
    if (++this.#late >= lateInARow) this.#failed({ kind: 'late', milliseconds: this.maxMilliseconds });
  }

  #failed(failure: RemoteFailure): void {
    this.#late = 0;
    this.#pausedUntil = performance.now() + this.#pauseMs;
    this.#pauseMs = Math.min(longestPauseMs, 2 * this.#pauseMs);
    this.#status = { state: 'away', failure };
  }
}

/** @throws {AnswerError} when it is too large, or there is none */
async function textOf(response: Response): Promise<string> {
  // A success without content (204) has no body.
  if (response.body === null) throw new AnswerError({ kind: 'unusable', detail: 'no content' });
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > mostAnswerBytes) {
      await reader.cancel();
      throw new AnswerError({ kind: 'unusable', detail: `more than ${mostAnswerBytes} bytes` });
    }
    text += decoder.decode(value, { stream: true });
  }
}

function failureOf(error: unknown): RemoteFailure {
  if (error instanceof AnswerError) return error.failure;
  // What `fetch` throws says little; why is beneath it.
  const { cause } = error as Error;
  if (cause instanceof Error)
    return { kind: 'unreachable', code: 'code' in cause ? String(cause.code) : cause.message };
  return { kind: 'unreachable', code: String(error) };
}
