import path from 'node:path';
import { parseArgs } from 'node:util';
import { countDocuments, ended } from '../../extension/counts/buildCounts.ts';
import { Decoder } from '../../extension/engine/decoder.ts';
import { readCheckpoint } from '../../extension/engine/checkpoint.ts';
import { compileKernels } from '../../extension/engine/instantiate.ts';
import { Random } from '../../extension/engine/random.ts';
import { heldOutText } from '../../extension/evaluation/heldOutText.ts';
import { splitByFiles } from '../../extension/evaluation/split.ts';
import { loadTrust, trustFolder } from '../../extension/indexing/savedTrust.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { MixtureModel } from '../../extension/prediction/mixtureModel.ts';
import { TransformerModel } from '../../extension/prediction/transformerModel.ts';
import { tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { joinDocuments } from '../../extension/training/batches.ts';
import { DynamicEvaluation } from './dynamicEvaluation.ts';
import { KeptRuns } from './keptRuns.ts';
import type { DynamicRun } from './results.ts';

/**
 * `node test/experiments/dynamicStudy.ts --corpora DIR CORPUS...` lets the base learn each held-out file while it is read, and scores it alone
 * and beside the counts. What is there already is not run again.
 */
const { values: flags, positionals: names } = parseArgs({
  options: { corpora: { type: 'string' } },
  allowPositionals: true,
});

const seed = 1;
const workspaces = [3, null];
const rates = [0, 5e-5, 1e-4];
const every = 128;
const measuredSteps = 40;
/** Held-out files are scored until there are so many tokens. */
const fewestTokens = 8_000;
const platform = nodePlatform();

if (flags.corpora === undefined) throw new Error('Expected --corpora DIR, got none.');
const corpora = path.resolve(flags.corpora);
const { files, baseModel } = platform;
const { config, tensors, tokenizerJson } = await readCheckpoint(files, baseModel!);
const tokenizer = tokenizerFromJson(tokenizerJson);
const trust = (await loadTrust(files, trustFolder(baseModel!), tokenizerJson))!;
const compiled = await compileKernels((asset) => platform.readAsset(asset), false);

interface Workspace {
  readonly known: readonly Uint16Array[];
  readonly judged: readonly ReturnType<typeof heldOutText>[];
}

/** As an evaluation splits and draws them. */
async function workspaceOf(corpus: string, mostFiles: number | null): Promise<Workspace> {
  const request = { folders: [path.join(corpora, corpus)], exclude: [] };
  const { training, heldOut } = await splitByFiles(files, request, seed, () => {});
  const order = new Random(seed).permutation(training.length).subarray(0, mostFiles ?? training.length);
  const drawn = new Set(order);
  const judged: Workspace['judged'][number][] = [];
  let tokens = 0;
  for (const { path: name, bytes, added } of heldOut) {
    if (tokens >= fewestTokens) break;
    const text = heldOutText(tokenizer, name, bytes, added);
    tokens += text.ids.length;
    judged.push(text);
  }
  const known = training.filter((_, i) => drawn.has(i)).map(({ bytes }) => tokenizer.encode(bytes));
  return { known, judged };
}

async function study(corpus: string, mostFiles: number | null, rate: number): Promise<DynamicRun> {
  const { known, judged } = await workspaceOf(corpus, mostFiles);
  const decoder = new Decoder(compiled, config, tensors, 'int8');
  const transformer = new TransformerModel(decoder, tokenizer.endOfText);
  const documents = known.map((ids) => ended(ids, tokenizer.endOfText));
  const documentTokens = Math.max(...judged.map(({ ids }) => ids.length + 1));
  const options = { slack: 0, documentTokens };
  const counts = (await countDocuments(compiled.module, tokenizer, documents, trust, options))!;
  const mixture = new MixtureModel(counts, transformer);
  const usual = joinDocuments(known, tokenizer.endOfText);
  const dynamic = new DynamicEvaluation(compiled, decoder, tensors, usual, { rate, every, measuredSteps });
  let [alone, together] = [0, 0];
  for (const { ids } of judged) {
    dynamic.begin(tokenizer.endOfText);
    mixture.begin();
    for (const id of [...ids, tokenizer.endOfText]) {
      alone -= Math.log2(transformer.probability(id));
      together -= Math.log2(mixture.probability(id));
      mixture.learn(id);
      dynamic.learn(id);
    }
  }
  const bytes = judged.reduce((sum, { countedBytes }) => sum + countedBytes, 0);
  const perByte = { transformer: alone / bytes, mixture: together / bytes };
  return { corpus, seed, mostFiles, rate, every, steps: dynamic.steps, bytes, ...perByte };
}

const kept = new KeptRuns<DynamicRun>('dynamic');
for (const mostFiles of workspaces) {
  for (const corpus of names) {
    for (const rate of rates) {
      const isThere = (run: DynamicRun): boolean =>
        run.corpus === corpus && run.mostFiles === mostFiles && run.rate === rate;
      if (kept.runs.some(isThere)) continue;
      kept.add(await study(corpus, mostFiles, rate));
      process.stderr.write(`${JSON.stringify(kept.runs.at(-1))}\n`);
    }
  }
}
