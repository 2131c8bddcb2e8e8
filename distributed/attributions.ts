import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { attributionText } from './corpus/attribution.ts';
import { archiveOf, inLanes } from './corpus/fetch.ts';
import { manifestFile, readManifest } from './corpus/manifest.ts';
import { type Notices, noticesOf } from './corpus/notices.ts';

/**
 * `node distributed/attributions.ts` writes base/ATTRIBUTIONS.md of the manifest and the archives that `npm run base:corpus` has fetched:
 * whose text the base has learnt from, and under which licences. It fetches nothing; a package whose archive isn't there is referred to.
 */
const root = path.join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    archives: { type: 'string', default: path.join(root, 'base-corpus', 'archives') },
    out: { type: 'string', default: path.join(root, 'base', 'ATTRIBUTIONS.md') },
  },
});

const packages = readManifest(manifestFile);
const notices = new Map<string, Notices>();
let read = 0;
await inLanes(packages, 2, async (entry) => {
  const archive = archiveOf(entry, path.resolve(values.archives));
  if (archive !== null) notices.set(entry.name, await noticesOf(entry, archive));
  if (++read % 50 === 0) process.stderr.write(`${read} of ${packages.length} packages read\n`);
});
writeFileSync(values.out, attributionText(packages, notices));
process.stderr.write(`${notices.size} of ${packages.length} packages had their archive\n`);
