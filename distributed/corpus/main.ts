import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildText } from './build.ts';
import { fetchAll } from './fetch.ts';
import { manifestFile, readManifest } from './manifest.ts';
import { pinAll } from './pin.ts';

/** `npm run base:corpus`: the packages of the manifest → archives → text. With --pin NAME…: they are added to the manifest. */
const root = path.join(import.meta.dirname, '..', '..');
const { values, positionals } = parseArgs({
  options: {
    into: { type: 'string', default: path.join(root, 'base-corpus') },
    manifest: { type: 'string', default: manifestFile },
    corpora: { type: 'string', default: path.join(root, 'corpora') },
    report: { type: 'string', default: path.join(import.meta.dirname, 'report.json') },
    pin: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const into = path.resolve(values.into);
const archives = path.join(into, 'archives');
const say = (text: string): void => console.log(text);
if (values.pin) {
  const problems = await pinAll(positionals, values.manifest, archives);
  for (const problem of problems) say(`✗ ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
} else if (!existsSync(values.corpora)) {
  say(
    `Expected the texts that quality is measured on in ${values.corpora}, got none; run \`npm run corpora\`.`,
  );
  process.exitCode = 1;
} else {
  const packages = readManifest(values.manifest);
  const problems = await fetchAll(packages, archives, say);
  const places = {
    archives,
    selections: path.join(into, 'selections'),
    text: path.join(into, 'text'),
    corpora: path.resolve(values.corpora),
  };
  const present = packages.filter(({ name }) => !problems.has(name));
  const report = await buildText(present, places, say);
  // Without all packages the text is not that of the manifest.
  if (problems.size === 0) writeFileSync(values.report, `${JSON.stringify(report, null, 2)}\n`);
  for (const [language, { train, heldOut }] of Object.entries({ ...report.languages, total: report.total })) {
    const share = ((100 * train.bytes) / report.total.train.bytes).toFixed(1);
    say(
      `${language.padEnd(12)}${(train.bytes / 1e6).toFixed(1).padStart(7)} MB ${share.padStart(5)} %  ${train.files} files; held out ${heldOut.files}`,
    );
  }
  if (problems.size > 0) {
    say(`${problems.size} packages are missing: ${[...problems.keys()].join(', ')}`);
    process.exitCode = 1;
  }
}
