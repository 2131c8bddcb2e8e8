import { fromArceeConfig, requireEndOfText } from '../engine/arceeConfig.ts';
import { type Checkpoint, readCheckpoint, type TrainerState, writeCheckpoint } from '../engine/checkpoint.ts';
import { JsonObject } from '../engine/jsonObject.ts';
import { type ParameterSpec, parameterCount, parameterTable } from '../engine/layout.ts';
import { StoredTensors } from '../engine/modelTensors.ts';
import { decodeFloats, type Tensor } from '../engine/safetensors.ts';
import { readVocabulary, type Vocabulary } from '../engine/vocabulary.ts';
import type { FileSystem } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say, type Sentence } from '../protocol/sentence.ts';
import type { ModelConfig } from '../protocol/model.ts';
import type { ImportRequest, InterchangeReport, InterchangeStage } from '../protocol/interchange.ts';

const advice = say`Choose another folder, or train a model that fits with distributed/.`;
const weightsFile = 'model.safetensors';
/** The largest vocabulary is a tenth of it. */
const mostTextBytes = 64_000_000;
const headName = 'lm_head.weight';
const embeddingName = 'model.embed_tokens.weight';

/** What is known of a model that others have trained; the recipe is the one for weights that have learnt already. */
const untold: TrainerState = {
  preset: 'base',
  vocabSize: null,
  seed: 1,
  reproducible: false,
  optimizer: 'muon',
  tokensPerStep: null,
  calls: false,
  step: 0,
  tokens: 0,
  sequences: 0,
  seconds: 0,
  best: { step: 0, loss: 0, bitsPerByte: 0 },
  scheduledBest: null,
  heldOutBitsPerByte: null,
  trainBitsPerByte: null,
  provenance: null,
};

/**
 * Makes a model of ours of a Hugging Face model folder, after all of it has been checked; what is in the folder is data, and nothing of
 * it is run. With what it takes to go on training, if a training of ours has left that there.
 * @throws {NihiloError} checkpointMissing, checkpointForeign, checkpointTorn, saying what should be where, what is there and what to do; storageFailed
 */
export async function importModel(
  files: FileSystem,
  { from, checkpoint }: ImportRequest,
  onStage: (stage: InterchangeStage) => void,
): Promise<InterchangeReport> {
  onStage('reading');
  const model = (await ownModel(files, from)) ?? (await foreignModel(files, from));
  onStage('writing');
  await writeCheckpoint(files, checkpoint, model);
  const { config } = model;
  return {
    parameters: parameterCount(config),
    vocabSize: config.vocabSize,
    bytes: await files.size(`${checkpoint}/${weightsFile}`),
  };
}

/**
 * What a training of ours has written, and nobody changed since; else null. Where its text was is forgotten: a folder that comes from
 * somebody else must not decide what is read on this machine.
 */
async function ownModel(files: FileSystem, from: string): Promise<Checkpoint | null> {
  if (!(await isOfOurs(files, `${from}/trainer_state.json`))) return null;
  try {
    const model = await readCheckpoint(files, from, { withOptimizer: true });
    return { ...model, trainerState: { ...model.trainerState, provenance: null } };
  } catch (error) {
    if (error instanceof NihiloError && error.code === 'checkpointTorn') return null;
    throw error;
  }
}

