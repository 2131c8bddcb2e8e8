import { type FileSystem, previousFolder } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say, type Sentence } from '../protocol/sentence.ts';
import { type OptimizerName, optimizerNames, presetNames } from '../protocol/model.ts';
import type { Provenance, TrainingChoices } from '../protocol/training.ts';
import { fromArceeConfig } from './arceeConfig.ts';
import { JsonObject } from './jsonObject.ts';
import { hasMomentum, type ParameterSpec, parameterTable } from './layout.ts';
import { encodeJson, type Model, modelFiles, shaped, type Weights } from './modelFiles.ts';
import { StoredTensors, trainAgain } from './modelTensors.ts';
import type { QuantizedMatrix } from './quantizedMatrix.ts';
import { decodeQuantized, decodeSafetensors, encodeSafetensors, quantizedEntries } from './safetensors.ts';
import { sha256 } from '../platform/sha256.ts';
import { readVocabulary } from './vocabulary.ts';

/** Where a training stood when the checkpoint was written. */
export interface TrainerState extends TrainingChoices {
  readonly step: number;
  readonly tokens: number;
  /** sequences read so far: the place in the order of the data */
  readonly sequences: number;
  readonly seconds: number;
  /** of the training text, on which the decay of weights depends; absent in states from before it was kept */
  readonly textTokens?: number;
  /** the step whose weights are in `model.safetensors`, and its score on sampled held-out text: nats per token, bits per byte */
  readonly best: { readonly step: number; readonly loss: number; readonly bitsPerByte: number };
  /** as `best`, when a stop came between two scores and its own score was better: what goes on forgets that one */
  readonly scheduledBest: TrainerState['best'] | null;
  /** `best` is of new and old text of a fine-tuning, not of a sample of one corpus; absent: false */
  readonly ofTwoTexts?: boolean;
  /** of the best weights on the held-out text; null where nobody has scored them: `best` says nothing then */
  readonly heldOutBitsPerByte: number | null;
  /** null while training is under way */
  readonly trainBitsPerByte: number | null;
  /** null when the texts were given and cannot be found again */
  readonly provenance: Provenance | null;
}

/** What the next training step depends on beside `TrainerState`. */
export interface OptimizerState {
  /** of the last step; the model's are those of the best */
  readonly weights: Weights;
  /** AdamW's mean of the gradients, or Muon's momentum */
  readonly first: Weights;
  /** AdamW's mean of their squares; nothing for what Muon updates */
  readonly second: Weights;
  /** moving average of the weights; null where there is none yet */
  readonly average: Weights | null;
  /** the weights of `scheduledBest` */
  readonly scheduledBest: Weights | null;
}

/** A trained model: a Hugging Face model folder that transformers, vLLM and llama.cpp read, plus what it takes to go on training. */
export interface Checkpoint extends Model {
  readonly trainerState: TrainerState;
  /** null when it was not written or not asked for */
  readonly optimizer: OptimizerState | null;
  /** the first first; absent when none were written, or they were not asked for */
  readonly earlier?: readonly EarlierVectors[];
}

/** The vectors of all tokens as they were after a step: to be looked at, so 8 bits a number have to do. */
export interface EarlierVectors {
  readonly step: number;
  /** [vocabulary, hidden] */
  readonly vectors: QuantizedMatrix;
}

const earlierFile = 'earlier_vectors.safetensors';
const earlierPrefix = 'step.';

const stateFile = 'trainer_state.json';
/** The state of AdamW and Muon under PyTorch's names. */
const optimizerPrefixes = {
  weights: 'weight.',
  mean: 'exp_avg.',
  meanSquare: 'exp_avg_sq.',
  momentum: 'momentum_buffer.',
  average: 'average.',
  best: 'best.',
} as const;

/**
 * Replaces `folder` as a whole: a reader sees the old checkpoint or this one.
 * @param dtype of the matrices: I8 with a factor a row is a quarter as large, and no more to go on training from bit for bit
 */
