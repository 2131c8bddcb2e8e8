import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { aptIn, download, type Registry, sha256Of, unpack } from '../../distributed/corpus/registries.ts';
import pins from './corpora.json' with { type: 'json' };

/**
 * Fetches the texts that quality is measured on with the ordinary clients of their registries. Each is pinned by version and by the
 * SHA-256 of its archive; only the pins are committed.
 */
interface Pin {
  readonly name: string;
  /** what we build by, or what nobody builds by: it tells whether what was found on the others holds elsewhere */
  readonly set: 'development' | 'unseen';
  readonly from: Registry;
  readonly package: string;
  readonly version: string;
  /** of the archive, what is kept */
  readonly folder: string;
  /** where below the corpus's folder it goes; '' there itself */
  readonly into: string;
  /** of the archive, in hexadecimal */
  readonly sha256: string;
}

const defaultFolder = path.join(import.meta.dirname, '..', '..', 'corpora');
/** @returns null, or why the corpus can't be had here */
async function fetchCorpus(pin: Pin, corpora: string): Promise<string | null> {
  const target = path.join(corpora, pin.name);
  // Says which archive a corpus came from, so that a changed pin fetches anew; beside the corpus, for it is no part of it.
  const stamp = `${target}.sha256`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === pin.sha256) return null;
  const scratch = mkdtempSync(path.join(tmpdir(), 'nihilo-corpus-'));
  try {
    const release = { registry: pin.from, name: pin.package, version: pin.version };
    const apt = pin.from === 'debian-source' ? (await aptIn(path.join(scratch, 'apt')))[pin.from] : [];
    const received = path.join(scratch, 'received');
    mkdirSync(received);
    const archive = path.join(received, await download(release, received, apt));
    const actual = sha256Of(archive);
    if (actual !== pin.sha256) return `expected an archive with SHA-256 ${pin.sha256}, got ${actual}`;
    const unpacked = path.join(scratch, 'unpacked');
    await unpack(pin.from, archive, unpacked);
    rmSync(target, { recursive: true, force: true });
    cpSync(path.join(unpacked, pin.folder), path.join(target, pin.into), { recursive: true });
    writeFileSync(stamp, pin.sha256);
    return null;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return error.message.trim();
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const { values, positionals } = parseArgs({
  options: { into: { type: 'string', default: defaultFolder } },
  allowPositionals: true,
});
const wanted = (pins as Pin[]).filter(({ name }) => positionals.length === 0 || positionals.includes(name));
for (const pin of wanted) {
  const problem = await fetchCorpus(pin, path.resolve(values.into));
  console.log(
    `${problem === null ? '✓' : '✗'} ${pin.name}  ${pin.package} ${pin.version}${problem === null ? '' : `: ${problem}`}`,
  );
  if (problem !== null) process.exitCode = 1;
}
