import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { timesInWords } from '../extension/cli/auditLines.ts';
import { fromArceeConfig } from '../extension/engine/arceeConfig.ts';
import { JsonObject } from '../extension/engine/jsonObject.ts';
import { parameterCount } from '../extension/engine/layout.ts';
import type { EvaluationReport } from '../extension/evaluation/report.ts';
import type { AuditTally } from '../extension/protocol/audit.ts';
import report from './corpus/report.json' with { type: 'json' };
import { type KeptCurves, largestDifference } from './curves.ts';
import type { Memorised } from './memorised.ts';
import trained from './trained.json' with { type: 'json' };
import { trainingLog } from './trainingLog.ts';

export const base = path.join(import.meta.dirname, '..', 'base');
const curvesFile = path.join(import.meta.dirname, 'curves.json');
const quality = path.join(import.meta.dirname, '..', 'test', 'quality', 'results');

/** What base/ says of itself, of the figures that lie in it and beside this file: Markdown. */
export function baseCard(): string {
  return ['# The base model', shape(), text(), training(), limits(), memorised()].join('\n\n');
}

function shape(): string {
  const file = path.join(base, 'config.json');
  const config = fromArceeConfig(JsonObject.parse(readFileSync(file, 'utf8'), file));
  const { hiddenSize, numHiddenLayers, numAttentionHeads, maxPositionEmbeddings, vocabSize } = config;
  return `A transformer that has learnt to go on with code, for a workspace that Nihilo knows little of yet. ${whole(parameterCount(config))} parameters (Arcee: ${numHiddenLayers} layers of
${hiddenSize}, ${numAttentionHeads} heads, context ${maxPositionEmbeddings}, vocabulary ${whole(vocabSize)}), in 8-bit whole numbers with a factor a row
(\`model.safetensors\`), under the MIT licence; as a Hugging Face model folder it is read by \`nihilo\` itself. \`base-mixture/\` beside it is how far
the counts trust it.`;
}

function text(): string {
  const languages = Object.entries(report.languages).map(
    ([name, { train }]) => `| ${name} | ${whole(train.files)} | ${mega(train.bytes / 1e6)} |`,
  );
  const attributions = readFileSync(path.join(base, 'ATTRIBUTIONS.md'), 'utf8');
  const unread = attributions.split('\n').filter((line) => line === '    see the package').length;
  return `## Text

${whole(report.packages)} packages of npm and Debian, permissively licensed: [ATTRIBUTIONS.md](ATTRIBUTIONS.md) has the licence of each and what its archive says of
copyright, but of ${unread} whose archives were not at hand. What quality is measured on is not among them,
\`distributed/README.md\` says what else was left out; whoever measures it on one of these packages, or on what is copied from one, measures
what it has read. Of this text, ${mega(trained.megabytes)} (${whole(trained.tokens)} tokens, in an order that a hash decides) were learnt from.

| language | files | text |
| -------- | ----- | ---- |
${languages.join('\n')}`;
}

function readingsOfText(): number {
  return trainingLog().last.tokens / trained.tokens;
}

function training(): string {
  const { last, heldOut } = trainingLog();
  const curves = JSON.parse(readFileSync(curvesFile, 'utf8')) as KeptCurves;
  return `## Training

\`distributed/train.py\`, on ${trained.device}: ${whole(last.step)} steps, ${whole(last.tokens)} tokens (${readingsOfText().toFixed(1)} readings) in ${whole(last.seconds)} s. Training loss in the end
${last.loss.toFixed(3)} nats a token; on files that were held out, of packages whose other files it has learnt from, ${heldOut.loss.toFixed(3)} nats a token, ${heldOut.bits_per_byte.toFixed(3)} bits
per byte, before rounding to 8 bits. [training.jsonl](training.jsonl) is its log. ${elsewhere()}

By Nihilo's own engine the same network learns the same: from the same random numbers, over the same text in the same order and at the same rates,
but with ${whole(curves.recipe.tokensPerStep[0]![1])} tokens a step in float32 on a CPU, the losses of ${curves.ours.length} steps (${curves.ours[0]!.toFixed(3)} → ${curves.ours.at(-1)!.toFixed(3)} nats) and those of PyTorch are at
most ${(100 * largestDifference(curves)).toPrecision(2)} % apart (\`node test/distributed/compare.ts --preset base\`, \`distributed/curves.json\`).`;
}

