import path from 'node:path';
import { parseArgs } from 'node:util';
import type { SequenceModel } from '../../extension/counts/sequenceModel.ts';
import { Random } from '../../extension/engine/random.ts';
import { readCheckpoint } from '../../extension/engine/checkpoint.ts';
import { type HeldOutText, heldOutText } from '../../extension/evaluation/heldOutText.ts';
import { type KeystrokePoint, leastShown, Typist } from '../../extension/evaluation/keystrokes.ts';
import type { GeneratedLine } from '../../extension/evaluation/lineGenerator.ts';
import { chooseLines, type ProbedLine, usualChoice } from '../../extension/evaluation/lines.ts';
import { LineTally } from '../../extension/evaluation/lineTally.ts';
import { predictors } from '../../extension/evaluation/predictors.ts';
import { splitByFiles } from '../../extension/evaluation/split.ts';
import { loadTrust, trustFolder } from '../../extension/indexing/savedTrust.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { AgreeingTokens } from '../../extension/prediction/agreeingTokens.ts';
import { type Tokenizer, tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { BeamGenerator, bestShown } from './beam.ts';
import { KeptRuns } from './keptRuns.ts';
import type { BeamRun } from './results.ts';

/**
 * `node test/experiments/beamStudy.ts --corpora DIR CORPUS...` grows the lines of an evaluation greedily and by beams, with the predictors of
 * a workspace that nothing was trained on yet: counts alone, and counts that hear the base. What is there already is not run again.
 */
const { values: flags, positionals: names } = parseArgs({
  options: { corpora: { type: 'string' } },
  allowPositionals: true,
});

const seed = 1;
const widths = [1, 2, 4];
const predictorNames = ['counts', 'mixture'] as const;
const platform = nodePlatform();

/** What growing lines in one way came to. */
class Way {
  readonly width: number;
  readonly #generator: BeamGenerator;
  readonly #lines = new LineTally();
  readonly #typists: ReadonlyMap<number, Typist>;
  readonly #asks: { readonly places: number; readonly ms: number }[] = [];

  constructor(width: number, model: SequenceModel, tokenizer: Tokenizer, agreeing: AgreeingTokens) {
    this.width = width;
    this.#generator = new BeamGenerator(model, tokenizer, agreeing, width);
    // Which line is shown depends on the threshold: a typist for each.
    this.#typists = new Map(new Typist().curve.map(({ threshold }) => [threshold, new Typist()]));
  }

  try({ content, cursors, typed }: ProbedLine): void {
    for (const { kind, at } of cursors) {
      const [likeliest] = this.#generator.rests(content.subarray(0, at), 0);
      this.#lines.add(kind, likeliest!, content.subarray(at));
    }
    if (!typed) return;
    const known = new Map<number, readonly GeneratedLine[]>();
    const ask = (at: number): readonly GeneratedLine[] => {
      const lines = known.get(at) ?? this.#timed(content.subarray(0, at));
      known.set(at, lines);
      return lines;
    };
    for (const [threshold, typist] of this.#typists) {
      typist.type(content, (at) => bestShown(ask(at), threshold));
    }
  }

  result(corpus: string, predictor: BeamRun['predictor']): BeamRun {
    const curve = [...this.#typists].map(([threshold, typist]): KeystrokePoint => {
      return typist.curve.find((point) => point.threshold === threshold)!;
    });
    const { cursors, exact, similarity } = this.#lines.scores.all;
    const ms = this.#asks.map((ask) => ask.ms).toSorted((a, b) => a - b);
    return {
      corpus,
      predictor,
      seed,
      width: this.width,
      cursors,
      exact,
      similarity,
      curve,
      asks: ms.length,
      placesPerAsk: this.#asks.reduce((sum, { places }) => sum + places, 0) / ms.length,
      p95Ms: ms[Math.floor(0.95 * (ms.length - 1))]!,
    };
  }

  #timed(typed: Uint8Array): readonly GeneratedLine[] {
    const { places } = this.#generator;
    const before = process.threadCpuUsage();
    const lines = this.#generator.rests(typed, leastShown);
    const { user, system } = process.threadCpuUsage(before);
    this.#asks.push({ places: this.#generator.places - places, ms: (user + system) / 1_000 });
    return lines;
  }
}

/** As an evaluation does, without what only it wants to know. */
async function study(corpus: string, predictor: BeamRun['predictor']): Promise<BeamRun[]> {
  const { files, baseModel } = platform;
  const { config, tensors, tokenizerJson } = await readCheckpoint(files, baseModel);
  const trust = await loadTrust(files, trustFolder(baseModel), tokenizerJson);
  const tokenizer = tokenizerFromJson(tokenizerJson);
  const request = { folders: [path.resolve(flags.corpora!, corpus)], exclude: [] };
  const split = await splitByFiles(files, request, seed, () => {});
  const judged = split.heldOut.map(({ path, bytes, added }) => heldOutText(tokenizer, path, bytes, added));
  const texts = Array.from(new Random(seed).permutation(judged.length), (index) => judged[index]!);
  const lines = chooseLines(texts, usualChoice, seed);
  const factory = predictors.find(({ name }) => name === predictor)!;
  const model = await factory.prepare({
    platform,
    tokenizer,
    texts: split.training.map(({ path, bytes }) => ({ path, bytes, ids: tokenizer.encode(bytes) })),
    documentTokens: texts.reduce((most, { ids }) => Math.max(most, ids.length + 1), 0),
    transformer: { config, tensors, heldOutPaths: null },
    trust,
    learnsOn: false,
    breathe: () => Promise.resolve(),
  });
  const agreeing = new AgreeingTokens(tokenizer);
  const ways = widths.map((width) => new Way(width, model, tokenizer, agreeing));
  for (const [i, text] of texts.entries()) {
    follow(model, text, tokenizer.endOfText, lines[i]!, (line) => {
      for (const way of ways) way.try(line);
    });
    process.stderr.write(`${corpus}, ${predictor}: ${i + 1} of ${texts.length} texts\n`);
  }
  return ways.map((way) => way.result(corpus, predictor));
}

/** One text from its beginning to its end: a line is tried where it begins. */
function follow(
  model: SequenceModel,
  { ids }: HeldOutText,
  endOfText: number,
  lines: readonly ProbedLine[],
  visit: (line: ProbedLine) => void,
): void {
  const left = [...lines];
  model.begin();
  for (let i = 0; i <= ids.length; i++) {
    if (left[0]?.token === i) visit(left.shift()!);
    model.learn(ids[i] ?? endOfText);
  }
}

if (flags.corpora === undefined) throw new Error('Expected --corpora DIR, got none.');
const kept = new KeptRuns<BeamRun>('beam');
for (const predictor of predictorNames) {
  for (const corpus of names) {
    if (kept.runs.some((run) => run.corpus === corpus && run.predictor === predictor)) continue;
    kept.add(...(await study(corpus, predictor)));
  }
}
