import path from 'node:path';
import { parseArgs } from 'node:util';
import { readCorpus } from '../../extension/corpus/corpus.ts';
import { compileKernels } from '../../extension/engine/instantiate.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { runExperiment, type Text, tokenize } from './experiment.ts';
import { KeptRuns } from './keptRuns.ts';
import type { Run } from './results.ts';
import { studies, type Study } from './studies.ts';

/**
 * `node test/experiments/run.ts --corpora DIR STUDY...` trains what is missing of each study, one training after the other on one
 * thread, and writes each result as soon as it is there: an interrupted run goes on where it was.
 */
const { values: flags, positionals: names } = parseArgs({
  options: { corpora: { type: 'string' } },
  allowPositionals: true,
});

/** The held-out files are the same for every seed: the spread is that of learning alone. */
const splitSeed = 1;
/** The commit whose trainings knew decays that grow. */
const grownAt = '081786d';
const platform = nodePlatform();
const texts = new Map<string, Promise<Text>>();

function textOf(corpus: string, vocabSize: number): Promise<Text> {
  const key = `${corpus} ${vocabSize}`;
  const text = texts.get(key) ?? readText(path.resolve(flags.corpora!, corpus), vocabSize);
  texts.set(key, text);
  return text;
}

async function readText(folder: string, vocabSize: number): Promise<Text> {
  const request = { folders: [folder], exclude: [] };
  const { documents } = await readCorpus(platform.files, request, { seed: splitSeed });
  return tokenize(documents, vocabSize);
}

async function runStudy(name: string, study: Study): Promise<void> {
  const { tflop } = study;
  const kept = new KeptRuns<Run>(name, tflop);
  const compiled = await compileKernels((asset) => platform.readAsset(asset), false);
  for (const seed of study.seeds) {
    for (const [variant, change] of Object.entries(study.variants)) {
      for (const corpus of study.corpora) {
        const same = (run: Run): boolean =>
          run.variant === variant && run.corpus === corpus && run.seed === seed;
        if (kept.runs.some(same)) continue;
        const settings = { ...study.base, ...change };
        if (settings.decayGrowth !== 0) {
          throw new Error(
            `Expected a recipe that there is, got decays that grow; to run ${name}, go back to ${grownAt}.`,
          );
        }
        const text = await textOf(corpus, settings.vocabSize);
        const result = await runExperiment(compiled, text, settings, tflop * 1e12, seed);
        kept.add({ variant, corpus, seed, settings, ...result });
        const { bitsPerByte, epochs, cpuSeconds, averaged } = result;
        process.stderr.write(
          `${name} | ${variant} | ${corpus} ${seed}: ${bitsPerByte.toFixed(4)} (${averaged.map(([, bits]) => bits.toFixed(4)).join(' ')}), ${epochs.toFixed(1)} epochs, ${cpuSeconds.toFixed(0)} s\n`,
        );
      }
    }
  }
}

if (flags.corpora === undefined) throw new Error('Expected --corpora DIR, got none.');
for (const name of names) {
  const study = studies[name];
  if (study === undefined)
    throw new Error(`Expected a study of ${Object.keys(studies).join(', ')}; got ${name}.`);
  await runStudy(name, study);
}
