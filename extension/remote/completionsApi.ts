import type { RemoteEndpoint, RemoteFailure } from '../protocol/remote.ts';

/** What a server says of one place: the token that it takes for the likeliest, and the likeliest ones with their probabilities. */
export interface Said {
  readonly token: number;
  readonly ids: readonly number[];
  readonly probabilities: readonly number[];
}

export interface Answer {
  /** from the first place on, one after the other; none: the server has not listed the first */
  readonly said: readonly Said[];
  /** of the tokens that were generated, as far as `said` goes */
  readonly text: string;
}

/** As many as vLLM gives without having been started to give more; llama.cpp gives any number. */
const mostLikelyAsked = 20;

/**
 * The body of a request that llama.cpp's server and vLLM both take: a prompt of token ids, so that nobody cuts the text anew, and
 * `tokens` tokens behind it, the likeliest each time.
 * @source OpenAI's completions API; `return_tokens_as_token_ids`: vLLM's, by which tokens are told apart that no text tells apart
 */
export function requestBody(
  { model }: Pick<RemoteEndpoint, 'model'>,
  ids: readonly number[],
  tokens: number,
): string {
  return JSON.stringify({
    ...(model === null ? {} : { model }),
    prompt: ids,
    max_tokens: tokens,
    temperature: 0,
    logprobs: mostLikelyAsked,
    return_tokens_as_token_ids: true,
    stream: false,
  });
}

/** Why an answer is none. */
export class AnswerError extends Error {
  readonly failure: RemoteFailure;

  constructor(failure: RemoteFailure) {
    super(JSON.stringify(failure));
    this.failure = failure;
  }
}

function unusable(detail: string): AnswerError {
  return new AnswerError({ kind: 'unusable', detail });
}

/**
 * @param vocabSize of the model that answers here: an id beyond it is another model's
 * @throws {AnswerError}
 * @source llama.cpp `server_task_result_cmpl_final::to_json_oaicompat`; vLLM `CompletionLogProbs`
 */
export function readAnswer(body: string, vocabSize: number): Answer {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw unusable('no JSON');
  }
  const [choice] = list(field(json, 'choices'));
  const logprobs = field(choice, 'logprobs');
  const generated = field(choice, 'text');
  const text = typeof generated === 'string' ? generated : '';
  const content = field(logprobs, 'content');
  const { tops, spelled } = Array.isArray(content)
    ? fromLlama(content, text)
    : { tops: fromVllm(logprobs), spelled: text };
  if (tops.length === 0 && list(content).length === 0) throw unusable('no logprobs of tokens by their ids');
  return { said: tops.map((top) => checked(top, vocabSize)), text: spelled };
}

interface Top {
  readonly token: unknown;
  readonly likely: readonly (readonly [id: unknown, logProbability: unknown])[];
}

/**
 * llama.cpp's server lists no token behind which the text would end within a character: the entry of the token that ends the character
 * has the bytes of all of them, and says what is likely at that token's place. So entries count up to the first such one; after it nobody
 * knows where they are.
 * @returns spelled: the bytes of the entries that count, as text, since the whole text goes on beyond them
 * @source `process_token` in llama.cpp's tools/server/server-context.cpp
 */
function fromLlama(
  content: readonly unknown[],
  text: string,
): { readonly tops: readonly Top[]; readonly spelled: string } {
  const end = content.findIndex(isOfSeveralTokens);
  const counted = end < 0 ? content : content.slice(0, end);
  const bytes = counted.map((entry) => field(entry, 'bytes'));
  const tops = counted.map((entry) => ({
    token: field(entry, 'id'),
    likely: list(field(entry, 'top_logprobs')).map((top): Top['likely'][number] => [
      field(top, 'id'),
      field(top, 'logprob'),
    ]),
  }));
  // A server that tells no bytes may list every token.
  if (!bytes.every(isBytes)) return { tops, spelled: text };
  return {
    tops,
    spelled: new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes.flat())),
  };
}

/** What was generated is the likeliest, which is listed with the bytes that are its own. */
function isOfSeveralTokens(entry: unknown): boolean {
  const own = list(field(entry, 'top_logprobs')).find((top) => field(top, 'id') === field(entry, 'id'));
  return own !== undefined && JSON.stringify(field(own, 'bytes')) !== JSON.stringify(field(entry, 'bytes'));
}

function isBytes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256);
}

function fromVllm(logprobs: unknown): Top[] {
  const tokens = list(field(logprobs, 'tokens'));
  const tops = list(field(logprobs, 'top_logprobs'));
  return tokens.map((token, i) => ({
    token: idOf(token),
    likely: Object.entries(record(tops[i])).map(([key, value]) => [idOf(key), value]),
  }));
}

/** `token_id:5` */
function idOf(token: unknown): number | null {
  const [, digits] = /^token_id:(\d+)$/.exec(String(token)) ?? [];
  return digits === undefined ? null : Number(digits);
}

/** Rounding may make a little more of all than there is. */
const mostTogether = 1.001;

function checked({ token, likely }: Top, vocabSize: number): Said {
  const isId = (id: unknown): id is number =>
    Number.isInteger(id) && (id as number) >= 0 && (id as number) < vocabSize;
  const ids = new Map<number, number>();
  for (const [id, logProbability] of likely) {
    if (!isId(id)) throw new AnswerError({ kind: 'otherTokens' });
    if (typeof logProbability !== 'number' || Number.isNaN(logProbability))
      throw unusable(`no number as the log-probability of token ${id}`);
    ids.set(id, Math.exp(Math.min(0, logProbability)));
  }
  if (!isId(token)) throw new AnswerError({ kind: 'otherTokens' });
  const probabilities = [...ids.values()];
  const together = probabilities.reduce((sum, probability) => sum + probability, 0);
  if (!(together > 0 && together <= mostTogether)) throw unusable(`probabilities that add up to ${together}`);
  return { token, ids: [...ids.keys()], probabilities };
}

function field(value: unknown, name: string): unknown {
  return record(value)[name];
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
