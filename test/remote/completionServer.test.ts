import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import type { RemoteStatus } from '../../extension/protocol/remote.ts';
import { CompletionServer } from '../../extension/remote/completionServer.ts';

/** How a server stands that answers so. */
async function statusAfter(answer: (response: ServerResponse) => void): Promise<RemoteStatus | null> {
  const server = createServer((_, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/v1/completions`;
  const asked = new CompletionServer({ url, key: null, model: null, maxMilliseconds: 5_000 });
  const options = { vocabSize: 300, isOurs: () => true };
  try {
    expect(await asked.ask([1, 2], 4, options, 5_000, new AbortController().signal)).toBe(null);
    return asked.status;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it.each<[string, (response: ServerResponse) => void, string]>([
  ['no content', (response) => response.writeHead(204).end(), 'no content'],
  ['a page', (response) => response.end('<html>'), 'no JSON'],
  [
    'no end',
    (response) => {
      response.writeHead(200);
      const go = (): void => {
        while (response.write('x'.repeat(65_536)));
        if (!response.destroyed) response.once('drain', go);
      };
      go();
    },
    'more than 1000000 bytes',
  ],
])('takes an answer of %s for unusable, and says why', async (_, answer, detail) => {
  expect(await statusAfter(answer)).toEqual({ state: 'away', failure: { kind: 'unusable', detail } });
});