/** What it knows of packages that it has learnt nothing from: the means of their bits, of each as its first evaluation found them. */
function elsewhere(): string {
  const evaluations = readdirSync(quality).flatMap(
    (file) => (JSON.parse(readFileSync(path.join(quality, file), 'utf8')) as Measured).evaluations,
  );
  const bits = new Map<string, number>();
  for (const { corpus, seed, mostFiles, rows } of evaluations) {
    const row = rows.find(
      ({ predictor, details }) => predictor === 'transformer' && details.stage === 'base',
    );
    if (row !== undefined && seed === 1 && mostFiles === null && !bits.has(corpus))
      bits.set(corpus, row.bitsPerByte);
  }
  const all = [...bits.values()].toSorted((a, b) => a - b);
  const mean = Math.exp(all.reduce((sum, one) => sum + Math.log(one), 0) / all.length);
  return `On files of the ${all.length} packages that
quality is measured on (\`npm run corpora\`), of which it has learnt nothing, ${mean.toFixed(3)} bits per byte (geometric mean of ${all[0]!.toFixed(3)} to ${all.at(-1)!.toFixed(3)}), by itself,
untrained and in 8 bits.`;
}

/** Of `test/quality/results`, what is read here. */
interface Measured {
  readonly evaluations: readonly (Pick<EvaluationReport, 'rows' | 'seed'> & {
    readonly corpus: string;
    readonly mostFiles: number | null;
  })[];
}

function limits(): string {
  return `## What it is not

It follows no instructions, and it has not been checked for what it says of people.`;
}

function memorised(): string {
  const file = readFileSync(path.join(base, 'memorised.json'), 'utf8');
  const { learnt, unseen, hashes, canaries } = JSON.parse(file) as Memorised;
  const { bytes, readings, mostExposureBits, planted, control } = canaries;
  const rulers = learnt.examples.filter(isRuler).length;
  return `## What it knows by heart

The rarest line of each file, of 40 to 160 characters, and of these the ${whole(learnt.lines)} rarest of the whole text, most of which it has learnt from
(\`distributed/memorised.ts\`, examples in [memorised.json](memorised.json)): given 600 characters and the first half of the line, it writes the rest of ${learnt.verbatim}
word for word; ${rulers} of the first ${learnt.examples.length} are rulers made of one character. Of ${whole(unseen.lines)} such lines that it has not learnt from, ${unseen.verbatim}.

No canaries were planted in that text, but it has random strings of its own: digests and identifiers of 32 to 64 hexadecimal digits
(\`distributed/knownHashes.ts\`, at most 5 a file). Each is asked for behind what stands before it in its file and its first four digits; others, of
files that the model has not learnt from, tell how much can be guessed. Exposure is ${mostExposureBits} bits where a string is likelier than
${2 ** mostExposureBits - 1} random ones, and 1.4 on average where nothing is known; [memorised.json](memorised.json) has what it writes.

| digests and identifiers | word for word | exposure |
| ----------------------- | ------------- | -------- |
${hashes.learnt.map(({ times, ...known }, i) => tallyRow(`learnt from, ${inWords(times, hashes.learnt[i + 1]?.times)} in its text`, known)).join('\n')}
${tallyRow('not learnt from', hashes.unread)}

What the model would know of canaries is asked of it when it has gone on with ${mega(bytes / 1e6)} of its text, read ${readings.toFixed(1)}
times at the rates of a workspace's training, in which random strings of 32 characters had been planted (\`nihilo train --preset base --canaries\`,
\`distributed/knownCanaries.ts\`).

| canaries | word for word | exposure |
| -------- | ------------- | -------- |
${planted.map(({ times, ...known }) => tallyRow(`planted ${timesInWords(times)}`, known)).join('\n')}
${tallyRow('in no text', control)}

Its own text it has read ${readingsOfText().toFixed(0)} times, in steps of 65,536 tokens where a workspace's training has 2,048: what stands there again and again, it may write
word for word.
`;
}

/** `▸` stands between what was given and what was written. */
function isRuler(example: string): boolean {
  return /^(.)(?:\1|▸)*$/u.test(example);
}

/** @param next fewest times of the next class; undefined: there is none */
function inWords(times: number, next: number | undefined): string {
  if (next === undefined) return `${times} times or more`;
  return next === times + 1 ? timesInWords(times) : `${times} to ${next - 1} times`;
}

function tallyRow(name: string, { reproduced, tried, meanExposureBits }: AuditTally): string {
  return `| ${name} | ${reproduced} of ${tried} | ${meanExposureBits!.toFixed(1)} bits |`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function mega(megabytes: number): string {
  return `${megabytes.toFixed(1)} MB`;
}
