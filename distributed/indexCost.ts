import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { absolutePath } from '../extension/cli/absolutePath.ts';
import { TextFolder } from '../extension/corpus/textFolder.ts';
import { builtIndex } from '../extension/indexing/builtIndex.ts';
import { nodePlatform } from '../extension/platform/node.ts';
import { peakRss } from '../extension/platform/peakRss.ts';
import { measuredHere } from '../test/bench/measuredOn.ts';

/**
 * `node distributed/indexCost.ts FOLDER...` indexes each folder as the editor does, on the counts alone and in a process of its own, and
 * writes what that took to indexCost.json, which docs/scale.md prints.
 */
export const indexCostFile = 'distributed/indexCost.json';
const root = path.join(import.meta.dirname, '..');
const measureHere = '--here';

/** What indexCost.json holds. */
export interface IndexCost {
  readonly machine: string;
  /** of the repository, when it was measured; `-dirty` with changes that were not committed */
  readonly commit: string;
  /** in the order of their bytes */
  readonly rows: readonly IndexCostRow[];
}

/** One folder. */
export interface IndexCostRow {
  /** of all files that neither name nor size keeps out of a corpus */
  readonly bytes: number;
  /** from the folder to the index, wall-clock */
  readonly seconds: number;
  /** most memory that the process has held */
  readonly peakBytes: number;
  readonly tokensCounted: number;
  readonly filesCounted: number;
  /** of these files: for what they hold, as copies of others, or because a corpus has no room for more */
  readonly filesLeftOut: number;
}

async function measure(folder: string): Promise<IndexCostRow> {
  const platform = nodePlatform();
  const before = performance.now();
  const corpus = { folders: [folder], exclude: [] };
  const { tokens, files } = await builtIndex(platform, { corpus, checkpoint: null, reproducible: false });
  const seconds = (performance.now() - before) / 1_000;
  const peakBytes = peakRss();
  const { sizes } = await TextFolder.list(platform.files, folder);
  return {
    bytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
    seconds,
    peakBytes,
    tokensCounted: tokens.length,
    filesCounted: files.length,
    filesLeftOut: sizes.length - files.length,
  };
}

function measureAlone(folder: string): IndexCostRow {
  const program = fileURLToPath(import.meta.url);
  const args = [program, measureHere, folder];
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const row = JSON.parse(
    execFileSync(process.execPath, args, { encoding: 'utf8', stdio: [...stdio] }),
  ) as IndexCostRow;
  console.log(folder, row);
  return row;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [first, ...others] = process.argv.slice(2);
  if (first === undefined) throw new Error('Expected FOLDER..., got none.');
  if (first === measureHere) {
    process.stdout.write(JSON.stringify(await measure(others[0]!)));
  } else {
    const { machine, commit } = measuredHere();
    const rows = [first, ...others].map((folder) => measureAlone(absolutePath(folder)));
    const cost: IndexCost = {
      machine: `${machine.cores} cores of ${machine.cpu}`,
      commit,
      rows: rows.sort((a, b) => a.bytes - b.bytes),
    };
    writeFileSync(path.join(root, indexCostFile), `${JSON.stringify(cost, null, 2)}\n`);
  }
}
