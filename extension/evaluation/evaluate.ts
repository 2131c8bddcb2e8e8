import { learnsOnFromOthers, type LearntTrust } from '../counts/buildCounts.ts';
import type { SequenceModel } from '../counts/sequenceModel.ts';
import { splitCorpus } from '../corpus/corpus.ts';
import { readCheckpoint } from '../engine/checkpoint.ts';
import { Random } from '../engine/random.ts';
import type { Platform } from '../platform/platform.ts';
import { isAsking } from '../prediction/transformerModel.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { TrainingReport, TrainingRequest } from '../protocol/training.ts';
import {
  type Tokenizer,
  tokenizerFromJson,
  tokenizerToJson,
  trainTokenizer,
} from '../tokenizer/tokenizer.ts';
import { autoSize } from '../training/size.ts';
import { type Compressor, type CompressorScore, compressedScore } from './compressors.ts';
import { FrozenModel } from './frozen.ts';
import { type Application, applicationOf, type CallReport, scoreCalls } from './calls.ts';
import { heldOutText } from './heldOutText.ts';
import { chooseLines, type LineChoice } from './lines.ts';
import type { Material, PredictorFactory, Stage, TrainedTransformer } from './predictors.ts';
import { type EvaluationReport, type Row, rowOf, type TrainingCost } from './report.ts';
import { roundTrip } from './roundTrip.ts';
import { score, type ScoringTask } from './scoring.ts';
import type { EvaluationSplit, SplitName } from './split.ts';

export interface EvaluationOptions {
  /** absolute path */
  readonly folder: string;
  /** since the folder is opened, index and training together; 0: nothing is trained */
  readonly seconds: number;
  /** of those that are learnt from, drawn by the seed: a workspace that has just begun; null: all */
  readonly mostFiles: number | null;
  readonly threads: number;
  readonly seed: number;
  readonly split: SplitName;
  /** protocol *static* instead of *file-dynamic* */
  readonly frozen: boolean;
  readonly roundTrip: boolean;
  /** the transformer learns to ask for names that it can't know, and is tried with it */
  readonly calls: boolean;
}

/** A model that predicts before the training, too, and that the training begins with. */
export interface Base {
  /** absolute path */
  readonly folder: string;
  readonly transformer: TrainedTransformer;
  readonly tokenizerJson: string;
  readonly trust: LearntTrust | null;
}

export interface EvaluationParts {
  readonly platform: Platform;
  readonly predictors: readonly PredictorFactory[];
  readonly compressors: readonly Compressor[];
  readonly base: Base | null;
  /** reads the texts and keeps some of them apart */
  readonly readSplit: () => Promise<EvaluationSplit>;
  /** absolute path of a folder that nobody else uses: the transformer is written there, and removed in the end */
  readonly checkpoint: string;
  /** runs a training to its end */
  readonly train: (request: TrainingRequest) => Promise<TrainingReport>;
  readonly lineChoice: LineChoice;
  /** answers what the model asks for; absent: the texts of the folder do */
  readonly application?: Application;
  /** lets signals in and shows how far something is; rejects when it is time to end */
  readonly breathe: (what: string, done: number, all: number) => Promise<void>;
}

/**
 * Splits, lets every predictor learn from the one part and scores all of them on the other.
 * @throws {NihiloError} as `readSplit` and `train` do; corpusTooSmall, when there is nothing to judge by
 */
export async function evaluate(
  options: EvaluationOptions,
  parts: EvaluationParts,
): Promise<EvaluationReport> {
  const openedAt = performance.now();
  const split = await parts.readSplit();
  return new Evaluation(options, parts, split, openedAt).run();
}

class Evaluation {
  readonly #options: EvaluationOptions;
  readonly #parts: EvaluationParts;
  readonly #split: EvaluationSplit;
  readonly #task: ScoringTask;
  readonly #material: Omit<Material, 'breathe'>;
  readonly #rows: Row[] = [];
  /** from opening the folder until its tokens are there */
  readonly #tokenizedSeconds: number;
  /** of the index that takes longest */
  #indexSeconds = 0;
  #calls: CallReport | null = null;

