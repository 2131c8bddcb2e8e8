import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
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
  readonly top: readonly { readonly id: number; readonly logprob: number }[];
}

export interface ServerOptions {
  readonly ggufFile: string;
  readonly vocabSize: number;
  /** generation ends with it */
  readonly endOfText: number;
  readonly context: number;
  /** whose form the answers have */
  readonly form: 'llama.cpp' | 'vLLM';
}

/**
 * llama.cpp behind /v1/completions, on loopback. The registries have no binary of its own server; this one answers in the form of that, or
 * of vLLM, with what llama.cpp's library really computes.
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
    const ids = generated.map(({ id }) => id).filter((id) => id < this.#options.endOfText);
    const text = this.#model.detokenize(ids);
    const logprobs = this.#options.form === 'vLLM' ? asVllm(generated) : { content: generated.map(asLlama) };
    const choices = [{ text, index: 0, logprobs, finish_reason: 'length' }];
    response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ object: 'text_completion', model: 'nihilo', choices }));
  }

  async #generate({ prompt, max_tokens: count, logprobs }: Request): Promise<Generated[]> {
    const { vocabSize, endOfText } = this.#options;
    await this.#sequence.clearHistory();
    const generated: Generated[] = [];
    let ids = prompt;
    while (generated.length < count && generated.at(-1)?.id !== endOfText) {
      const logits = await nextLogits(this.#sequence, ids, vocabSize);
      const top = likeliest(logits, logprobs);
      generated.push({ ...top[0]!, top });
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

function asLlama({ id, logprob, top }: Generated): object {
  return {
    id,
    token: '',
    bytes: [],
    logprob,
    top_logprobs: top.map((one) => ({ ...one, token: '', bytes: [] })),
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
