import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { oneOf } from '../../extension/cli/optionValues.ts';
import { readCorpus } from '../../extension/corpus/corpus.ts';
import { hashText } from '../../extension/corpus/hash.ts';
import { isHeldOut } from '../../extension/corpus/split.ts';
import { type Checkpoint, readCheckpoint } from '../../extension/engine/checkpoint.ts';
import { Decoder } from '../../extension/engine/decoder.ts';
import { compileKernels } from '../../extension/engine/instantiate.ts';
import { type HeldOutText, heldOutText } from '../../extension/evaluation/heldOutText.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { presetNames } from '../../extension/protocol/model.ts';
import type { SaveOutcome } from '../../extension/protocol/learning.ts';
import { type Tokenizer, tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { ContinualLearner } from '../../extension/training/continual.ts';
import { gentleRecipe } from '../../extension/training/gentleRecipe.ts';
import { encoded, readCorpora } from '../../extension/training/knownText.ts';
import { openTeam } from '../../extension/training/openTeam.ts';
import { recipeFor } from '../../extension/training/recipe.ts';
import { unstoppable } from '../../extension/training/steering.ts';
import { train } from '../../extension/training/trainer.ts';
import { addedLines } from './addedLines.ts';

/**
 * What learning on save is worth: two released versions of a package stand for its history. A model is trained on the older one; then
 * the changed files come as saves, in commits of some files each. Before a commit its added lines are scored by the model that learnt
 * from the saves so far, by the one that did not, and by one that is trained anew, for as many steps, on the text as it is by then.
 */
const { values } = parseArgs({
  options: {
    name: { type: 'string' },
    old: { type: 'string' },
    new: { type: 'string' },
    /** models and the text as it grows; models that are there are not trained again */
    scratch: { type: 'string' },
    out: { type: 'string' },
    preset: { type: 'string', default: 'small' },
    steps: { type: 'string', default: '300' },
    files: { type: 'string', default: '40' },
    commits: { type: 'string', default: '4' },
    rate: { type: 'string', default: '0.1' },
    ms: { type: 'string', default: '2000' },
    threads: { type: 'string', default: '1' },
  },
});

const seed = 1;
const platform = nodePlatform();
const threads = Number(values.threads);
const scratch = path.resolve(values.scratch!);
const work = path.join(scratch, 'text');

interface ChangedFile {
  readonly path: string;
  readonly before: Uint8Array | null;
  readonly after: Uint8Array;
}

/** Files that a save would be learnt from, in an order that has nothing to do with what is in them. */
async function changedFiles(): Promise<ChangedFile[]> {
  const read = async (folder: string): Promise<Map<string, Uint8Array>> => {
    const request = { folders: [path.resolve(folder)], exclude: [] };
    const { documents } = await readCorpus(platform.files, request, { seed });
    return new Map(documents.filter(({ heldOut }) => !heldOut).map((text) => [text.path, text.bytes]));
  };
  const [before, after] = [await read(values.old!), await read(values.new!)];
  return [...after]
    .map(([file, bytes]) => ({ path: file, before: before.get(file) ?? null, after: bytes }))
    .filter((file) => !isHeldOut(file, seed) && addedLines(file.before, file.after).length > 0)
    .sort((a, b) => hashText(a.path) - hashText(b.path))
    .slice(0, Number(values.files));
}

async function trained(name: string): Promise<Checkpoint> {
  const checkpoint = path.join(scratch, name);
  if (!existsSync(checkpoint)) {
    const stop = { steps: Number(values.steps) };
    const preset = oneOf('--preset', presetNames)(values.preset);
    const request = { corpus: { folders: [work], exclude: [] }, checkpoint, preset, stop, threads };
    await train(platform, { ...request, seed, memoryLimitMb: 1_000, resume: false }, unstoppable, () => {});
  }
  return readCheckpoint(platform.files, checkpoint, { withOptimizer: true });
}

const compiled = await compileKernels((name) => platform.readAsset(name), false);

interface Tally {
  bits: number;
  bytes: number;
}

/** Bits of the added lines of these files, each token with at least half a context before it where there is that much. */
function scored({ config, tensors, tokenizerJson }: Checkpoint, files: readonly ChangedFile[]): Tally {
  const tokenizer = tokenizerFromJson(tokenizerJson);
  const decoder = new Decoder(compiled, config, tensors, 'f32');
  const tally = { bits: 0, bytes: 0 };
  for (const file of files) {
    const added = addedLines(file.before, file.after);
    const text = heldOutText(tokenizer, file.path, file.after, added);
    tally.bits += bitsOf(decoder, tokenizer, text);
    tally.bytes += text.countedBytes;
  }
  return tally;
}

function bitsOf(decoder: Decoder, tokenizer: Tokenizer, { ids, counts }: HeldOutText): number {
  const half = decoder.config.maxPositionEmbeddings / 2;
  const all = [tokenizer.endOfText, ...ids];
  let bits = 0;
  for (let start = 0; start < ids.length; start += half) {
    const window = all.slice(start, start + 2 * half);
    const from = start === 0 ? 0 : half;
    const wanted = [...window.keys()].filter(
      (i) => i >= from && start + i < ids.length && counts[start + i] === 1,
    );
    if (wanted.length === 0) continue;
    const logits = decoder.all(window);
    for (const i of wanted) {
      const row = logits.subarray(i * tokenizer.vocabSize, (i + 1) * tokenizer.vocabSize);
      bits += surprise(row, ids[start + i]!);
    }
  }
  return bits;
}

/** −log₂ softmax(logits)[id], in float64 */
function surprise(logits: Float32Array, id: number): number {
  const most = logits.reduce((one, other) => Math.max(one, other), -Infinity);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
  return (Math.log(total) + most - logits[id]!) / Math.LN2;
}

async function learnerFrom(start: Checkpoint): Promise<ContinualLearner> {
  const { trainerState, config, tokenizerJson } = start;
  const tokenizer = tokenizerFromJson(tokenizerJson);
  const [documents] = await readCorpora(platform.files, [{ folders: [work], exclude: [] }], seed);
  const training = documents!.filter(({ heldOut }) => !heldOut);
  const known = {
    training: new Map(training.map((text) => [text.path, tokenizer.encode(text.bytes)])),
    recent: new Map<string, Uint16Array>(),
    heldOut: encoded(tokenizer, documents!, 'heldOut'),
  };
  const recipe = gentleRecipe(recipeFor(trainerState), 20, Number(values.rate));
  const team = await openTeam(platform, config, recipe, {
    threads,
    memoryLimitMb: 1_000,
    reproducible: false,
  });
  return new ContinualLearner(team, start, tokenizer, known, recipe);
}

/** Writes the files of a commit, and saves one after the other. */
async function apply(
  learner: ContinualLearner,
  tokenizer: Tokenizer,
  files: readonly ChangedFile[],
): Promise<SaveOutcome[]> {
  const outcomes: SaveOutcome[] = [];
  for (const file of files) {
    const target = path.join(work, file.path);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, file.after);
    const outcome = await learner.learn(file.path, tokenizer.encode(file.after), { ms: Number(values.ms) });
    if (outcome !== null) outcomes.push(outcome);
  }
  return outcomes;
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? NaN;
}

