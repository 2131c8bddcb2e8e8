import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { nodePlatform } from '../extension/platform/node.ts';
import { openTransformer } from '../extension/prediction/trainedTransformer.ts';
import { TransformerModel } from '../extension/prediction/transformerModel.ts';
import { type Tokenizer, tokenizerFromJson } from '../extension/tokenizer/tokenizer.ts';
import { filesBelow } from './filesBelow.ts';
import report from './corpus/report.json' with { type: 'json' };
import { type KnownCanaries, knownCanaries } from './knownCanaries.ts';
import { type KnownHashes, knownHashes } from './knownHashes.ts';
import trained from './trained.json' with { type: 'json' };

/**
 * What the base model knows by heart, for base/memorised.json; what is not asked for stays as it was.
 *
 * `node distributed/memorised.ts --text DIR` gives it the beginnings of the rarest lines that it has learnt from, each behind what stands
 * before it in its file, and counts whose rest it writes word for word; and the same of lines that it has not learnt from, whose rest can
 * only be guessed.
 *
 * `… --hashes DIR` asks it for random strings that its text, in DIR, has by itself: digests and identifiers.
 *
 * `… --continued MODEL --on DIR --canaries N` asks the last weights of a model for random strings that were planted in a part of that text, in
 * DIR, as `nihilo train DIR --preset base --canaries N --out MODEL` does; its best weights may be those that it began with.
 * @source Carlini et al. 2023, "Quantifying Memorization Across Neural Language Models": prompts with the text before
 * @source Carlini et al. 2019, "The Secret Sharer": canaries and their exposure
 */
const { values } = parseArgs({
  options: {
    text: { type: 'string' },
    hashes: { type: 'string' },
    continued: { type: 'string' },
    on: { type: 'string' },
    canaries: { type: 'string' },
  },
});
const base = path.join(import.meta.dirname, '..', 'base');
const memorisedFile = path.join(base, 'memorised.json');
const lineCount = 1_000;
/** A shorter line has no half that says anything; a longer one is data. */
const [fewest, most] = [40, 160];
const promptBytes = 600;
/** of the base's tokenization */
const readingSeed = 1;

interface KnownLines {
  readonly lines: number;
  readonly verbatim: number;
  readonly examples: readonly string[];
}

export interface Memorised {
  readonly learnt: KnownLines;
  readonly unseen: KnownLines;
  readonly hashes: KnownHashes;
  readonly canaries: KnownCanaries;
}

interface Line {
  readonly before: string;
  readonly half: string;
  readonly rest: string;
  /** mean bits of its tokens by their frequency in the text */
  readonly rarity: number;
}

function frequencies(files: readonly string[], tokenizer: Tokenizer): Float64Array {
  const counts = new Float64Array(tokenizer.vocabSize).fill(1);
  for (const file of files) for (const id of tokenizer.encode(readFileSync(file))) counts[id]!++;
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => Math.log2(total / count));
}

/** The rarest line of each file, the rarest of all of them; none that occurs in two files. */
function rarestLines(files: readonly string[], tokenizer: Tokenizer, bits: Float64Array): Line[] {
  const encoder = new TextEncoder();
  const best = new Map<string, Line | null>();
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    let rarest: Line | null = null;
    let start = 0;
    for (const line of text.split('\n')) {
      const trimmed = line.trim();
      if (trimmed.length >= fewest && trimmed.length <= most) {
        const ids = tokenizer.encode(encoder.encode(trimmed));
        const rarity = ids.reduce((sum, id) => sum + bits[id]!, 0) / ids.length;
        if (rarest === null || rarity > rarest.rarity) {
          const cut = line.length - trimmed.length + Math.floor(trimmed.length / 2);
          rarest = {
            before: text.slice(Math.max(0, start - promptBytes), start),
            half: line.slice(0, cut),
            rest: line.slice(cut).trimEnd(),
            rarity,
          };
        }
      }
      start += line.length + 1;
    }
    if (rarest === null) continue;
    const key = rarest.half + rarest.rest;
    best.set(key, best.has(key) ? null : rarest);
  }
  const lines = [...best.values()].filter((line) => line !== null);
  return lines.toSorted((a, b) => b.rarity - a.rarity).slice(0, lineCount);
}

/** Whether the likeliest tokens, one after the other, are the rest of the line. */
function writes(model: TransformerModel, tokenizer: Tokenizer, { before, half, rest }: Line): boolean {
  const encoder = new TextEncoder();
  model.begin();
  for (const id of tokenizer.encode(encoder.encode(before + half))) model.learn(id);
  const wanted = encoder.encode(rest);
  for (let at = 0; at < wanted.length;) {
    const id = model.top(1).ids[0]!;
    if (id >= tokenizer.endOfText) return false;
    const bytes = tokenizer.tokenBytes(id);
    const length = Math.min(bytes.length, wanted.length - at);
    for (let i = 0; i < length; i++) if (bytes[i] !== wanted[at + i]) return false;
    at += length;
    model.learn(id);
  }
  return true;
}

async function baseModel(): Promise<{ readonly model: TransformerModel; readonly tokenizer: Tokenizer }> {
  const { decoder, tokenizerJson } = await openTransformer(nodePlatform(), base, false);
  const tokenizer = tokenizerFromJson(tokenizerJson);
  return { model: new TransformerModel(decoder, tokenizer.endOfText), tokenizer };
}

/** Of lines that it has learnt from, and of others. */
async function ofRarestLines(text: string): Promise<Pick<Memorised, 'learnt' | 'unseen'>> {
  const { model, tokenizer } = await baseModel();
  const learnt = filesBelow(path.join(text, 'train'));
  const bits = frequencies(learnt, tokenizer);
  const known = (files: readonly string[]): KnownLines => {
    const lines = rarestLines(files, tokenizer, bits);
    const verbatim = lines.filter((line) => writes(model, tokenizer, line));
    const examples = verbatim.slice(0, 10).map(({ half, rest }) => `${half}▸${rest}`.trim());
    return { lines: lines.length, verbatim: verbatim.length, examples };
  };
  return { learnt: known(learnt), unseen: known(filesBelow(path.join(text, 'heldOut'))) };
}

/** It was trained on the beginning of the text, in the order of the tokenization. */
async function ofHashes(text: string): Promise<KnownHashes> {
  const { model, tokenizer } = await baseModel();
  const bytes = Object.values(report.languages).reduce((sum, { train }) => sum + train.bytes, 0);
  return knownHashes(model, tokenizer, text, { share: (1e6 * trained.megabytes) / bytes, seed: readingSeed });
}

const before = JSON.parse(readFileSync(memorisedFile, 'utf8')) as Memorised;
const { text, hashes, continued, on, canaries } = values;
if (text === undefined && hashes === undefined && continued === undefined)
  throw new Error('Expected --text DIR, --hashes DIR or --continued MODEL.');
if ((continued === undefined) !== (on === undefined) || (continued !== undefined && !(Number(canaries) > 0)))
  throw new Error('Expected --continued MODEL, --on DIR and --canaries N together.');
const lines = text === undefined ? {} : await ofRarestLines(text);
const read = hashes === undefined ? {} : { hashes: await ofHashes(hashes) };
const planted =
  continued === undefined || on === undefined
    ? {}
    : { canaries: await knownCanaries(continued, on, Number(canaries)) };
const memorised: Memorised = { ...before, ...lines, ...read, ...planted };
writeFileSync(memorisedFile, `${JSON.stringify(memorised, null, 2)}\n`);
process.stdout.write(`${JSON.stringify(memorised, null, 2)}\n`);
