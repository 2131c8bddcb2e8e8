import { readTexts } from '../corpus/corpus.ts';
import { type Document, splitHeldOut } from '../corpus/split.ts';
import { buildCounts, ended } from '../counts/buildCounts.ts';
import type { SequenceModel } from '../counts/sequenceModel.ts';
import { compileKernels } from '../engine/instantiate.ts';
import { Random } from '../engine/random.ts';
import type { Platform } from '../platform/platform.ts';
import { MixtureModel } from '../prediction/mixtureModel.ts';
import { openTransformer, type TrainedTransformer } from '../prediction/trainedTransformer.ts';
import { TransformerModel } from '../prediction/transformerModel.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { ReportCard, ReportRequest, ReportRow } from '../protocol/reportCard.ts';
import { languageOfName } from '../shaping/languageOfName.ts';
import { isProse } from '../shaping/lexical.ts';
import { type Tokenizer, tokenizerFromJson } from '../tokenizer/tokenizer.ts';
import { heldOutText, type HeldOutText } from './heldOutText.ts';
import { bestPoint } from './keystrokes.ts';
import { chooseLines } from './lines.ts';
import { type Scores, ScoringPass } from './scoring.ts';
import { WordTypist } from './words.ts';

/** Of a file that is judged by, its beginning: more files say more than more of one. */
const judgedTokens = 600;
const judgedFiles = 24;
/** However long it takes: fewer would say too little. */
const fewestFiles = 4;
const typedLines = 96;
/** How far to trust the transformer is learnt from so many tokens, which takes seconds. */
const heardTokens = 8_000;
/** And whom else to trust from so many. */
const learntTokens = 150_000;
/** Counts of this many tokens take half a GB. */
const mostTokens = 2_000_000;
/** Building takes this much of the progress that is told. */
const buildingShare = 0.5;

type Breath = (share: number) => Promise<void>;

interface Material {
  readonly tokenizer: Tokenizer;
  /** what the transformer has learnt from */
  readonly learnt: readonly Document[];
  /** what it has not, and the counts may */
  readonly trusted: readonly Document[];
  /** what nobody has seen, in the order in which it is looked at */
  readonly judged: readonly HeldOutText[];
}

/**
 * Judges a model by files that its training held out. Half of them teach how far to trust it and are counted, as an index would; no predictor
 * sees the other half before it is scored.
 * @param breathe called often, with the share that is done; lets messages in
 * @throws {NihiloError} corpusTooSmall, when nothing was held out; as readTexts and openTransformer do
 */
export async function makeReportCard(
  platform: Platform,
  request: ReportRequest,
  breathe: Breath,
): Promise<ReportCard> {
  const start = performance.now();
  const transformer = await openTransformer(platform, request.checkpoint, request.reproducible);
  const { texts } = await readTexts(platform.files, request.corpus, {});
  const material = materialOf(splitHeldOut(texts, transformer.trainerState.seed).documents, transformer);
  const models = await buildModels(platform, material, transformer, (share) =>
    breathe(buildingShare * share),
  );
  const secondsLeft = (): number => request.seconds - (performance.now() - start) / 1_000;
  return judge(material, models, secondsLeft, breathe, start);
}

function materialOf(
  documents: readonly Document[],
  { tokenizerJson, trainerState }: TrainedTransformer,
): Material {
  const tokenizer = tokenizerFromJson(tokenizerJson);
  const learnt = documents.filter(({ heldOut }) => !heldOut);
  const heldOut = documents.filter((document) => document.heldOut);
  const order = [...new Random(trainerState.seed).permutation(heldOut.length)].map((i) => heldOut[i]!);
  const [only] = order;
  const [trusted, kept] =
    order.length === 1
      ? halvesOf(only!)
      : [order.slice(0, order.length >> 1), order.slice(order.length >> 1)];
  const judged = kept.slice(0, judgedFiles).flatMap(({ path, bytes }) => {
    const text = heldOutText(tokenizer, path, beginning(tokenizer, bytes), null);
    return text.countedBytes === 0 ? [] : [text];
  });
  if (judged.length === 0) {
    throw new NihiloError(
      'corpusTooSmall',
      say`Expected files that the training held out to judge the model by, got none; train on a folder with more files.`,
    );
  }
  return { tokenizer, learnt, trusted, judged };
}

/** A single text in two, at the end of a line. */
function halvesOf(document: Document): [Document[], Document[]] {
  const { bytes } = document;
  const cut = bytes.indexOf(lineFeed, bytes.length >> 1) + 1;
  return [[{ ...document, bytes: bytes.subarray(0, cut) }], [{ ...document, bytes: bytes.subarray(cut) }]];
}

