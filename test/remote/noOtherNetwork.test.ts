import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const extension = path.join(import.meta.dirname, '..', '..', 'extension');

/** All by which a program of Node or a browser reaches another machine. */
const network =
  /\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|RTCPeerConnection|['"](node:)?(https?|http2|net|tls|dgram|dns|undici)(\/promises)?['"]/;

it('nothing in the program reaches a network but extension/remote, in one place', () => {
  const places = readdirSync(extension, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .flatMap((name) =>
      readFileSync(path.join(extension, name), 'utf8')
        .split('\n')
        .filter((line) => network.test(line))
        .map((line) => `${name.replaceAll('\\', '/')}: ${line.trim()}`),
    );
  expect(places).toEqual(['remote/completionServer.ts: const response = await fetch(url, {']);
});
