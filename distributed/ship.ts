import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ended, trustOfUnknown } from '../extension/counts/buildCounts.ts';
import { readCheckpoint, writeCheckpoint } from '../extension/engine/checkpoint.ts';
import { compileKernels } from '../extension/engine/instantiate.ts';
import { saveTrust, trustFolder } from '../extension/indexing/savedTrust.ts';
import { nodePlatform } from '../extension/platform/node.ts';
import { openTransformer } from '../extension/prediction/trainedTransformer.ts';
import { TransformerModel } from '../extension/prediction/transformerModel.ts';
import { type Tokenizer, tokenizerFromJson } from '../extension/tokenizer/tokenizer.ts';
import { filesBelow } from './filesBelow.ts';

/**
 * `node distributed/ship.ts --model DIR --held-out DIR` makes what ships of what train.py has trained: base/ with 8-bit weights, and beside
 * it how far to trust it in a workspace that nothing is known of, learnt from files that were held out, of packages whose other files it knows.
 */
const { values } = parseArgs({
  options: { model: { type: 'string' }, 'held-out': { type: 'string' } },
});
const [model, heldOut] = [values.model, values['held-out']];
if (model === undefined || heldOut === undefined) throw new Error('Expected --model DIR and --held-out DIR.');

const base = path.join(import.meta.dirname, '..', 'base');
const platform = nodePlatform();
/** Of one package: more would make the trust that of large packages. */
const mostTokens = 30_000;

/** The packages: folders two below, `<language>/<package>`. */
function packagesOf(folder: string): string[] {
  return readdirSync(folder)
    .toSorted()
    .flatMap((language) =>
      readdirSync(path.join(folder, language)).map((name) => path.join(folder, language, name)),
    );
}

function documentsOf(folder: string, tokenizer: Tokenizer): Uint16Array[] {
  const documents: Uint16Array[] = [];
  let tokens = 0;
  for (const file of filesBelow(folder)) {
    if (tokens >= mostTokens) break;
    const ids = ended(tokenizer.encode(readFileSync(file)), tokenizer.endOfText);
    documents.push(ids);
    tokens += ids.length;
  }
  return documents;
}

const bits = new Uint32Array(1);
const number = new Float32Array(bits.buffer);

/** With 8 bits behind the leading one: an archive packs such numbers into half of the bytes. */
function coarse(value: number): number {
  number[0] = value;
  bits[0] = (bits[0]! + 0x7fff + ((bits[0]! >>> 16) & 1)) & 0xffff_0000;
  return number[0];
}

/** Of a probability near 1, what is left to 1 is what counts. */
const coarseTrust = (value: number): number =>
  value > 0.5 && value < 1 ? 1 - coarse(1 - value) : coarse(value);

const trained = await readCheckpoint(platform.files, path.resolve(model));
const trainerState = { ...trained.trainerState, preset: 'base' as const };
await writeCheckpoint(platform.files, base, { ...trained, trainerState, optimizer: null }, 'I8');

const tokenizer = tokenizerFromJson(trained.tokenizerJson);
const workspaces = packagesOf(path.resolve(heldOut)).map((folder) => documentsOf(folder, tokenizer));
const tokens = workspaces.flat().reduce((sum, { length }) => sum + length, 0);
const { decoder } = await openTransformer(platform, base, false);
const { module } = await compileKernels((name) => platform.readAsset(name), true);
let done = 0;
const count = workspaces.flat().length;
const learnt = trustOfUnknown(
  module,
  tokenizer,
  workspaces,
  new TransformerModel(decoder, tokenizer.endOfText),
  () => {
    if (++done % 20 === 0) process.stderr.write(`${done} of ${count} documents heard\n`);
  },
);
await saveTrust(platform.files, trustFolder(base), trained.tokenizerJson, {
  ...learnt,
  tokens: null,
  seconds: null,
  trust: learnt.trust.map(coarseTrust),
});
process.stderr.write(`base: ${workspaces.length} workspaces of ${tokens} tokens heard\n`);
