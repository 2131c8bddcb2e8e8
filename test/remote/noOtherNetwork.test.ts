import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { describe, expect, it } from 'vitest';

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

const { bundles, options } = (await import(new URL('../../build.mjs', import.meta.url).href)) as {
  readonly bundles: readonly (BuildOptions & { readonly outfile: string })[];
  options(bundle: object, production: boolean): BuildOptions;
};

/** What a bundle loads of Node. None of these reaches a network; whatever else a dependency brings along stands out. */
const harmless = 'crypto fs fs/promises os path perf_hooks url vscode worker_threads'.split(' ');
/** Only on the command line: other programs (`git log`, `xz`, `zstd`) are started there, never in the editor. */
const ofCommandLine = ['child_process', 'events', 'process', 'readline'];
/** By their names, as bundling leaves them; `fetch` also where it is taken from somewhere first. */
const ways =
  /\bfetch\b|\bXMLHttpRequest\b|\bWebSocket\b|\bEventSource\b|\bsendBeacon\b|\bRTCPeerConnection\b|\bWebTransport\b|\bimportScripts\b/g;
/** The predictor's thread asks the server; on the command line there is none to ask. */
const asking = ['dist/thread.js', 'dist/web/thread.js'];

describe('as it ships, with what its dependencies bring along', () => {
  it.each(bundles.map((bundle) => [bundle.outfile, bundle] as const))(
    '%s reaches a network by one fetch, where a server is asked, or not at all',
    async (outfile, bundle) => {
      const { outputFiles, metafile } = await build({
        ...options(bundle, true),
        write: false,
        metafile: true,
      });
      const loaded = Object.values(metafile!.outputs).flatMap(({ imports }) =>
        imports
          .filter(({ external }) => external === true)
          .map(({ path: name }) => name.replace('node:', '')),
      );
      const isOfCommandLine = ['dist/cli.js', 'dist/bench.js'].includes(outfile);
      const allowed = new Set([...harmless, ...(isOfCommandLine ? ofCommandLine : [])]);
      expect(loaded.filter((name) => !allowed.has(name))).toEqual([]);
      const text = outputFiles!.find(({ path: name }) => name.endsWith('.js'))!.text;
      expect(text.match(ways) ?? []).toEqual(asking.includes(outfile) ? ['fetch'] : []);
    },
  );
});
