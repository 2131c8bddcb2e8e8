import { readCheckpoint } from '../engine/checkpoint.ts';
import type { WeightFormat } from '../engine/decodePlan.ts';
import { Decoder } from '../engine/decoder.ts';
import { compileKernels } from '../engine/instantiate.ts';
import { parameterCount } from '../engine/layout.ts';
import { distribution } from '../engine/sampler.ts';
import type { Platform } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import type { ModelConfig } from '../protocol/model.ts';
import type { Completion, CompletionOptions, Inspection, ModelSummary } from '../protocol/prediction.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { latin1 } from '../tokenizer/latin1.ts';
import { tokenizerFromJson } from '../tokenizer/tokenizer.ts';
import { completeLine } from './line.ts';
import { rehearse } from './rehearsal.ts';
import { windowAround } from './window.ts';

interface Model {
  readonly decoder: Decoder;
  readonly tokenizer: Tokenizer;
}

/** Fewer parameters stay as they are: they are quick anyway, and `pencil` is there to be computed again by hand. */
const fewestQuantized = 100_000;

/** What completions and the Inspector compute with: the same numbers in both. */
function weightFormat(config: ModelConfig): WeightFormat {
  return parameterCount(config) < fewestQuantized ? 'f32' : 'int8';
}

/** The trained model behind completions and the Inspector: text in, tokens and probabilities out. */
export class Predictor {
  readonly #platform: Platform;
  #model: Model | null = null;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** @throws {NihiloError} checkpointMissing, checkpointTorn, checkpointForeign; the model that was loaded before stays */
  async load(checkpoint: string, reproducible: boolean): Promise<ModelSummary> {
    const { config, tensors, tokenizerJson, trainerState } = await readCheckpoint(
      this.#platform.files,
      checkpoint,
    );
    const compiled = await compileKernels((name) => this.#platform.readAsset(name), reproducible);
    const tokenizer = tokenizerFromJson(tokenizerJson);
    const decoder = new Decoder(compiled, config, tensors, weightFormat(config));
    rehearse(decoder, tokenizer);
    this.#model = { decoder, tokenizer };
    return {
      checkpoint,
      config,
      parameters: parameterCount(config),
      steps: trainerState.step,
      heldOutBitsPerByte: trainerState.heldOutBitsPerByte,
    };
  }

  /** @param cancelled polled between tokens @throws {NihiloError} checkpointMissing, before a model is loaded */
  complete(prefix: string, options: CompletionOptions, cancelled: () => boolean): Completion {
    const { decoder, tokenizer } = this.#loaded();
    return completeLine(decoder, tokenizer, prefix, options, cancelled);
  }

  /**
   * The tokens around the cursor and the distribution of the token after one of them.
   * @param position index into the tokens; null = the last before the cursor
   * @throws {NihiloError} checkpointMissing; positionInvalid
   */
  inspect(prefix: string, suffix: string, position: number | null, topK: number): Inspection {
    const { decoder, tokenizer } = this.#loaded();
    const context = decoder.config.maxPositionEmbeddings;
    const encoder = new TextEncoder();
    const before = encoder.encode(prefix);
    const { ids, starts, cursor } = windowAround(
      tokenizer,
      before,
      encoder.encode(suffix),
      context,
      Math.floor(context / 4),
    );
    const chosen = position ?? cursor - 1;
    if (!Number.isInteger(chosen) || chosen < 0 || chosen >= ids.length) {
      throw new NihiloError(
        'positionInvalid',
        `The position should be a token from 0 to ${ids.length - 1} and is ${chosen}. Choose one of the tokens shown.`,
      );
    }
    const logits = decoder.next(ids.slice(0, chosen + 1))!;
    return {
      tokens: ids.map((id, i) => ({ id, bytes: latin1(tokenizer.tokenBytes(id)), start: starts[i]! })),
      cursor,
      position: chosen,
      distribution: distribution(logits, topK, ids[chosen + 1] ?? null, (id) => tokenizer.tokenBytes(id)),
    };
  }

  #loaded(): Model {
    if (this.#model === null) {
      throw new NihiloError(
        'checkpointMissing',
        'There is no model yet. Run "Nihilo: Train on Workspace" first.',
      );
    }
    return this.#model;
  }
}
