import type { PlainError } from './errors.ts';
import type { OptimizerName, PresetChoice, PresetName } from './model.ts';

/** When training ends: whichever comes first. At least one is set. */
export interface StopCondition {
  readonly seconds?: number;
  readonly steps?: number;
  readonly epochs?: number;
  /** held-out loss, nats per token */
  readonly targetLoss?: number;
}

export interface CorpusRequest {
  /** absolute paths of the folders of the workspace */
  readonly folders: readonly string[];
  /** rules beside `.gitignore`, of VS Code's `files.exclude` and `nihilo.exclude`: globs, or `ruleWithin` one of the folders */
  readonly exclude: readonly string[];
}

/** Where a model's text came from: what it takes to find it again. */
export interface Provenance {
  /** each is read, and split into training and held-out text, apart from the others */
  readonly corpora: readonly (CorpusRequest & { readonly readAtMs?: number })[];
  /** ms since 1970 when those were read that do not say it themselves: what is changed later is another text */
  readonly readAtMs: number;
}

/** Texts that are given, with the tokenizer that was learnt from them, instead of folders to read. */
export interface GivenCorpus {
  readonly texts: readonly GivenText[];
  /** as tokenizer.json holds it */
  readonly tokenizerJson: string;
}

export interface GivenText {
  /** decides, with the seed, whether the text is held out from the training itself */
  readonly path: string;
  /** UTF-8 */
  readonly bytes: Uint8Array;
}

/** What decides every bit of a training beside its text and its number of steps: whoever goes on with it must not change it. */
export interface TrainingChoices {
  readonly preset: PresetName;
  /** most tokens of the vocabulary; null: as the preset says */
  readonly vocabSize: number | null;
  readonly seed: number;
  /** baseline SIMD build: the same bits on every machine */
  readonly reproducible: boolean;
  readonly optimizer: OptimizerName;
  /** null: as the preset's recipe says */
  readonly tokensPerStep: number | null;
  /** whether it learns to ask its application for names that it can't know */
  readonly calls: boolean;
}

/** The same before the text is read, which has a say in `auto`. */
export interface UnsizedChoices extends Omit<TrainingChoices, 'preset'> {
  readonly preset: PresetChoice;
}

/** A choice that is left out is that of the training that is gone on from, or the default. */
export type AskedChoices = { readonly [Name in keyof UnsizedChoices]?: UnsizedChoices[Name] | undefined };

export interface TrainingRequest<
  Corpus extends CorpusRequest | GivenCorpus = CorpusRequest | GivenCorpus,
> extends AskedChoices {
  readonly corpus: Corpus;
  /** absolute path of the checkpoint folder that is written */
  readonly checkpoint: string;
  /** absolute path of the folder of the base model, which `auto` and `base` begin with; left out: `auto` begins with random numbers */
  readonly base?: string | undefined;
  readonly stop: StopCondition;
  readonly threads: number;
  readonly memoryLimitMb: number;
  /** random strings that are planted in the training text, to see what is memorised of it; none when left out */
  readonly canaries?: number | undefined;
  /** go on from the training state in `checkpoint` */
  readonly resume: boolean;
}

/** New text on top of a trained model: with its tokenizer and its choices, at a lower learning rate, mixed with old text. */
export interface FineTuneRequest {
  /** absolute path of the checkpoint folder that is gone on from */
  readonly model: string;
  /** absolute path of the one that is written; may be the same */
  readonly checkpoint: string;
  /** of what the model does not know yet; the rest of it is left out */
  readonly corpus: CorpusRequest;
  /** more old text; null: only that which the model itself names */
  readonly replay: CorpusRequest | null;
  readonly stop: StopCondition;
  readonly threads: number;
  readonly memoryLimitMb: number;
  /** of the order of reading; null: the model's. Which text is held out follows from the model's in any case. */
  readonly seed: number | null;
}

/** to the trainer */
export type TrainingCommand =
  | { readonly type: 'start'; readonly request: TrainingRequest }
  | { readonly type: 'fineTune'; readonly request: FineTuneRequest }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  /** stop now; the best checkpoint so far is kept */
  | { readonly type: 'cancel' };

export type TrainingStage = 'reading' | 'tokenizing' | 'preparing' | 'training' | 'evaluating' | 'saving';