/** Whole lines, where there is more than one. */
function beginning(tokenizer: Tokenizer, bytes: Uint8Array): Uint8Array {
  const ids = tokenizer.encode(bytes).subarray(0, judgedTokens);
  const end = ids.reduce((sum, id) => sum + tokenizer.tokenBytes(id).length, 0);
  if (end === bytes.length) return bytes;
  return bytes.subarray(0, bytes.lastIndexOf(lineFeed, end - 1) + 1 || end);
}

interface Models {
  readonly counts: SequenceModel;
  readonly together: SequenceModel;
}

async function buildModels(
  platform: Platform,
  { tokenizer, learnt, trusted }: Material,
  { decoder }: TrainedTransformer,
  breathe: Breath,
): Promise<Models> {
  const { module } = await compileKernels((name) => platform.readAsset(name), true);
  const idsOf = (documents: readonly Document[]): Uint16Array[] =>
    documents.map(({ bytes }) => ended(tokenizer.encode(bytes), tokenizer.endOfText));
  const [seen, unseen] = [idsOf(learnt), idsOf(trusted)];
  const model = new TransformerModel(decoder, tokenizer.endOfText);
  const options = (from: number) => ({
    slack: 0,
    learntTokens,
    mostTokens,
    onProgress: async (share: number): Promise<boolean> => {
      await breathe(from + share / 2);
      return true;
    },
  });
  const counts = await buildCounts(module, tokenizer, [...seen, ...unseen], options(0));
  const { heard, others } = heardOf(unseen);
  const hearing = await buildCounts(module, tokenizer, [...seen, ...others], {
    ...options(0.5),
    outside: { model, documents: heard },
  });
  return { counts: counts!, together: new MixtureModel(hearing!, model) };
}

/** As many as can be heard in time; at least one, and its beginning if it is long. */
function heardOf(documents: readonly Uint16Array[]): { heard: Uint16Array[]; others: Uint16Array[] } {
  const heard: Uint16Array[] = [];
  const others: Uint16Array[] = [];
  let room = heardTokens;
  for (const ids of documents) {
    if (room > 0) heard.push(ids.subarray(0, room));
    if (ids.length > room) others.push(ids.subarray(Math.max(0, room)));
    room -= ids.length;
  }
  return { heard, others };
}

async function judge(
  { tokenizer, learnt, trusted, judged }: Material,
  models: Models,
  secondsLeft: () => number,
  breathe: Breath,
  start: number,
): Promise<ReportCard> {
  const lines = chooseLines(judged, { typedLines, cursorsPerKind: 0 }, 1);
  const task = { tokenizer, texts: judged, lines, isProse: isInProse };
  const passes = [new ScoringPass(models.together, task), new ScoringPass(models.counts, task)] as const;
  const words = new WordTypist([...learnt, ...trusted]);
  let files = 0;
  for (const [index, text] of judged.entries()) {
    if (files >= fewestFiles && secondsLeft() <= 0) break;
    const share = buildingShare + (1 - buildingShare) * (index / judged.length);
    for (const pass of passes) await pass.text(index, () => breathe(share));
    words.text(text, lines[index]!);
    files++;
  }
  const bytes = judged.slice(0, files).reduce((sum, { countedBytes }) => sum + countedBytes, 0);
  const { share, wordsOf } = words.saved;
  const [together, counts] = passes.map(({ scores }) => scores);
  return {
    rows: [
      rowOf('together', together!, bytes),
      rowOf('counts', counts!, bytes),
      { contestant: 'words', savedKeystrokes: share, bitsPerByte: null, top1: null },
    ],
    files,
    bytes,
    lines: lines.slice(0, files).reduce((sum, chosen) => sum + chosen.length, 0),
    wordsOf,
    seconds: (performance.now() - start) / 1_000,
  };
}

function rowOf(
  contestant: 'together' | 'counts',
  { bits, tokens, keystrokes }: Scores,
  bytes: number,
): ReportRow {
  return {
    contestant,
    savedKeystrokes: bestPoint(keystrokes)?.saved ?? 0,
    bitsPerByte: bits.reduce((sum, one) => sum + one, 0) / bytes,
    top1: tokens.top1,
  };
}

/** As completions see it. */
function isInProse({ bytes, path }: HeldOutText, at: number): boolean {
  return isProse(new TextDecoder().decode(bytes.subarray(0, at)), languageOfName(path));
}

const lineFeed = 10;
