import { PredictorClient } from '../completion/client.ts';
import { withLineFeeds } from '../corpus/lines.ts';
import { pathInWorkspace } from '../corpus/roots.ts';
import { InspectorClient } from '../inspection/client.ts';
import type { Platform } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { Completion, CompletionOptions, Inspection, ModelSummary } from '../protocol/prediction.ts';
import { absolutePath } from './absolutePath.ts';
import type { CompleteOptions, InspectOptions } from './commandLine.ts';
import { nothingLine, percent } from './figures.ts';
import { print, printJson } from './output.ts';
import { parsePlace, type Place, type TextAtCursor, textAtCursor } from './place.ts';
import { scoredTokenJson, tokenJson } from './tokenJson.ts';
import { withWorkspace } from './workspacePredictor.ts';

/** Nobody types on while this runs, so there is no hurry. */
export function unhurried(leastProbability: number): CompletionOptions {
  return { leastProbability, maxTokens: 64, maxMilliseconds: 60_000 };
}

/** @throws {NihiloError} argumentInvalid, when it is said what to draw among, and nothing is drawn */
function completionOptions(options: CompleteOptions): CompletionOptions {
  const { minProbability, temperature, topK, topP, seed } = options;
  if (temperature === 0 && (topK !== undefined || topP !== undefined)) {
    throw new NihiloError(
      'argumentInvalid',
      say`--top-k and --top-p say what is drawn among, and --temperature 0 draws nothing; leave them out, or ask for a --temperature above 0.`,
    );
  }
  const sampling = {
    temperature,
    seed,
    ...(topK === undefined ? {} : { topK }),
    ...(topP === undefined ? {} : { topP }),
  };
  return { ...unhurried(minProbability), ...(temperature === 0 ? {} : { sampling }) };
}

/** @throws {NihiloError} positionInvalid; storageFailed, when the file can't be read; argumentInvalid, also when it is too large; as withWorkspace does */
export async function complete(platform: Platform, at: string, options: CompleteOptions): Promise<void> {
  const predictor = predictorOf(options);
  const { place, text } = await readPlace(platform, at);
  const completion = await predictor(platform, place, text);
  if (!options.json) {
    print(
      completion.text === ''
        ? [nothingLine(completion.stop, options.minProbability)]
        : [completion.text, `probability ${percent(completion.probability)}`],
    );
    return;
  }
  printJson({
    text: completion.text,
    probability: completion.probability,
    tokens: completion.tokens.map(scoredTokenJson),
    milliseconds: completion.milliseconds,
  });
}

type LinePredictor = (platform: Platform, place: Place, text: TextAtCursor) => Promise<Completion>;

/** @throws {NihiloError} argumentInvalid, when the options name nothing that predicts, or ask counts to draw; as completionOptions does */
function predictorOf(options: CompleteOptions): LinePredictor {
  const { folder, model, reproducible } = options;
  const asked = completionOptions(options);
  const { signal } = new AbortController();
  if (folder === undefined) {
    if (model === undefined) {
      throw new NihiloError('argumentInvalid', say`A completion needs --folder to count, --model, or both.`);
    }
    return (platform, _place, { prefix }) =>
      withModel(platform, { model, reproducible }, (client) => client.complete(prefix, asked, signal));
  }
  if (asked.sampling !== undefined) {
    throw new NihiloError(
      'argumentInvalid',
      say`Only a model by itself draws tokens; leave out --folder, or --temperature.`,
    );
  }
  const corpus = { folders: [absolutePath(folder)], exclude: [] };
  const checkpoint = model === undefined ? null : absolutePath(model);
  return (platform, { file }, { prefix, suffix }) => {
    const path = absolutePath(file);
    const open = { name: pathInWorkspace(corpus.folders, path) ?? path, suffix };
    return withWorkspace(platform, { corpus, checkpoint, reproducible }, (client) =>
      client.complete(prefix, asked, signal, open),
    );
  };
}

/** @throws {NihiloError} positionInvalid; storageFailed, when the file can't be read; argumentInvalid, when it is too large; as PredictorClient.load does */
export async function inspect(platform: Platform, at: string, options: InspectOptions): Promise<void> {
  const { place, text } = await readPlace(platform, at);
  const client = new InspectorClient(platform);
  try {
    const model = await client.load(absolutePath(options.model), options.reproducible);
    const query = { ...text, position: null, topK: options.top };
    const inspection = await client.inspect(query, new AbortController().signal);
    if (options.json) printJson(inspectionJson(model, place, inspection));
    else print(inspectionLines(inspection));
  } finally {
    await client.close();
  }
}

function inspectionJson(model: ModelSummary, place: Place, inspection: Inspection): object {
  const { tokens, position, cursor, distribution } = inspection;
  const { top, others, entropy, actual } = distribution;
  return {
    model,
    file: absolutePath(place.file),
    line: place.line,
    column: place.column,
    tokens: tokens.map(({ id, bytes, start }) => ({ ...tokenJson(id, bytes), start })),
    position,
    cursor,
    top: top.map(scoredTokenJson),
    others,
    entropy,
    actual: actual === null ? null : { ...scoredTokenJson(actual), rank: actual.rank },
  };
}

function inspectionLines({ tokens, position, distribution }: Inspection): string[] {
  const { top, others, entropy, actual } = distribution;
  const shown = top.map(scoredTokenJson).map(({ id, text, logit, probability }) => {
    const mark = id === actual?.id ? '  ← the text goes on so' : '';
    return `${String(id).padStart(6)}  ${JSON.stringify(text).padEnd(20)}  ${logit.toFixed(3).padStart(8)}  ${percent(probability)}${mark}`;
  });
  const last = tokens[position]!;
  return [
    `After token ${position + 1} of ${tokens.length}, ${JSON.stringify(tokenJson(last.id, last.bytes).text)}; entropy ${entropy.toFixed(3)} bits`,
    `${'id'.padStart(6)}  ${'token'.padEnd(20)}  ${'logit'.padStart(8)}  probability`,
    ...shown,
    `${''.padStart(6)}  ${`${others.count} others`.padEnd(20)}  ${''.padStart(8)}  ${percent(others.probability)}`,
  ];
}

/** Starts a predictor, lets `use` ask it, and ends it. */
async function withModel<Answer>(
  platform: Platform,
  { model, reproducible }: { readonly model: string; readonly reproducible: boolean },
  use: (client: PredictorClient) => Promise<Answer>,
): Promise<Answer> {
  const client = new PredictorClient(platform);
  try {
    await client.load(absolutePath(model), reproducible);
    return await use(client);
  } finally {
    await client.unload();
  }
}

const mostFileBytes = 64 * 1_048_576;

async function readPlace(platform: Platform, at: string): Promise<{ place: Place; text: TextAtCursor }> {
  const place = parsePlace(at);
  const file = absolutePath(place.file);
  const size = await platform.files.size(file);
  if (size > mostFileBytes) {
    throw new NihiloError(
      'argumentInvalid',
      say`The file should have at most ${mostFileBytes} bytes and ${file} has ${size}; choose a smaller one.`,
    );
  }
  // As an editor does: a byte order mark is no part of the text, and what is no UTF-8 shows as U+FFFD. Lines end as in what is learnt.
  const text = new TextDecoder().decode(withLineFeeds(await platform.files.read(file)));
  return { place, text: textAtCursor(text, place) };
}
