import { callText } from '../calling/callForm.ts';
import { windowAround } from '../completion/window.ts';
import { readCheckpoint, type TrainerState } from '../engine/checkpoint.ts';
import { compileKernels } from '../engine/instantiate.ts';
import { parameterCount } from '../engine/layout.ts';
import { distribution } from '../engine/sampler.ts';
import type { Platform } from '../platform/platform.ts';
import { sha256OfText } from '../platform/sha256.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { CallMessage } from '../protocol/calling.ts';
import type { EssayState, EssayWay, InspectorData, Surprise } from '../protocol/inspecting.ts';
import type { InspectedToken, Inspection, ModelSummary } from '../protocol/prediction.ts';
import type { Explanation } from '../protocol/explanation.ts';
import type { NumberName, RunQuestion, StageAnswer, StageAnswers } from '../protocol/stages.ts';
import type { WorkspaceText } from '../protocol/workspaceText.ts';
import { bytesOrName } from '../tokenizer/latin1.ts';
import { type Tokenizer, tokenizerFromJson } from '../tokenizer/tokenizer.ts';
import { Essay, essayCursor } from './essay.ts';
import { ReadText } from './firingLines.ts';
import { replayMerges } from './mergeReplay.ts';
import { type TrainingOf, trainingOf } from './optimizerStep.ts';
import { RecordedModel } from './recordedModel.ts';
import { explain } from './explain.ts';
import { readCall } from './readCall.ts';
import { answerStage, strongestNeuron } from './stageAnswers.ts';
import type { Run, Subject } from './subject.ts';
import { surprisesIn } from './surprises.ts';
import { storyOf } from './vectorStory.ts';

/** Reading the workspace's text gives way to other questions after so long. */
const readingMs = 80;
/** Runs that may still be asked about, of all pages together: while one follows the cursor, another may stay where it is. */
const keptRuns = 32;
/** Pages that look at the essay's example, each with a model of its own: a tab, a view, and one that is being replaced. */
const keptEssays = 3;

interface Workspace {
  readonly subject: Subject;
  readonly tokenizer: Tokenizer;
  readonly trained: Trained;
}

interface Trained {
  readonly checkpoint: string;
  readonly trainerState: TrainerState;
  training: TrainingOf;
  isRead: boolean;
}

/** The Inspector's engine: a model that records, with the workspace's weights or the essay's. */
export class Inspector {
  readonly #platform: Platform;
  #workspace: Workspace | null = null;
  /** by page, the one that was asked for last at the end */
  readonly #essays = new Map<string, Essay>();
  /** of the workspace's model */
  #read: ReadText | null = null;
  readonly #runs = new Map<number, Run>();
  #lastRun: number;

  constructor(platform: Platform, { lastRun }: InspectorData = { lastRun: 0 }) {
    this.#platform = platform;
    this.#lastRun = lastRun;
  }

