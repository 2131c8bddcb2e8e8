import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fromArceeConfig } from '../extension/engine/arceeConfig.ts';
import { JsonObject } from '../extension/engine/jsonObject.ts';
import { parameterCount } from '../extension/engine/layout.ts';
import manifest from './corpus/manifest.json' with { type: 'json' };
import report from './corpus/report.json' with { type: 'json' };

/**
 * `node distributed/card.ts --log log.jsonl --shards shards.json --device WORDS` writes what base/ says of itself: the model card, whose text
 * it has learnt from, and the training's log.
 */
const { values } = parseArgs({
  options: { log: { type: 'string' }, shards: { type: 'string' }, device: { type: 'string' } },
});
const { log, shards, device } = values;
if (log === undefined || shards === undefined || device === undefined) {
  throw new Error('Expected --log FILE, --shards FILE and --device WORDS.');
}

interface LogLine {
  readonly event?: string;
  readonly step?: number;
  readonly tokens?: number;
  readonly seconds?: number;
  readonly loss?: number;
  readonly bits_per_byte?: number;
}

const base = path.join(import.meta.dirname, '..', 'base');
const lines = readFileSync(log, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as LogLine);
const last = lines.findLast(({ loss, event }) => loss !== undefined && event === undefined)!;
const heldOut = lines.findLast(({ event }) => event === 'held-out, all')!;
const text = JSON.parse(readFileSync(shards, 'utf8')) as { readonly tokens: number; readonly bytes: number };
const { learnt, unseen } = JSON.parse(readFileSync(path.join(base, 'memorised.json'), 'utf8')) as Record<
  'learnt' | 'unseen',
  { readonly lines: number; readonly verbatim: number }
>;
const configFile = path.join(base, 'config.json');
const config = fromArceeConfig(JsonObject.parse(readFileSync(configFile, 'utf8'), configFile));

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const mega = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

function card(): string {
  const { hiddenSize, numHiddenLayers, numAttentionHeads, maxPositionEmbeddings, vocabSize } = config;
  const languages = Object.entries(report.languages).map(
    ([name, { train }]) => `| ${name} | ${whole(train.files)} | ${mega(train.bytes)} |`,
  );
  return `# The base model

A transformer that has learnt to go on with code, for a workspace that Nihilo knows little of yet. ${whole(parameterCount(config))} parameters (Arcee: ${numHiddenLayers} layers of
${hiddenSize}, ${numAttentionHeads} heads, context ${maxPositionEmbeddings}, vocabulary ${whole(vocabSize)}), in 8-bit whole numbers with a factor a row
(\`model.safetensors\`); as a Hugging Face model folder it is read by \`nihilo\` itself. \`base-mixture/\` beside it is how far the counts trust it.

## Text

${whole(report.packages)} packages of npm and Debian, permissively licensed, each with its licence in [ATTRIBUTIONS.md](ATTRIBUTIONS.md). What quality is measured on
is not among them; \`distributed/README.md\` says what else was left out. Of this text, ${mega(text.bytes)} (${whole(text.tokens)} tokens, in an order that a hash
decides) were learnt from.

| language | files | text |
| -------- | ----- | ---- |
${languages.join('\n')}

## Training

\`distributed/train.py\`, on ${device}: ${whole(last.step!)} steps, ${whole(last.tokens!)} tokens (${(last.tokens! / text.tokens).toFixed(1)} readings) in ${whole(last.seconds!)} s. Training loss in the end
${last.loss!.toFixed(3)} nats a token; on files that were held out ${heldOut.loss!.toFixed(3)} nats a token, ${heldOut.bits_per_byte!.toFixed(3)} bits per byte, before rounding to 8 bits. [training.jsonl](training.jsonl) is its log.

## What it is not

It follows no instructions, and it has not been checked for what it says of people.

What it knows by heart (\`distributed/memorised.ts\`, figures and examples in [memorised.json](memorised.json)): given 600 characters and the first
half of a line, it writes the rest of ${learnt.verbatim} of the ${whole(learnt.lines)} rarest lines that it has learnt from word for word, most of them rulers made of
one character; of ${whole(unseen.lines)} such lines that it has not learnt from, ${unseen.verbatim}. No canaries were planted in its text.
`;
}

function attributions(): string {
  const rows = manifest.map(
    ({ name, version, registry, licence }) => `- ${name} ${version} (${registry}): ${licence}`,
  );
  return `# Whose text the base model has learnt from

${rows.join('\n')}
`;
}

writeFileSync(path.join(base, 'README.md'), card());
writeFileSync(path.join(base, 'ATTRIBUTIONS.md'), attributions());
copyFileSync(log, path.join(base, 'training.jsonl'));
