import { redactAround } from '../corpus/secrets.ts';
import type { Decoder } from '../engine/decoder.ts';
import { compileKernels } from '../engine/instantiate.ts';
import { parameterCount } from '../engine/layout.ts';
import { Random } from '../engine/random.ts';
import { isHeldOut } from '../corpus/split.ts';
import type { Platform } from '../platform/platform.ts';
import { openTransformer } from '../prediction/trainedTransformer.ts';
import { TransformerModel } from '../prediction/transformerModel.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { FileChange, WorkspaceIndex } from '../protocol/indexing.ts';
import type {
  Completion,
  CompletionOptions,
  EarlierMatch,
  ModelSummary,
  OpenDocument,
  Predicting,
  Trial,
  ScoredWord,
  WordOptions,
} from '../protocol/prediction.ts';
import type { Parts } from '../protocol/stages.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { tokenizerFromJson } from '../tokenizer/tokenizer.ts';
import { completeLine } from './line.ts';
import { beforeRedaction } from './redaction.ts';
import { rehearse, rehearseIndex } from './rehearsal.ts';
import { type GivesWay, ServedIndex } from './servedIndex.ts';

interface Model {
  /** whether it has not learnt from a file of the workspace */
  readonly isNew: (path: string) => boolean;
  readonly decoder: Decoder;
  readonly tokenizer: Tokenizer;
  readonly tokenizerJson: string;
}

/** A file that is taken out of the counts and put back costs more than a completion. */
const trialsAtOnce = 8;
/** Texts are seldom longer; a longer one costs more time. */
const tokensAhead = 32;

/**
 * What predicts: the index of the workspace and the trained model. Completions of a document come from the index, and before there is one
 * from the model.
 */
export class Predictor {
  readonly #platform: Platform;
  #model: Model | null = null;
  #index: ServedIndex | null = null;
  /** builds of the kernels that have been rehearsed: another model or index of the same finds everything optimised */
  readonly #rehearsed = new Set<'index' | 'relaxed' | 'reproducible'>();

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** whether there is anything to complete with */
  get answers(): boolean {
    return this.#model !== null || this.#index !== null;
  }

  /** @throws {NihiloError} checkpointMissing, checkpointTorn, checkpointForeign; the model that was loaded before stays */
  async load(checkpoint: string, reproducible: boolean): Promise<ModelSummary> {
    const { decoder, tokenizerJson, trainerState } = await openTransformer(
      this.#platform,
      checkpoint,
      reproducible,
    );
    const tokenizer = tokenizerFromJson(tokenizerJson);
    this.#rehearseOnce(reproducible ? 'reproducible' : 'relaxed', () => rehearse(decoder, tokenizer));
    const { provenance, seed } = trainerState;
    // What is given without its files is of another workspace: the base.
    const isNew = (path: string): boolean => provenance === null || isHeldOut(path, seed);
    this.#model = { decoder, tokenizer, tokenizerJson, isNew };
    if (this.#index !== null) this.#join(this.#index);
    return {
      checkpoint,
      config: decoder.config,
      parameters: parameterCount(decoder.config),
      steps: trainerState.step,
      heldOutBitsPerByte: trainerState.heldOutBitsPerByte,
    };
  }

  /** The index before serves until this one can. @param giveWay called between parts */
  async useIndex(index: WorkspaceIndex, giveWay: () => Promise<void>): Promise<Predicting> {
    const { module } = await compileKernels((name) => this.#platform.readAsset(name), true);
    const served = new ServedIndex(module, index);
    this.#join(served);
    this.#rehearseOnce('index', () => rehearseIndex(served));
    const writing = this.#index?.writing ?? null;
    if (writing !== null) {
      await served.open(writing.prefix, writing.open, async () => {
        await giveWay();
        return true;
      });
    }
    this.#index = served;
    return served.predicting;
  }

  /** @param giveWay called between parts @returns whether more is counted than there is room for */
  async learn(
    edition: number | null,
    changes: readonly FileChange[],
    giveWay: () => Promise<void>,
  ): Promise<boolean> {
    if (this.#index === null || (edition ?? this.#index.edition) !== this.#index.edition) return false;
    return this.#index.learn(changes, giveWay);
  }

  async open(prefix: string, open: OpenDocument, goesOn: GivesWay): Promise<void> {
    await this.#index?.open(prefix, open, goesOn);
  }

  /** Does what the next completion would have to do first, as long as nobody asks. */
  async getReady(goesOn: GivesWay): Promise<void> {
    await this.#index?.getReady(goesOn);
  }

  /** Completions at places whose rest is known, in a file that is new to the model. @param seed of the choice */
  async tryOut(seed: number, cancelled: () => boolean, goesOn: GivesWay): Promise<readonly Trial[]> {
    const random = new Random(seed);
    const isNew = this.#model?.isNew ?? (() => true);
    const uniform = (): number => random.uniform();
    return (await this.#index?.tryOut(isNew, uniform, trialsAtOnce, cancelled, goesOn)) ?? [];
  }

  find(prefix: string, open: OpenDocument): EarlierMatch | null {
    return this.#index?.find(prefix, open) ?? null;
  }

  /** Nothing before there is an index. @param cancelled polled between tokens */
  words(prefix: string, open: OpenDocument, options: WordOptions, cancelled: () => boolean): ScoredWord[] {
    return this.#index?.words(prefix, open, options, cancelled) ?? [];
  }

  /**
   * @param open null: the transformer alone goes on
   * @param cancelled polled between tokens
   * @throws {NihiloError} checkpointMissing, before there is an index or a model
   */
  complete(
    prefix: string,
    open: OpenDocument | null,
    options: CompletionOptions,
    cancelled: () => boolean,
  ): Completion {
    if (open !== null && this.#index !== null) {
      return beforeRedaction(this.#index.complete(prefix, open, options, cancelled));
    }
    const { decoder, tokenizer } = this.#loaded();
    const safe = redactAround(prefix, '').prefix;
    return beforeRedaction(completeLine(decoder, tokenizer, safe, options, cancelled));
  }

  /** What each part says of the tokens behind a place; null before there is an index of these tokens, and where the text has a secret. */
  parts(prefix: string, open: OpenDocument, at: number, tokens: readonly number[]): Parts | null {
    // Ids mean other tokens to another tokenizer.
    if (this.#index === null || this.#index.tokenizerJson !== this.#model?.tokenizerJson) return null;
    return this.#index.parts(prefix, open, at, tokens);
  }

  #rehearseOnce(what: 'index' | 'relaxed' | 'reproducible', rehearsal: () => void): void {
    if (!this.#rehearsed.has(what)) rehearsal();
    this.#rehearsed.add(what);
  }

  /** A model over other tokens cannot take part: the index that is made of its own is on its way. */
  #join(index: ServedIndex): void {
    if (this.#model === null || index.tokenizerJson !== this.#model.tokenizerJson) return;
    const { decoder, tokenizer } = this.#model;
    index.hear(new TransformerModel(decoder, tokenizer.endOfText, tokensAhead));
  }

  #loaded(): Model {
    if (this.#model === null) {
      throw new NihiloError(
        'checkpointMissing',
        say`There is no model yet. Run "Nihilo: Train on Workspace" first.`,
      );
    }
    return this.#model;
  }
}