  /** @throws {NihiloError} checkpointMissing, checkpointTorn, checkpointForeign; the model that was loaded before stays */
  async load(checkpoint: string, reproducible: boolean): Promise<ModelSummary> {
    const { files } = this.#platform;
    const read = await readCheckpoint(files, checkpoint, { withEarlier: true });
    const { config, tensors, tokenizerJson, trainerState } = read;
    const tokenizer = tokenizerFromJson(tokenizerJson);
    const { optimizer } = trainerState;
    const model = new RecordedModel(await this.#kernels(reproducible), config, tensors, optimizer);
    const bytesOf = (id: number): string => bytesOrName(tokenizer, id);
    const story = storyOf(read);
    // What the training left behind is as large as the model, and is read when somebody asks.
    const trained: Trained = {
      checkpoint,
      trainerState,
      training: trainingOf(trainerState, null),
      isRead: false,
    };
    const subject = {
      model,
      bytesOf,
      story,
      get training() {
        return trained.training;
      },
    };
    this.#forget(this.#workspace?.subject);
    this.#workspace = { subject, tokenizer, trained };
    this.#read = null;
    return {
      checkpoint,
      tokenizer: await sha256OfText(tokenizerJson),
      config,
      parameters: parameterCount(config),
      steps: trainerState.step,
      seconds: trainerState.seconds,
      heldOutBitsPerByte: trainerState.heldOutBitsPerByte,
      preset: trainerState.preset,
    };
  }

  /**
   * The tokens around the cursor and the distribution of the token after one of them.
   * @param position index into the tokens; null = the last before the cursor
   * @throws {NihiloError} checkpointMissing; positionInvalid
   */
  inspect(prefix: string, suffix: string, position: number | null, topK: number): Inspection {
    const { subject, tokenizer } = this.#loaded();
    const context = subject.model.config.maxPositionEmbeddings;
    const [before, after] = [prefix, suffix].map((text) => new TextEncoder().encode(text));
    const { ids, starts, cursor } = windowAround(
      tokenizer,
      before!,
      after!,
      context,
      Math.floor(context / 4),
    );
    const tokens = ids.map((id, i) => ({ id, bytes: subject.bytesOf(id), start: starts[i]! }));
    return this.#inspection({ subject, ids }, tokens, cursor, position, topK);
  }

  /** @throws {NihiloError} checkpointMissing */
  surprises(text: string, from: number, to: number): Surprise[] {
    const { subject, tokenizer } = this.#loaded();
    return surprisesIn(subject.model, tokenizer, new TextEncoder().encode(text), from, to);
  }

  /** The text of the workspace, of which is asked where neurons fire; what has been read of the same text is kept. @throws {NihiloError} checkpointMissing */
  read(text: WorkspaceText): void {
    const { subject } = this.#loaded();
    if (this.#read?.isOf(subject, text) !== true) this.#read = new ReadText(subject, text);
  }

  /** Where the essay's model of a page stands when it has gone this way. */
  async essay(page: string, way: EssayWay): Promise<EssayState> {
    return (await this.#essayOf(page, way)).state;
  }

  /** As `inspect`, of the essay's sentences. */
  async inspectEssay(
    page: string,
    way: EssayWay,
    position: number | null,
    topK: number,
  ): Promise<Inspection> {
    const essay = await this.#essayOf(page, way);
    return this.#inspection(essay.run, essay.tokens, essayCursor, position, topK);
  }

  /** The page says the way each time: whatever this thread knew of it, the numbers are those of its way. */
  async #essayOf(page: string, way: EssayWay): Promise<Essay> {
    const essay = this.#essays.get(page) ?? new Essay(await this.#kernels(true), way.seed);
    this.#essays.delete(page);
    this.#essays.set(page, essay);
    for (const [other, { run }] of [...this.#essays].slice(0, -keptEssays)) {
      this.#essays.delete(other);
      this.#forget(run.subject);
    }
    // Its weights become others: what was asked about before is gone.
    if (essay.follow(way)) this.#forget(essay.run.subject);
    return essay;
  }

  /** Reads what a question needs beside the run: what the training left behind, the first time that a step of it is asked for. */
  async prepare(question: RunQuestion): Promise<void> {
    const isStep =
      question.kind === 'learning' || (question.kind === 'explain' && question.number.of === 'optimizerStep');
    const trained = this.#workspace?.trained;
    if (!isStep || trained === undefined || trained.isRead) return;
    trained.isRead = true;
    const { files } = this.#platform;
    const read = await readCheckpoint(files, trained.checkpoint, { withOptimizer: true });
    // A training or a save may have replaced it since the model was loaded.
    if (read.trainerState.step === trained.trainerState.step) {
      trained.training = trainingOf(trained.trainerState, read.optimizer);
    }
  }

  /** @throws {NihiloError} positionInvalid, when the run is too old or the place is not in it */
  ask(run: number, question: RunQuestion): StageAnswer {
    const known = this.#runs.get(run);
    if (known === undefined) {
      throw new NihiloError(
        'positionInvalid',
        say`The run should be one of the last ${keptRuns} and is ${run}. Choose a token to read the text again.`,
      );
    }
    if (question.kind === 'merges') {
      const answer = this.#merges(known, question.position, question.counts);
      return { kind: 'merges', answer };
    }
    if (question.kind === 'call') return { kind: 'call', answer: this.#call(question.asked) };
    if ('position' in question) checkPosition(question.position, known.ids.length);
    if (question.kind === 'firingLines') {
      return { kind: 'firingLines', answer: this.#firingLines(known, question) };
    }
    if (question.kind === 'explain')
      return { kind: 'explain', answer: this.#explain(known, question.number) };
    return answerStage(known, question);
  }

  /** Reads on a little, and tells what is known by then; null: of the essay, or before there is a text. */
  #firingLines(
    run: Run,
    { layer, position, neuron }: Extract<RunQuestion, { kind: 'firingLines' }>,
  ): StageAnswers['firingLines'] {
    if (this.#read === null || run.subject !== this.#workspace?.subject) return null;
    run.subject.model.run(run.ids);
    const asked = neuron ?? strongestNeuron(run.subject.model, layer, position);
    this.#read.read(readingMs);
    return this.#read.strongest(layer, asked);
  }

  /** @throws {NihiloError} positionInvalid, when a number is of a text that has been replaced */
  #explain(run: Run, number: NumberName): Explanation {
    if (!('at' in number)) return explain(run, number);
    const { of, layer, at, index } = number;
    const place = this.#read?.runAt(at) ?? null;
    if (place === null) {
      throw new NihiloError(
        'positionInvalid',
        say`The text of the workspace has changed. Look for the lines of the neuron again.`,
      );
    }
    const { position } = place;
    return explain(place.run, { of: of === 'lineSum' ? 'neuron' : 'activation', layer, position, index });
  }

  /** The essay's words are tokens as a whole. */
  #merges({ subject, ids }: Run, position: number, counts: ArrayLike<number> | null): StageAnswers['merges'] {
    const id = ids[position]!;
    if (subject !== this.#workspace?.subject) {
      return { steps: [{ pieces: [subject.bytesOf(id)], merge: null, made: null, count: null }] };
    }
    return replayMerges(this.#workspace.tokenizer, id, counts);
  }

  /** The message as the workspace's model reads it, whatever text is looked at. */
  #call(asked: CallMessage): StageAnswers['call'] {
    if (this.#workspace === null) return null;
    const { subject, tokenizer } = this.#workspace;
    const isKnown = [...asked.before, ...asked.ids].every((id) => id < tokenizer.vocabSize);
    return isKnown && callText(tokenizer, asked.ids) === asked.text ? readCall(subject, asked) : null;
  }

  #inspection(
    run: Run,
    tokens: readonly InspectedToken[],
    cursor: number,
    position: number | null,
    topK: number,
  ): Inspection {
    const { subject, ids } = run;
    const chosen = position ?? cursor - 1;
    checkPosition(chosen, ids.length);
    subject.model.run(ids);
    const next = ids[chosen + 1] ?? null;
    const named = distribution(subject.model.logits(chosen), topK, next, subject.bytesOf);
    this.#keep(run);
    const { numHiddenLayers: layers, numAttentionHeads: heads, hiddenSize } = subject.model.config;
    const shape = { layers, heads, hiddenSize };
    return { run: this.#lastRun, ...shape, tokens, cursor, position: chosen, distribution: named };
  }

  #forget(gone: Subject | undefined): void {
    for (const [number, { subject }] of this.#runs) if (subject === gone) this.#runs.delete(number);
  }

  #loaded(): Workspace {
    if (this.#workspace === null) {
      throw new NihiloError(
        'checkpointMissing',
        say`There is no model yet. Run "Nihilo: Train on Workspace" first.`,
      );
    }
    return this.#workspace;
  }

  /** The same text again is the same run: what does not depend on the place need not be asked again. */
  #keep(run: Run): void {
    const last = this.#runs.get(this.#lastRun);
    const isSame =
      last?.subject === run.subject &&
      last.ids.length === run.ids.length &&
      last.ids.every((id, i) => id === run.ids[i]);
    if (isSame) return;
    this.#runs.set(++this.#lastRun, run);
    this.#runs.delete(this.#lastRun - keptRuns);
  }

  #kernels(reproducible: boolean): ReturnType<typeof compileKernels> {
    return compileKernels((name) => this.#platform.readAsset(name), reproducible);
  }
}

/** @throws {NihiloError} positionInvalid */
function checkPosition(position: number, tokens: number): void {
  if (Number.isInteger(position) && position >= 0 && position < tokens) return;
  throw new NihiloError(
    'positionInvalid',
    say`The position should be a token from 0 to ${tokens - 1} and is ${position}. Choose one of the tokens shown.`,
  );
}