export async function writeCheckpoint(
  files: FileSystem,
  folder: string,
  checkpoint: Checkpoint,
  dtype: 'F32' | 'I8' = 'F32',
): Promise<void> {
  const { config, optimizer } = checkpoint;
  const table = parameterTable(config);
  const contents = modelFiles(checkpoint, dtype);
  if (optimizer !== null) {
    const { weights, mean, meanSquare, momentum, average, best } = optimizerPrefixes;
    const { adam, muon } = sharesOf(table, checkpoint.trainerState.optimizer);
    const tensors = new Map([
      ...shaped(table, weights, optimizer.weights),
      ...shaped(adam, mean, optimizer.first),
      ...shaped(muon, momentum, optimizer.first),
      ...shaped(adam, meanSquare, optimizer.second),
      ...(optimizer.average === null ? [] : shaped(table, average, optimizer.average)),
      ...(optimizer.scheduledBest === null ? [] : shaped(table, best, optimizer.scheduledBest)),
    ]);
    contents.set('optimizer.safetensors', encodeSafetensors(tensors, { format: 'pt' }));
  }
  const { earlier = [] } = checkpoint;
  if (earlier.length > 0) {
    const tensors = earlier.flatMap(({ step, vectors }) =>
      quantizedEntries(`${earlierPrefix}${step}`, vectors),
    );
    contents.set(earlierFile, encodeSafetensors(new Map(tensors), { format: 'pt' }));
  }
  await files.replaceFolder(folder, contents, (sha256) => {
    return [stateFile, encodeJson({ ...checkpoint.trainerState, sha256: Object.fromEntries(sha256) })];
  });
}

interface ReadOptions {
  readonly withOptimizer?: boolean;
  /** left out: where the optimizer is asked for, because whoever goes on with a model writes them again */
  readonly withEarlier?: boolean;
}

/**
 * Reads what `writeCheckpoint` wrote; the checkpoint before, where a crash left only that one whole.
 * @throws {NihiloError} checkpointMissing; checkpointTorn, when a file is not the one that was written; checkpointForeign, when it is
 *   another program's model
 */
export async function readCheckpoint(
  files: FileSystem,
  folder: string,
  options: ReadOptions = {},
): Promise<Checkpoint> {
  await files.recoverFolder(folder);
  if (!(await files.exists(`${folder}/config.json`)) && !(await files.exists(`${folder}/${stateFile}`))) {
    const sentence = say`There should be a trained model in ${folder} and there is none. Train one first.`;
    throw new NihiloError('checkpointMissing', sentence);
  }
  let torn: NihiloError | null = null;
  // Twice, because a training may replace the folder while it is read: its files are then of two checkpoints.
  for (const candidate of [folder, folder, previousFolder(folder)]) {
    try {
      return await readFolder(files, candidate, options);
    } catch (error) {
      if (!(error instanceof NihiloError) || error.code !== 'checkpointTorn') throw error;
      torn ??= error;
    }
  }
  throw torn!;
}

/** What a training left behind beside the model, without reading that. @throws {NihiloError} as readCheckpoint */
export async function readTrainerState(files: FileSystem, folder: string): Promise<TrainerState> {
  return new Reader(files, folder).state();
}

async function readFolder(
  files: FileSystem,
  folder: string,
  { withOptimizer = false, withEarlier = withOptimizer }: ReadOptions,
): Promise<Checkpoint> {
  const reader = new Reader(files, folder);
  const config = fromArceeConfig(await reader.json('config.json'));
  const trainerState = await reader.state();
  for (const name of ['config.json', 'tokenizer_config.json']) await reader.bytes(name);
  const tokenizerJson = decodeText(await reader.bytes('tokenizer.json'));
  const { tokens } = readVocabulary(tokenizerJson);
  if (tokens.length !== config.vocabSize) {
    throw foreign(say`tokenizer.json should hold ${config.vocabSize} tokens and holds ${tokens.length}`);
  }
  const table = parameterTable(config);
  const stored = await reader.tensors('model.safetensors');
  const tensors = stored.checked(table);
  stored.refuseOthers(table);
  const optimizer = withOptimizer ? await reader.optimizer(table, trainerState.optimizer) : null;
  const earlier = withEarlier ? await reader.earlier(table[0]!) : [];
  return { config, tensors, tokenizerJson, trainerState, optimizer, ...(earlier.length > 0 && { earlier }) };
}

/** The files of one checkpoint folder, each held to the digest in `trainer_state.json`. */
class Reader {
  readonly #files: FileSystem;
  readonly #folder: string;
  readonly #digests = new Map<string, string>();

