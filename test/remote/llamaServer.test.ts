import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../../extension/remote/completionsApi.ts';
import { CompletionServer } from '../../extension/remote/completionServer.ts';

interface Exchange {
  /** the body as it was sent */
  readonly request: string;
  readonly status: number;
  /** the body as it came back */
  readonly answer: string;
}

/**
 * What llama.cpp's own server has been asked by this client, and has answered, byte for byte. The server was built by hand from the sources
 * and libraries in the npm package of test/parity (`llama/gitRelease.bundle`, tools/server) and served the base, exported as GGUF in f32:
 * `llama-server -m base-f32.gguf --host 127.0.0.1 --port 18231 -t 1 --api-key a-key`.
 */
const { exchanges } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'llamaServer.json'), 'utf8'),
) as { readonly exchanges: Readonly<Record<string, Exchange>> };
const vocabSize = 4_096;

let server: Server;
const asked: string[] = [];

beforeAll(async () => {
  const byRequest = new Map(Object.values(exchanges).map((exchange) => [exchange.request, exchange]));
  server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += String(part);
    asked.push(body);
    const exchange = byRequest.get(body);
    response.writeHead(exchange?.status ?? 404, { 'Content-Type': 'application/json; charset=utf-8' });
    response.end(exchange?.answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

async function replayed(name: string) {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/completions`;
  const { request } = exchanges[name]!;
  const { prompt } = JSON.parse(request) as { readonly prompt: readonly number[] };
  const client = new CompletionServer({ url, model: 'nihilo', key: 'a-key', maxMilliseconds: 30_000 });
  const texts: string[] = [];
  const isOurs = ({ text }: Answer): boolean => texts.push(text) > 0;
  const answer = await client.ask(prompt, 8, { vocabSize, isOurs }, 30_000, new AbortController().signal);
  // The client still asks what was asked then.
  expect(asked.at(-1)).toBe(request);
  return { answer, text: texts.at(-1), status: client.status };
}

describe('what llama-server has really answered', () => {
  it('is read token by token, the likeliest 20 of each place, the end of the text among them', async () => {
    const { answer, text, status } = await replayed('code');
    expect(status).toEqual({ state: 'answers' });
    expect(text).toBe('length - 1;\n}\n');
    expect(answer!.said.map(({ token }) => token)).toEqual([452, 99, 103, 12, 1, 11, 1, 4092]);
    for (const { token, ids, probabilities } of answer!.said) {
      expect(ids[0]).toBe(token);
      expect(new Set(ids).size).toBe(20);
      expect(probabilities.toSorted((one, other) => other - one)).toEqual(probabilities);
    }
    expect(answer!.said[0]!.probabilities[0]).toBeCloseTo(Math.exp(-0.535), 3);
  });

  it('is read up to the first character of several tokens, which it lists as one', async () => {
    const { answer, text, status } = await replayed('characters of several tokens');
    expect(JSON.parse(exchanges['characters of several tokens']!.answer)).toMatchObject({
      choices: [{ text: " = t('返\ufffd" }],
    });
    expect(status).toEqual({ state: 'answers' });
    expect(text).toBe(" = t('");
    expect(answer!.said.map(({ token }) => token)).toEqual([8, 213, 149]);
  });

  it('is no answer where that is the first, and not held against the server', async () => {
    const { answer, status } = await replayed('a character of several tokens first');
    expect([answer, status]).toEqual([null, { state: 'answers' }]);
  });

  it.each([
    ['more than its context', 400],
    ['another key', 401],
  ])('is a refusal where it is asked with %s', async (name, status) => {
    const { answer, status: said } = await replayed(name);
    expect(answer).toBeNull();
    expect(said).toEqual({ state: 'away', failure: { kind: 'refused', status } });
  });
});
