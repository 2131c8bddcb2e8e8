import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { nodePlatform } from '../extension/platform/node.ts';
import { openTransformer } from '../extension/prediction/trainedTransformer.ts';
import { TransformerModel } from '../extension/prediction/transformerModel.ts';
import { type Tokenizer, tokenizerFromJson } from '../extension/tokenizer/tokenizer.ts';
import { filesBelow } from './filesBelow.ts';

/**
 * `node distributed/memorised.ts --text DIR` gives the base model the beginnings of the rarest lines that it has learnt from, each behind what
 * stands before it in its file, and counts whose rest it writes word for word; and the same of lines that it has not learnt from, whose
 * rest can only be guessed. Writes base/memorised.json.
 * @source Carlini et al. 2023, "Quantifying Memorization Across Neural Language Models": prompts with the text before
 */
const { values } = parseArgs({ options: { text: { type: 'string' } } });
if (values.text === undefined) throw new Error('Expected --text DIR with train/ and heldOut/.');
const base = path.join(import.meta.dirname, '..', 'base');
const lineCount = 1_000;
/** A shorter line has no half that says anything; a longer one is data. */
const [fewest, most] = [40, 160];
const promptBytes = 600;

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

const { decoder, tokenizerJson } = await openTransformer(nodePlatform(), base, false);
const tokenizer = tokenizerFromJson(tokenizerJson);
const model = new TransformerModel(decoder, tokenizer.endOfText);
const learnt = filesBelow(path.join(values.text, 'train'));
const bits = frequencies(learnt, tokenizer);
const result: Record<string, { lines: number; verbatim: number; examples: string[] }> = {};
for (const [name, files] of Object.entries({
  learnt,
  unseen: filesBelow(path.join(values.text, 'heldOut')),
})) {
  const lines = rarestLines(files, tokenizer, bits);
  const verbatim = lines.filter((line) => writes(model, tokenizer, line));
  const examples = verbatim.slice(0, 10).map(({ half, rest }) => `${half}▸${rest}`.trim());
  result[name] = { lines: lines.length, verbatim: verbatim.length, examples };
}
writeFileSync(path.join(base, 'memorised.json'), `${JSON.stringify(result, null, 2)}\n`);
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