  constructor(options: EvaluationOptions, parts: EvaluationParts, split: EvaluationSplit, openedAt: number) {
    const { seed } = options;
    const { base } = parts;
    this.#options = options;
    this.#parts = parts;
    this.#split = withFewer(split, options);
    // From here on, what predictors get is made of the training texts alone.
    const tokenizer =
      base === null ? newTokenizer(this.#split.training, options) : tokenizerFromJson(base.tokenizerJson);
    const training = this.#split.training.map(({ path, bytes }) => ({
      path,
      bytes,
      ids: tokenizer.encode(bytes),
    }));
    this.#tokenizedSeconds = (performance.now() - openedAt) / 1_000;
    const heldOut = split.heldOut.map(({ path, bytes, added }) => heldOutText(tokenizer, path, bytes, added));
    const longest = heldOut.reduce((most, { ids }) => Math.max(most, ids.length + 1), 0);
    // In whole steps: a few tokens more or less that are held out change nothing of what predictors are.
    const documentTokens = Math.ceil(longest / documentStep) * documentStep;
    this.#material = {
      platform: parts.platform,
      tokenizer,
      texts: training,
      documentTokens,
      transformer: null,
      trust: null,
      learnsOn: false,
    };
    const judged = heldOut.filter(({ countedBytes }) => countedBytes > 0);
    const texts = Array.from(new Random(seed).permutation(judged.length), (index) => judged[index]!);
    if (texts.length === 0) throw nothingHeldOut(options.folder);
    this.#task = { tokenizer, texts, lines: chooseLines(texts, parts.lineChoice, seed) };
  }

  async run(): Promise<EvaluationReport> {
    for (const factory of this.#staged('index')) await this.#row(factory, 'index', this.#material, 0);
    const { base } = this.#parts;
    if (base !== null) {
      const { transformer, trust } = base;
      const material = { ...this.#material, transformer, trust };
      for (const factory of this.#staged('base')) await this.#row(factory, 'base', material, 0);
      await this.#weighed(transformer);
    }
    const trains = this.#options.seconds > 0 && this.#staged('trained').length > 0;
    const training = trains ? await this.#train() : null;
    if (training !== null) {
      const { transformer } = training;
      const material = this.#learningOn(transformer) ?? { ...this.#material, transformer };
      for (const factory of this.#staged('trained')) {
        await this.#row(factory, 'trained', material, this.#indexSeconds + training.report.seconds);
      }
    }
    return this.#report(training?.report ?? null, await this.#compress());
  }

  /** What comes with the base says how far to trust it in any workspace; in the background it is learnt in this one. */
  async #weighed(transformer: TrainedTransformer): Promise<void> {
    const material = this.#learningOn({ ...transformer, heldOutPaths: null }) ?? {
      ...this.#material,
      transformer: { ...transformer, heldOutPaths: this.#innerHeldOutPaths() },
    };
    for (const factory of this.#staged('weighed')) {
      await this.#row(factory, 'weighed', material, this.#indexSeconds);
    }
  }

  /** For how far to trust the transformer to be learnt on from what comes with the base; null: from nothing is better, or nothing comes. */
  #learningOn(transformer: TrainedTransformer): Omit<Material, 'breathe'> | null {
    const trust = this.#parts.base?.trust ?? null;
    const { texts } = this.#material;
    const learntFrom = transformer.heldOutPaths === null ? 'none' : 'most';
    const isBetter = learnsOnFromOthers(
      texts.map(({ ids }) => ids),
      learntFrom,
    );
    return trust !== null && isBetter ? { ...this.#material, transformer, trust, learnsOn: true } : null;
  }

  /** By the evaluation's own seed, what a training holds out for itself would be held out here already. */
  get #innerSeed(): number {
    return (this.#options.seed ^ 0x9e3779b9) >>> 0;
  }

  /** Of the training texts, those that a training holds out for itself. */
  #innerHeldOutPaths(): string[] {
    const { documents } = splitCorpus(this.#material.texts, [], this.#innerSeed);
    return documents.flatMap(({ path, heldOut }) => (heldOut ? [path] : []));
  }

  #staged(stage: Stage): PredictorFactory[] {
    return this.#parts.predictors.filter(({ stages }) => stages.includes(stage));
  }

  /** @param secondsBefore what came between the tokens and the preparation */
  async #row(
    { name, prepare }: PredictorFactory,
    stage: Stage,
    material: Omit<Material, 'breathe'>,
    secondsBefore: number,
  ): Promise<void> {
    const { frozen } = this.#options;
    const { breathe } = this.#parts;
    const learning = (share: number): Promise<void> =>
      breathe(`${name} learns`, Math.floor(100 * share), 100);
    const make = async (): Promise<SequenceModel> => {
      const model = await prepare({ ...material, breathe: learning });
      return frozen ? new FrozenModel(model) : model;
    };
    await learning(0);
    const start = performance.now();
    const model = await make();
    const prepareSeconds = (performance.now() - start) / 1_000;
    if (stage === 'index') this.#indexSeconds = Math.max(this.#indexSeconds, prepareSeconds);
    const atSeconds = this.#tokenizedSeconds + secondsBefore + prepareSeconds;
    if (name === 'mixture' && stage === 'trained') await this.#tryCalls(model);
    const scores = await score(model, this.#task, (done, all) => breathe(`${name} is scored`, done, all));
    const trip = this.#options.roundTrip
      ? await roundTrip(make, this.#task, scores.bits, (done, all) => breathe(`${name} codes`, done, all))
      : null;
    const facts = { predictor: name, stage, atSeconds, prepareSeconds };
    this.#rows.push(rowOf(facts, scores, this.#task.texts, trip));
  }

  /** The application would know every text of the folder, those that are held out from the model, too. */
  async #tryCalls(model: SequenceModel): Promise<void> {
    if (!this.#options.calls || !isAsking(model)) return;
    const { tokenizer, texts } = this.#material;
    const seen = new Set(
      texts.flatMap(({ bytes }) => new TextDecoder().decode(bytes).match(/[\p{L}\p{M}\p{N}_]+/gu) ?? []),
    );
    const task = {
      tokenizer,
      texts: this.#task.texts,
      application: this.#parts.application ?? applicationOf([...texts, ...this.#task.texts]),
      isSeen: (name: string) => seen.has(name),
    };
    this.#calls = await scoreCalls(model, task, (done, all) =>
      this.#parts.breathe('names are asked for', done, all),
    );
  }

  async #train(): Promise<{ report: TrainingReport; transformer: TrainedTransformer }> {
    const { seconds, threads } = this.#options;
    const { platform, checkpoint, train } = this.#parts;
    const { tokenizer, texts } = this.#material;
    // The mixture counts once more, and hears what the transformer says of what its training held out.
    const left = seconds - this.#tokenizedSeconds - 2 * this.#indexSeconds - hearingSeconds;
    try {
      const report = await train({
        // Copies: a text may be a view of something large, all of which would be sent to the trainer.
        corpus: {
          texts: texts.map(({ path, bytes }) => ({ path, bytes: new Uint8Array(bytes) })),
          tokenizerJson: tokenizerToJson(tokenizer),
        },
        checkpoint,
        base: this.#parts.base?.folder,
        stop: { seconds: Math.max(left, 1) },
        threads,
        seed: this.#innerSeed,
        calls: this.#options.calls,
        memoryLimitMb,
        resume: false,
      });
      const { config, tensors } = await readCheckpoint(platform.files, checkpoint);
      return { report, transformer: { config, tensors, heldOutPaths: this.#innerHeldOutPaths() } };
    } finally {
      await platform.files.removeFolder(checkpoint);
    }
  }

  async #compress(): Promise<Record<string, CompressorScore>> {
    const { compressors, breathe } = this.#parts;
    const training = this.#split.training.map(({ bytes }) => bytes);
    const scores: [string, CompressorScore][] = [];
    for (const compressor of compressors) {
      await breathe(`${compressor.name} compresses`, 0, 1);
      const result = await compressedScore(
        compressor,
        training,
        this.#task.texts,
        this.#options.threads,
        (done, all) => breathe(`${compressor.name} compresses`, done, all),
      );
      scores.push([compressor.name, result]);
    }
    return Object.fromEntries(scores);
  }

  #report(
    training: TrainingReport | null,
    compressors: Readonly<Record<string, CompressorScore>>,
  ): EvaluationReport {
    const { folder, split, frozen, seed, threads, seconds } = this.#options;
    const { texts } = this.#task;
    const total = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0);
    const last = this.#rows.at(-1);
    return {
      folder,
      split,
      protocol: frozen ? 'static' : 'file-dynamic',
      seed,
      threads,
      files: this.#material.texts.length + texts.length,
      trainBytes: total(this.#material.texts.map(({ bytes }) => bytes.length)),
      heldOutBytes: total(texts.map(({ countedBytes }) => countedBytes)),
      trainTokens: total(this.#material.texts.map(({ ids }) => ids.length)),
      heldOutTokens: total(texts.map(({ counts }) => total([...counts]))),
      seconds,
      rows: this.#rows,
      compressors,
      heldOutFiles: texts.map(({ path, countedBytes }, i) => ({
        path,
        bytes: countedBytes,
        bitsPerByte: last?.details.fileBitsPerByte[i] ?? 0,
      })),
      nearDuplicates: this.#split.nearDuplicates,
      training: training === null ? null : costOf(training),
      calls: this.#calls,
      peakRssMb: this.#parts.platform.peakRss() / 1_048_576,
    };
  }
}