/** Ours names the digest of each file; Hugging Face's Trainer has a file of that name, too. */
async function isOfOurs(files: FileSystem, stateFile: string): Promise<boolean> {
  if (!(await files.exists(stateFile)) || (await files.size(stateFile)) > mostTextBytes) return false;
  try {
    const state: unknown = JSON.parse(new TextDecoder().decode(await files.read(stateFile)));
    return typeof state === 'object' && state !== null && 'sha256' in state;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

async function foreignModel(files: FileSystem, from: string): Promise<Checkpoint> {
  await refuseOtherFormats(files, from);
  const read = async (name: string): Promise<Uint8Array> => {
    const file = `${from}/${name}`;
    if (name !== weightsFile && (await files.exists(file)) && (await files.size(file)) > mostTextBytes) {
      throw foreign(
        'checkpointForeign',
        say`${name} should hold at most ${mostTextBytes} bytes and holds more`,
      );
    }
    if (await files.exists(file)) return files.read(file);
    throw foreign('checkpointMissing', say`${from} should hold ${name} and does not`);
  };
  const text = async (name: string): Promise<string> => new TextDecoder().decode(await read(name));
  const configJson = JsonObject.parse(await text('config.json'), 'config.json', advice);
  const config = fromArceeConfig(configJson);
  const tokenizerJson = await text('tokenizer.json');
  const { tokens, endOfText } = vocabularyOf(tokenizerJson);
  if (tokens.length !== config.vocabSize) {
    throw foreign(
      'checkpointForeign',
      say`tokenizer.json should hold ${config.vocabSize} tokens, as config.json says, and holds ${tokens.length}`,
    );
  }
  requireEndOfText(configJson, endOfText.id);
  const table = parameterTable(config);
  await refuseTooLarge(files, from, config);
  const stored = withoutTiedHead(decodeFloats(await read(weightsFile), weightsFile));
  return { config, tensors: weightsOf(stored, table), tokenizerJson, trainerState: untold, optimizer: null };
}

/** A header, and each number in 32 bits, those of a head that is tied twice: more need not be read to be refused. */
async function refuseTooLarge(files: FileSystem, from: string, config: ModelConfig): Promise<void> {
  const numbers = parameterCount(config) + config.vocabSize * config.hiddenSize;
  const most = 4 * numbers + 1_048_576;
  const size = (await files.exists(`${from}/${weightsFile}`))
    ? await files.size(`${from}/${weightsFile}`)
    : 0;
  if (size <= most) return;
  throw foreign(
    'checkpointForeign',
    say`${weightsFile} should hold at most ${most} bytes, as config.json has it, and holds ${size}`,
  );
}

/** Says more than that a file is missing, where weights are there in a form that is not read. */
async function refuseOtherFormats(files: FileSystem, from: string): Promise<void> {
  const names = (await files.list(from)).map(({ name }) => name);
  if (names.includes(weightsFile)) return;
  const pickle = names.find((name) => /\.(bin|pt|pth|pkl|ckpt)$/.test(name));
  if (pickle !== undefined) {
    throw new NihiloError(
      'checkpointForeign',
      say`${from} should hold ${weightsFile} and holds ${pickle}, which can run a program when it is read. Save the model with transformers' save_pretrained(…, safe_serialization=True), then import that.`,
    );
  }
  if (names.includes(`${weightsFile}.index.json`)) {
    throw new NihiloError(
      'checkpointForeign',
      say`${from} should hold the weights in one file, ${weightsFile}, and holds them in several. Save the model with transformers' save_pretrained(…, max_shard_size="100GB"), then import that.`,
    );
  }
}

function vocabularyOf(tokenizerJson: string): Vocabulary {
  try {
    return readVocabulary(tokenizerJson);
  } catch (error) {
    if (!(error instanceof NihiloError)) throw error;
    const sentence = say`The tokenizer should be byte pairs as Nihilo learns them, because no other is computed exactly. ${error.sentence} Or train the model elsewhere with a tokenizer.json of \`nihilo tokenize\`, then import that.`;
    throw new NihiloError('checkpointForeign', sentence, { cause: error });
  }
}

/** Some programs save the tied embedding twice. */
function withoutTiedHead(stored: Map<string, Tensor>): ReadonlyMap<string, Tensor> {
  const head = stored.get(headName);
  const embedding = stored.get(embeddingName);
  if (head === undefined || embedding === undefined) return stored;
  if (
    head.data.length !== embedding.data.length ||
    head.data.some((value, i) => value !== embedding.data[i])
  ) {
    throw foreign(
      'checkpointForeign',
      say`${weightsFile} should hold the same numbers as ${headName} and as ${embeddingName}, which are tied, and holds others`,
    );
  }
  return new Map([...stored].filter(([name]) => name !== headName));
}

function weightsOf(
  stored: ReadonlyMap<string, Tensor>,
  table: readonly ParameterSpec[],
): Map<string, Float32Array> {
  const tensors = new StoredTensors(stored, weightsFile, advice);
  const weights = tensors.checked(table);
  tensors.refuseOthers(table);
  return weights;
}

function foreign(code: 'checkpointMissing' | 'checkpointForeign', what: Sentence): NihiloError {
  return new NihiloError(code, say`${what}. ${advice}`);
}