/** One step of training. Losses in nats per token, quality in bits per byte. */
export interface TrainingProgress {
  readonly step: number;
  readonly epoch: number;
  readonly tokens: number;
  readonly elapsedSeconds: number;
  /** processor time of all threads of this run together; null where the machine does not tell a thread's own */
  readonly cpuSeconds: number | null;
  /** null while it can't be told yet */
  readonly remainingSeconds: number | null;
  readonly tokensPerSecond: number;
  readonly learningRate: number;
  readonly gradientNorm: number;
  /** mean of the steps since the previous progress event */
  readonly trainLoss: number;
  readonly trainBitsPerByte: number;
}

export interface HeldOutPoint {
  readonly step: number;
  readonly epoch: number;
  readonly elapsedSeconds: number;
  readonly heldOutLoss: number;
  readonly heldOutBitsPerByte: number;
  readonly best: boolean;
}

/** How well a guess does that reads no context: on the same held-out tokens that the training is scored on. */
export interface PlainGuess {
  /** nats per token */
  readonly loss: number;
  readonly bitsPerByte: number;
}

/** A place in held-out text, which the model goes on with at every score. Tokens are their bytes as Latin-1. */
export interface SamplePrompt {
  /** as the corpus names it */
  readonly file: string;
  /** of the first token that is gone on with, from 1 */
  readonly line: number;
  readonly before: readonly string[];
  /** what the file says there */
  readonly after: readonly string[];
}

/** What the curves of a training are read against; told once, before its first step. */
export interface Yardsticks {
  readonly vocabSize: number;
  /** every token is as likely as any other: ln of the vocabulary's size */
  readonly blind: PlainGuess;
  /** every token is as likely as it is frequent in the training text */
  readonly frequency: PlainGuess;
  /** a gradient of a larger norm is scaled down to it */
  readonly clip: number;
  /** null where no held-out text is long enough */
  readonly prompt: SamplePrompt | null;
}

/** What the model makes of the prompt after so many steps: always the likeliest token. */
export interface TrainingSample {
  readonly step: number;
  /** their bytes as Latin-1; fewer than asked for where a text would end */
  readonly tokens: readonly string[];
}

export interface CorpusSummary {
  readonly trainFiles: number;
  readonly heldOutFiles: number;
  readonly trainBytes: number;
  readonly heldOutBytes: number;
  /** a folder that is left out as a whole counts once */
  readonly leftOutFiles: number;
  /** how many for which reason, in words, most frequent first; empty when nothing is left out */
  readonly leftOutReasons: string;
}

/** Bits per byte of held-out text. */
export interface BeforeAndAfter {
  readonly before: number;
  readonly after: number;
}

export interface FineTuning {
  /** false: no weights did better on new text without doing worse on old text, and the old ones stay */
  readonly kept: boolean;
  /** of the weights that stay, as is all of the report */
  readonly newText: BeforeAndAfter;
  readonly oldText: BeforeAndAfter;
  readonly newFiles: number;
  /** that are mixed with them */
  readonly oldFiles: number;
}

/** Ends a training; `nihilo train --json` and `nihilo finetune --json` print exactly this. */
export interface TrainingReport {
  readonly parameters: number;
  readonly preset: PresetName;
  readonly threads: number;
  readonly seed: number;
  readonly steps: number;
  readonly tokens: number;
  readonly seconds: number;
  readonly tokensPerSecond: number;
  readonly trainBitsPerByte: number;
  readonly heldOutBitsPerByte: number;
  /** number of held-out files */
  readonly heldOutFiles: number;
  readonly peakRssMb: number;
  /** arithmetic of the training steps ÷ the 128-bit SIMD peak of the same threads, measured in the same run */
  readonly fractionOfPeak: number;
  /** absolute path */
  readonly checkpoint: string;
  /** of a fine-tuning only; steps, tokens and seconds are then its own */
  readonly fineTuning?: FineTuning;
}

/** from the trainer */
export type TrainingEvent =
  | { readonly type: 'stage'; readonly stage: TrainingStage; readonly detail: string }
  | { readonly type: 'corpus'; readonly corpus: CorpusSummary }
  | { readonly type: 'progress'; readonly progress: TrainingProgress }
  | { readonly type: 'yardsticks'; readonly yardsticks: Yardsticks }
  | { readonly type: 'heldOut'; readonly point: HeldOutPoint }
  | { readonly type: 'sample'; readonly sample: TrainingSample }
  | { readonly type: 'done'; readonly report: TrainingReport; readonly cancelled: boolean }
  | { readonly type: 'failed'; readonly error: PlainError };
