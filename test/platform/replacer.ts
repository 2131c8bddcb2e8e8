import { nodePlatform } from '../../extension/platform/node.ts';

/** Replaces a folder over and over, each time by files that all hold the same new number, until it is killed. */
const [folder = '', names = '', from = '0'] = process.argv.slice(2);
for (let version = Number(from); ; version++) {
  const bytes = new TextEncoder().encode(String(version));
  await nodePlatform().files.replaceFolder(folder, new Map(names.split(',').map((name) => [name, [bytes]])));
  process.stdout.write(`${version}\n`);
}