interface CommitScores {
  readonly addedBytes: number;
  /** bits per byte of the added lines */
  readonly unchanged: number;
  readonly onSave: number;
  readonly retrained: number;
}

async function measure(): Promise<object> {
  const files = await changedFiles();
  const perCommit = Math.ceil(files.length / Number(values.commits));
  rmSync(work, { recursive: true, force: true });
  cpSync(path.resolve(values.old!), work, { recursive: true });
  const start = await trained('start');
  const learner = await learnerFrom(start);
  const tokenizer = tokenizerFromJson(start.tokenizerJson);
  const outcomes: SaveOutcome[] = [];
  const commits: CommitScores[] = [];
  for (let first = 0; first < files.length; first += perCommit) {
    const commit = files.slice(first, first + perCommit);
    // Nothing is learnt yet before the first commit: all models are the same.
    if (first > 0) {
      const [unchanged, onSave, retrained] = [
        scored(start, commit),
        scored(await learner.checkpoint(), commit),
        scored(await trained(`retrained-${first / perCommit}`), commit),
      ].map(({ bits, bytes }) => bits / bytes);
      const addedBytes = scored(start, commit).bytes;
      commits.push({ addedBytes, unchanged: unchanged!, onSave: onSave!, retrained: retrained! });
      process.stderr.write(`${JSON.stringify(commits.at(-1))}\n`);
    }
    outcomes.push(...(await apply(learner, tokenizer, commit)));
  }
  const total = (which: 'unchanged' | 'onSave' | 'retrained'): number =>
    commits.reduce((sum, commit) => sum + commit.addedBytes * commit[which], 0);
  const ms = outcomes.map((outcome) => outcome.ms);
  return {
    corpus: values.name,
    preset: start.trainerState.preset,
    steps: Number(values.steps),
    shareOfRate: Number(values.rate),
    files: files.length,
    commits,
    onSaveOverRetrained: total('onSave') / total('retrained'),
    unchangedOverRetrained: total('unchanged') / total('retrained'),
    saves: {
      count: outcomes.length,
      kept: outcomes.filter(({ share }) => share > 0).length,
      keptWhole: outcomes.filter(({ share }) => share === 1).length,
      steps: outcomes.reduce((sum, { steps }) => sum + steps, 0),
      medianMs: quantile(ms, 0.5),
      p95Ms: quantile(ms, 0.95),
      mostMs: Math.max(...ms),
    },
    threads,
  };
}

const result = JSON.stringify(await measure(), null, 2);
if (values.out === undefined) console.log(result);
else writeFileSync(values.out, `${result}\n`);
// Threads of the learner are still there.
process.exit(0);
