// `npm run editor [-- FOLDER]`: node test/e2e/editor.ts VSIX FOLDER
import { statSync } from 'node:fs';
import { CodeServer } from './codeServer.ts';

const [vsix, folder] = process.argv.slice(2);
if (
  vsix === undefined ||
  folder === undefined ||
  !statSync(folder, { throwIfNoEntry: false })?.isDirectory()
) {
  console.error(`Expected a folder to open, got ${folder}; give one that exists: npm run editor -- FOLDER`);
  process.exit(1);
}

const ending = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
});
const server = await CodeServer.start([vsix]);
console.log(`\nVS Code with Nihilo is at\n\n  ${server.url(folder)}\n\nPress Ctrl-C to end it.`);
await ending;
await server.stop();
