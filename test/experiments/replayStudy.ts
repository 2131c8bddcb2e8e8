import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { filesBelow } from '../../distributed/filesBelow.ts';
import { readCorpus } from '../../extension/corpus/corpus.ts';
import { hashText } from '../../extension/corpus/hash.ts';
import { readCheckpoint } from '../../extension/engine/checkpoint.ts';
import { compileKernels } from '../../extension/engine/instantiate.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { Batches, joinDocuments } from '../../extension/training/batches.ts';
import { recipes } from '../../extension/training/recipe.ts';
import { ReplayBatches } from '../../extension/training/replay.ts';
import { runExperiment, tokenizedBy } from './experiment.ts';
import { KeptRuns } from './keptRuns.ts';
import type { ReplayRun } from './results.ts';

/**
 * `node test/experiments/replayStudy.ts --corpora DIR --base-text base-corpus/text` lets the base learn a workspace with a share of its own text
 * in between, for the same arithmetic; what is there already is not trained again.
 */
const { values: flags } = parseArgs({
  options: { corpora: { type: 'string' }, 'base-text': { type: 'string' } },
});

/** About a minute of two cores. */
const trainings = [{ tflop: 6, corpora: ['werkzeug', 'jinja2'], shares: [0, 0.1, 0.3] }] as const;
const seed = 1;
const replayedBytes = 8_000_000;

const platform = nodePlatform();

if (flags.corpora === undefined || flags['base-text'] === undefined) {
  throw new Error('Expected --corpora DIR and --base-text DIR.');
}
const baseText = path.resolve(flags['base-text']);
const corpora = path.resolve(flags.corpora);
const { config, tensors, tokenizerJson } = await readCheckpoint(platform.files, platform.baseModel!);
const tokenizer = tokenizerFromJson(tokenizerJson);
const compiled = await compileKernels((asset) => platform.readAsset(asset), false);

/** Files in an order that a hash decides, until there are so many bytes. */
function tokensOf(folder: string, mostBytes: number): Uint16Array[] {
  const order = (name: string): number => hashText(path.relative(folder, name));
  const encoded: Uint16Array[] = [];
  let bytes = 0;
  for (const name of filesBelow(folder).toSorted((a, b) => order(a) - order(b))) {
    if (bytes >= mostBytes) break;
    const text = readFileSync(name);
    bytes += text.length;
    encoded.push(tokenizer.encode(text));
  }
  return encoded;
}

async function study(corpus: string, tflop: number, share: number): Promise<ReplayRun> {
  const request = { folders: [path.join(corpora, corpus)], exclude: [] };
  const { documents } = await readCorpus(platform.files, request, { seed });
  const text = tokenizedBy(tokenizer, documents);
  const fresh = new Batches(text.stream, seed);
  const batches = share === 0 ? fresh : new ReplayBatches(fresh, new Batches(replayed, seed), 1 - share);
  const settings = {
    ...recipes.base,
    ...config,
    embeddingStd: 0,
    decayGrowth: 0,
    inputNoise: 0,
    averagedShare: 0,
  };
  const special = { batches, weights: tensors as ReadonlyMap<string, Float32Array>, others };
  const result = await runExperiment(compiled, text, settings, tflop * 1e12, seed, special);
  const { steps, tokens, bitsPerByte, averaged } = result;
  return {
    corpus,
    seed,
    tflop,
    share,
    steps,
    epochs: (tokens * (1 - share)) / text.stream.length,
    bitsPerByte,
    averaged: averaged[0]![1],
    baseBitsPerByte: result.others!,
  };
}

const others = tokensOf(path.join(baseText, 'heldOut'), Infinity);
const replayed = joinDocuments(tokensOf(path.join(baseText, 'train'), replayedBytes), tokenizer.endOfText);
const kept = new KeptRuns<ReplayRun>('replay');
for (const { tflop, corpora: names, shares } of trainings) {
  for (const corpus of names) {
    for (const share of shares) {
      const isThere = (run: ReplayRun): boolean =>
        run.corpus === corpus && run.tflop === tflop && run.share === share && run.seed === seed;
      if (kept.runs.some(isThere)) continue;
      kept.add(await study(corpus, tflop, share));
      process.stderr.write(`${JSON.stringify(kept.runs.at(-1))}\n`);
    }
  }
}