/** In the order of their paths, as all of them are. */
function withFewer(split: EvaluationSplit, { mostFiles, seed }: EvaluationOptions): EvaluationSplit {
  const { training } = split;
  if (mostFiles === null || training.length <= mostFiles) return split;
  const drawn = new Set(new Random(seed).permutation(training.length).subarray(0, mostFiles));
  return { ...split, training: training.filter((_, i) => drawn.has(i)) };
}

function newTokenizer(
  training: EvaluationSplit['training'],
  { seconds, threads }: EvaluationOptions,
): Tokenizer {
  const texts = training.map(({ bytes }) => bytes);
  const trainBytes = texts.reduce((sum, { length }) => sum + length, 0);
  const { vocabSize } = autoSize({ trainBytes, threads, stop: { seconds } });
  return trainTokenizer(texts, vocabSize);
}

function costOf({ seconds, steps, tokens, tokensPerSecond, parameters }: TrainingReport): TrainingCost {
  return { seconds, steps, tokens, tokensPerSecond, parameters };
}

const documentStep = 65_536;
/** Kept for the mixture, so that it is there when the time is over. */
const hearingSeconds = 3;
const memoryLimitMb = 1_000;

function nothingHeldOut(folder: string): NihiloError {
  return new NihiloError(
    'corpusTooSmall',
    say`Expected text in ${folder} to judge by, beside what is learnt from, got none; choose a folder with more files.`,
  );
}
