import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Tokenizer } from '../../extension/tokenizer/tokenizer.ts';
import {
  emptySequence,
  type Llama,
  type Model,
  nextLogits,
  type Sequence,
  startLlamaCpp,
} from './llamaCpp.ts';

interface Request {
  readonly prompt: readonly number[];
  readonly max_tokens: number;
  readonly logprobs: number;
}

interface Generated {
  readonly id: number;
  readonly logprob: number;
  /** of the text that the server sends with it */
  readonly bytes: Uint8Array;
  readonly top: readonly { readonly id: number; readonly logprob: number }[];
}

export interface ServerOptions {
  readonly ggufFile: string;
  /** of the model; generation ends with its end of text */
  readonly tokenizer: Pick<Tokenizer, 'vocabSize' | 'endOfText' | 'tokenBytes'>;
  readonly context: number;
  /** whose form the answers have */
  readonly form: 'llama.cpp' | 'vLLM';
}

/**
 * llama.cpp behind /v1/completions, on loopback. The registries have no binary of its own server; this one answers in the form of that, or
 * of vLLM, with what llama.cpp's library really computes. What its own server, built by hand, has answered stands in test/remote/.
 * @source `server_task_result_cmpl_final::to_json_oaicompat` in llama.cpp; `CompletionResponse` in vLLM
 */
export class CompletionsServer {
  /** bodies, in their order */
  readonly requests: Request[] = [];
  readonly keys: (string | undefined)[] = [];
  delayMs = 0;
  readonly #server: Server;
  readonly #llama: Llama;
  readonly #model: Model;
  readonly #sequence: Sequence;
  readonly #options: ServerOptions;
  #busy: Promise<void> = Promise.resolve();

  private constructor(llama: Llama, model: Model, sequence: Sequence, options: ServerOptions) {
    this.#llama = llama;
    this.#model = model;
    this.#sequence = sequence;
    this.#options = options;
    this.#server = createServer((request, response) => {
      // Whoever asked may have gone away meanwhile.
      const serve = async (): Promise<void> => {
        await this.#serve(request, response).catch(() => response.destroy());
      };
      this.#busy = this.#busy.then(serve);
    });
  }

  static async start(options: ServerOptions): Promise<CompletionsServer> {
    const llama = await startLlamaCpp();
    const model = await llama.loadModel({ modelPath: options.ggufFile, useMmap: false });
    const sequence = await emptySequence(model, options.context);
    const server = new CompletionsServer(llama, model, sequence, options);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/completions`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#busy;
    await this.#llama.dispose();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    if (request.method !== 'POST' || request.url !== '/v1/completions') {
      response.writeHead(404).end();
      return;
    }
    const asked = JSON.parse(body) as Request;
    this.requests.push(asked);
    this.keys.push(request.headers.authorization);
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    const generated = await this.#generate(asked);
    const { tokenizer, form } = this.#options;
    const ids = generated.map(({ id }) => id).filter((id) => id < tokenizer.endOfText);
    const text = this.#model.detokenize(ids);
    const logprobs =
      form === 'vLLM'
        ? asVllm(generated)
        : { content: withWholeCharacters(generated).map((one) => asLlama(one, tokenizer)) };
    const choices = [{ text, index: 0, logprobs, finish_reason: 'length' }];
    response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ object: 'text_completion', model: 'nihilo', choices }));
  }

  async #generate({ prompt, max_tokens: count, logprobs }: Request): Promise<Generated[]> {
    const { tokenizer } = this.#options;
    const { vocabSize, endOfText } = tokenizer;
    await this.#sequence.clearHistory();
    const generated: Generated[] = [];
    let ids = prompt;
    while (generated.length < count && generated.at(-1)?.id !== endOfText) {
      const logits = await nextLogits(this.#sequence, ids, vocabSize);
      const top = likeliest(logits, logprobs);
      generated.push({ ...top[0]!, bytes: tokenizer.tokenBytes(top[0]!.id), top });
      ids = [top[0]!.id];
    }
    return generated;
  }
}

function likeliest(logits: Float32Array, count: number): { readonly id: number; readonly logprob: number }[] {
  const most = logits.reduce((one, other) => Math.max(one, other), -Infinity);
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0)) + most;
  const ids = [...logits.keys()].sort((one, other) => logits[other]! - logits[one]! || one - other);
  return ids.slice(0, count).map((id) => ({ id, logprob: logits[id]! - total }));
}

/** As llama.cpp's server lists them: none behind which the text would end within a character; the one that ends it has all the bytes. */
function withWholeCharacters(generated: readonly Generated[]): Generated[] {
  const listed: Generated[] = [];
  let open: number[] = [];
  for (const one of generated) {
    open.push(...one.bytes);
    if (endsWithin(open)) continue;
    listed.push({ ...one, bytes: Uint8Array.from(open) });
    open = [];
  }
  return listed;
}

/** Whether more bytes must follow: then a decoder that waits for them gives less than one that does not. */
function endsWithin(bytes: readonly number[]): boolean {
  const [whole, soFar] = [false, true].map((stream) =>
    new TextDecoder().decode(Uint8Array.from(bytes), { stream }),
  );
  return whole !== soFar;
}

function asLlama({ id, logprob, bytes, top }: Generated, tokenizer: ServerOptions['tokenizer']): object {
  return {
    id,
    token: new TextDecoder().decode(bytes),
    bytes: [...bytes],
    logprob,
    top_logprobs: top.map((one) => ({ ...one, token: '', bytes: [...tokenizer.tokenBytes(one.id)] })),
  };
}

function asVllm(generated: readonly Generated[]): object {
  return {
    tokens: generated.map(({ id }) => `token_id:${id}`),
    token_logprobs: generated.map(({ logprob }) => logprob),
    top_logprobs: generated.map(({ top }) =>
      Object.fromEntries(top.map(({ id, logprob }) => [`token_id:${id}`, logprob])),
    ),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const part of request) body += String(part);
  return body;
}
