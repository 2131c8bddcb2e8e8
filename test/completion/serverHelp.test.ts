import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PredictorClient } from '../../extension/completion/client.ts';
import { Predictor } from '../../extension/completion/predictor.ts';
import { readCheckpoint } from '../../extension/engine/checkpoint.ts';
import { Decoder } from '../../extension/engine/decoder.ts';
import { softmax } from '../../extension/arithmetic/softmax.ts';
import { exportModel } from '../../extension/interchange/exportModel.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { nodeFiles } from '../../extension/platform/nodeFiles.ts';
import type { WorkspaceIndex } from '../../extension/protocol/indexing.ts';
import type { RemoteEndpoint, RemoteStatus } from '../../extension/protocol/remote.ts';
import { CompletionServer } from '../../extension/remote/completionServer.ts';
import { type Tokenizer, tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { fakeSecrets } from '../corpus/fakeSecrets.ts';
import { compiled } from '../engine/compiled.ts';
import { builtIndexes } from '../indexing/builtIndexes.ts';
import { folderOfCode } from '../indexing/folderOfCode.ts';
import { CompletionsServer } from '../parity/completionsServer.ts';
import { installLlamaCpp } from '../parity/llamaCpp.ts';
import { giveWay } from './alone.ts';

const platform = nodePlatform();
const base = path.join(import.meta.dirname, '..', '..', 'base');
const options = { leastProbability: 0.05, maxTokens: 12, maxMilliseconds: 10_000 };
const never = (): boolean => false;
const open = { name: 'new.ts', suffix: '\n' };
const prefix = 'export function lengthOf(values: readonly string[]): number {\n  return values.';

let scratch: string;
let code: ReturnType<typeof folderOfCode>;
let tokenizer: Tokenizer;
let decoder: Decoder;
let unavailable: string | null = null;

beforeAll(async () => {
  scratch = mkdtempSync(path.join(tmpdir(), 'nihilo-server-'));
  code = folderOfCode('tokenizer');
  const { config, tensors, tokenizerJson } = await readCheckpoint(nodeFiles, base);
  tokenizer = tokenizerFromJson(tokenizerJson);
  decoder = new Decoder(compiled('baseline'), config, tensors, 'f32');
  try {
    installLlamaCpp();
    const out = path.join(scratch, 'base.gguf');
    await exportModel(
      nodeFiles,
      { type: 'export', model: base, format: 'gguf', dtype: 'f32', out },
      () => {},
    );
  } catch (error) {
    const promised = process.platform === 'linux' && process.arch === 'x64';
    if (promised && process.env['CI'] !== undefined) throw error;
    unavailable = `no server of llama.cpp here: ${(error as Error).message}`;
  }
}, 300_000);

afterAll(() => {
  code.remove();
  rmSync(scratch, { recursive: true, force: true });
});

/** That hears the base, trusted as it ships. */
async function index(): Promise<WorkspaceIndex> {
  return (await builtIndexes(code.folder, base))[0]!;
}

async function startServer(form: 'llama.cpp' | 'vLLM' = 'llama.cpp'): Promise<CompletionsServer> {
  const ggufFile = path.join(scratch, 'base.gguf');
  const context = decoder.config.maxPositionEmbeddings;
  return CompletionsServer.start({ ggufFile, tokenizer, context, form });
}

const endpointAt = (url: string, change: Partial<RemoteEndpoint> = {}): RemoteEndpoint => ({
  url,
  model: null,
  key: null,
  maxMilliseconds: 30_000,
  ...change,
});

describe.each(['llama.cpp', 'vLLM'] as const)('a model that is served in the form of %s', (form) => {
  let server: CompletionsServer;
  beforeAll(async () => {
    if (unavailable === null) server = await startServer(form);
  });
  afterAll(async () => server?.close());

  it('says of the likeliest tokens, along its own path, what our engine says of them within 1e-3', async ({
    skip,
  }) => {
    if (unavailable !== null) skip(unavailable);
    const ids = [tokenizer.endOfText, ...tokenizer.encode(new TextEncoder().encode(prefix))];
    const ours = { vocabSize: tokenizer.vocabSize, isOurs: () => true };
    const client = new CompletionServer(endpointAt(server.url, { key: 'secret', model: 'nihilo' }));
    const answer = await client.ask(ids, 8, ours, 30_000, new AbortController().signal);
    expect(answer!.said.length).toBe(8);
    const document = [...ids];
    for (const { token, ids: likely, probabilities } of answer!.said) {
      const expected = softmax(decoder.next(document)!);
      expect(likely).toHaveLength(20);
      likely.forEach((id, i) =>
        expect(Math.abs(Math.log(probabilities[i]!) - Math.log(expected[id]!))).toBeLessThan(1e-3),
      );
      document.push(token);
    }
    expect(server.keys.at(-1)).toBe('Bearer secret');
    expect(server.requests.at(-1)).toMatchObject({ prompt: ids, model: 'nihilo' });
  });
});

describe('completions with a server', () => {
  let server: CompletionsServer;
  let predictor: Predictor;
  beforeAll(async () => {
    if (unavailable !== null) return;
    server = await startServer();
    predictor = new Predictor(platform);
    await predictor.load(base, true);
    expect(await predictor.useIndex(await index(), giveWay)).toBe('counts + transformer');
  });
  afterAll(async () => server?.close());
  beforeEach(({ skip }) => {
    if (unavailable !== null) skip(unavailable);
    server.requests.length = 0;
    server.delayMs = 0;
    predictor.useRemote(null);
  });

  const complete = () => predictor.complete(prefix, open, options, never);

  it('ask nobody before there is an endpoint, and nobody any more when it is taken away', async () => {
    const local = await complete();
    expect([server.requests.length, predictor.remote]).toEqual([0, null]);
    predictor.useRemote(endpointAt(server.url));
    await complete();
    expect(server.requests.length).toBeGreaterThan(0);
    expect(predictor.remote).toEqual({ state: 'answers' });
    server.requests.length = 0;
    predictor.useRemote(null);
    expect({ ...(await complete()), milliseconds: 0 }).toEqual({ ...local, milliseconds: 0 });
    expect([server.requests.length, predictor.remote]).toEqual([0, null]);
  });

  it('say with the same model there what they say with it here, but for its 8 bits, in at most three requests', async () => {
    const local = await complete();
    predictor.useRemote(endpointAt(server.url));
    const helped = await complete();
    expect(helped.text).toBe(local.text);
    expect(helped.text.length).toBeGreaterThan(3);
    expect(helped.probability).not.toBe(local.probability);
    expect(Math.abs(Math.log(helped.probability / local.probability))).toBeLessThan(0.5);
    expect(server.requests.length).toBeLessThanOrEqual(3);
    // What is known is not asked for again, nor is what is typed along it.
    server.requests.length = 0;
    expect((await complete()).probability).toBe(helped.probability);
    expect(server.requests).toEqual([]);
  });

  it('say with the same model there what they say here of characters that are several tokens, which llama.cpp does not list', async () => {
    const lines = "const first = t('返回用户的名字');\nconst second = t('返回用户的名字');\n";
    for (const start of ["const third = t('", "const third = t('返"]) {
      predictor.useRemote(null);
      const alone = await predictor.complete(lines + start, open, options, never);
      predictor.useRemote(endpointAt(server.url));
      const helped = await predictor.complete(lines + start, open, options, never);
      expect(predictor.remote).toEqual({ state: 'answers' });
      expect(alone.text, start).toMatch(/\p{Script=Han}{2}/u);
      expect(helped.text, start).toBe(alone.text);
      expect(Math.abs(Math.log(helped.probability / alone.probability))).toBeLessThan(0.5);
    }
  });

  it('send token ids of at most one context before the cursor, and no secret', async () => {
    predictor.useRemote(endpointAt(server.url));
    const [, secret] = fakeSecrets['a GitHub token']!;
    const long = `const token = '${secret}';\n${'for (const value of values) total += value;\n'.repeat(80)}`;
    for (const text of [`const token = '${secret}';\nconst other = `, long]) {
      await predictor.complete(text, open, options, never);
      const { prompt, max_tokens: tokens } = server.requests.at(-1)!;
      expect(prompt.length + tokens).toBeLessThanOrEqual(decoder.config.maxPositionEmbeddings);
      const sent = new TextDecoder().decode(
        tokenizer.decode(prompt.filter((id) => id < tokenizer.endOfText)),
      );
      expect(sent).not.toContain(secret);
    }
  });

  it('wait no longer than they may, go on without, and leave a server alone that is late three times', async () => {
    const local = await complete();
    predictor.useRemote(endpointAt(server.url, { maxMilliseconds: 40 }));
    server.delayMs = 2_500;
    const start = performance.now();
    let times = 0;
    // A busy machine may begin a request so late that nothing follows from its end.
    for (; predictor.remote === null && times < 20; times++) expect((await complete()).text).toBe(local.text);
    expect(times).toBeGreaterThanOrEqual(3);
    expect(predictor.remote).toEqual({ state: 'away', failure: { kind: 'late', milliseconds: 40 } });
    const asked = server.requests.length;
    await complete();
    expect(server.requests.length).toBe(asked);
    // Who had waited for the server each time would have taken longer.
    expect(performance.now() - start).toBeLessThan(times * server.delayMs);
  });

  it('end at once when nobody waits for them any more, which is not held against the server', async () => {
    predictor.useRemote(endpointAt(server.url));
    server.delayMs = 2_000;
    let cancelled = false;
    setTimeout(() => (cancelled = true), 50);
    const start = performance.now();
    const { stop } = await predictor.complete(prefix, open, options, () => cancelled);
    expect(stop).toBe('cut');
    expect(performance.now() - start).toBeLessThan(1_500);
    expect(predictor.remote).toBeNull();
  });

  it('in a worker tell how it went, and a worker that takes its place knows the server', async () => {
    const statuses: (RemoteStatus | null)[] = [];
    const client = new PredictorClient(
      platform,
      () => {},
      (status) => statuses.push(status),
    );
    try {
      client.useRemote(endpointAt(server.url));
      await client.load(base, true);
      await client.useIndex(await index());
      await client.complete(prefix, options, new AbortController().signal, open);
      expect(statuses).toEqual([{ state: 'answers' }]);
      expect(server.requests.length).toBeGreaterThan(0);
      await client.dropIndex();
      await client.complete(prefix, options, new AbortController().signal, open);
      expect(statuses.at(-1)).toBeNull();
    } finally {
      await client.unload();
    }
  });
});

describe('a server that is no help', () => {
  const ask = async (url: string) => {
    const server = new CompletionServer(endpointAt(url));
    const ours = { vocabSize: 4, isOurs: () => false };
    const answer = await server.ask([0], 8, ours, 5_000, new AbortController().signal);
    return { answer, status: server.status, isPaused: server.isPaused };
  };

  async function withAnswer<Result>(
    answer: { status?: number; headers?: Record<string, string>; body?: string },
    use: (url: string) => Promise<Result>,
  ): Promise<{ result: Result; requests: number }> {
    let requests = 0;
    const server = createServer((request, response) => {
      requests++;
      request.resume();
      response.writeHead(answer.status ?? 200, answer.headers).end(answer.body ?? '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      return { result: await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`), requests };
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  it('because it is not there says so, and is left alone', async () => {
    const { answer, status, isPaused } = await ask('http://127.0.0.1:9/v1/completions');
    expect([answer, isPaused]).toEqual([null, true]);
    expect(status).toMatchObject({ state: 'away', failure: { kind: 'unreachable' } });
  });

  const otherTokens = { tokens: ['token_id:1'], top_logprobs: [{ 'token_id:1': -1 }] };
  it.each([
    ['refuses', { status: 401 }, { kind: 'refused', status: 401 }],
    ['answers with something else', { body: '<html>' }, { kind: 'unusable', detail: 'no JSON' }],
    [
      'answers with too much',
      { body: ' '.repeat(1_000_001) },
      { kind: 'unusable', detail: 'more than 1000000 bytes' },
    ],
    [
      'has another tokenizer',
      { body: JSON.stringify({ choices: [{ text: 'x', logprobs: otherTokens }] }) },
      { kind: 'otherTokens' },
    ],
  ])('because it %s says so', async (_what, answer, failure) => {
    const { result } = await withAnswer(answer, ask);
    expect(result.status).toEqual({ state: 'away', failure });
  });

  it('because it sends elsewhere is not followed', async () => {
    const { result, requests } = await withAnswer({ body: '{}' }, async (elsewhere) =>
      withAnswer({ status: 307, headers: { location: elsewhere } }, ask),
    );
    expect(requests).toBe(0);
    expect(result.result.answer).toBeNull();
    expect(result.result.status).toMatchObject({ state: 'away' });
  });
});