  constructor(files: FileSystem, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  async json(name: string): Promise<JsonObject> {
    return JsonObject.parse(decodeText(await this.#read(name)), name);
  }

  async state(): Promise<TrainerState> {
    const json = await this.json(stateFile);
    const digests = json.object('sha256');
    for (const name of digests.names) this.#digests.set(name, digests.string(name));
    const score = (field: string): TrainerState['best'] => {
      const best = json.object(field);
      return { step: best.count('step'), loss: best.number('loss'), bitsPerByte: best.number('bitsPerByte') };
    };
    return {
      preset: json.oneOf('preset', presetNames),
      vocabSize: json.isNull('vocabSize') ? null : json.count('vocabSize'),
      seed: json.count('seed'),
      reproducible: json.boolean('reproducible'),
      optimizer: json.oneOf('optimizer', optimizerNames),
      tokensPerStep: json.isNull('tokensPerStep') ? null : json.count('tokensPerStep'),
      // A model from before there were calls has learnt none.
      calls: json.has('calls') && json.boolean('calls'),
      step: json.count('step'),
      tokens: json.count('tokens'),
      sequences: json.count('sequences'),
      seconds: json.number('seconds'),
      ...(json.has('textTokens') && { textTokens: json.count('textTokens') }),
      best: score('best'),
      scheduledBest: json.isNull('scheduledBest') ? null : score('scheduledBest'),
      ...(json.has('ofTwoTexts') && { ofTwoTexts: json.boolean('ofTwoTexts') }),
      heldOutBitsPerByte: json.numberOrNull('heldOutBitsPerByte'),
      trainBitsPerByte: json.numberOrNull('trainBitsPerByte'),
      provenance: provenanceOf(json),
    };
  }

  async bytes(name: string): Promise<Uint8Array> {
    const bytes = await this.#read(name);
    if ((await sha256(bytes)) !== this.#digests.get(name)) {
      throw this.#torn(
        say`${name} should be the file that training wrote and is another (its SHA-256 differs)`,
      );
    }
    return bytes;
  }

  async tensors(name: string): Promise<StoredTensors> {
    return new StoredTensors(decodeSafetensors(await this.bytes(name), name), name);
  }

  async optimizer(table: readonly ParameterSpec[], optimizer: OptimizerName): Promise<OptimizerState | null> {
    const name = 'optimizer.safetensors';
    if (!this.#digests.has(name)) return null;
    const stored = await this.tensors(name);
    const { weights, mean, meanSquare, momentum, average, best } = optimizerPrefixes;
    const { adam, muon } = sharesOf(table, optimizer);
    const optional = (prefix: string): Map<string, Float32Array> | null =>
      stored.has(prefix + table[0]!.name) ? stored.checked(table, prefix) : null;
    return {
      weights: stored.checked(table, weights),
      first: new Map([...stored.checked(adam, mean), ...stored.checked(muon, momentum)]),
      second: stored.checked(adam, meanSquare),
      average: optional(average),
      scheduledBest: optional(best),
    };
  }

  async earlier({ shape }: ParameterSpec): Promise<EarlierVectors[]> {
    if (!this.#digests.has(earlierFile)) return [];
    const matrices = decodeQuantized(await this.bytes(earlierFile), earlierFile);
    for (const [name, matrix] of matrices) {
      const expected = say`${earlierFile} should hold ${name} of shape [${shape.join(', ')}]`;
      if (matrix.shape.join() !== shape.join())
        throw foreign(say`${expected} and holds [${matrix.shape.join(', ')}]`);
      const at = matrix.scales.findIndex((scale) => !Number.isFinite(scale));
      if (at >= 0) throw foreign(say`${expected} in finite numbers and holds ${matrix.scales[at]!} at ${at}`);
    }
    return [...matrices]
      .map(([name, vectors]) => ({ step: Number(name.slice(earlierPrefix.length)), vectors }))
      .sort((one, other) => one.step - other.step);
  }

  async #read(name: string): Promise<Uint8Array> {
    const path = `${this.#folder}/${name}`;
    if (await this.#files.exists(path)) return this.#files.read(path);
    const missing = say`it should hold ${name} and does not`;
    if (name !== stateFile) throw this.#torn(missing);
    // Of a Hugging Face folder nothing else is missing.
    throw this.#torn(say`${missing}; if another program has written it, import it`);
  }

  #torn(what: Sentence): NihiloError {
    const sentence = say`The checkpoint ${this.#folder} is incomplete: ${what}. Copy the whole folder again or train again.`;
    return new NihiloError('checkpointTorn', sentence);
  }
}

/** null also for a model from before it was kept. */
function provenanceOf(json: JsonObject): Provenance | null {
  if (!json.names.includes('provenance') || json.isNull('provenance')) return null;
  const provenance = json.object('provenance');
  const corpora = provenance.objects('corpora').map((corpus) => ({
    folders: corpus.strings('folders'),
    exclude: corpus.strings('exclude'),
    ...(corpus.has('readAtMs') && { readAtMs: corpus.number('readAtMs') }),
  }));
  return { corpora, readAtMs: provenance.number('readAtMs') };
}

/** Whose moments are AdamW's two, and whose Muon's one. */
function sharesOf(
  table: readonly ParameterSpec[],
  optimizer: OptimizerName,
): Record<'adam' | 'muon', readonly ParameterSpec[]> {
  return {
    adam: table.filter(({ hidden }) => !hasMomentum(optimizer, hidden)),
    muon: table.filter(({ hidden }) => hasMomentum(optimizer, hidden)),
  };
}

function foreign(what: Sentence): NihiloError {
  return new NihiloError('checkpointForeign', say`${what}. ${trainAgain}`);
}

function decodeText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
