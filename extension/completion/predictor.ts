import { redactAround } from '../corpus/secrets.ts';
import type { Decoder } from '../engine/decoder.ts';
import { compileKernels } from '../engine/instantiate.ts';
import { parameterCount } from '../engine/layout.ts';
import { Random } from '../engine/random.ts';
import { isHeldOut } from '../corpus/split.ts';
import type { Platform } from '../platform/platform.ts';
import { sha256OfText } from '../platform/sha256.ts';
import { openTransformer } from '../prediction/trainedTransformer.ts';
import { RemoteTransformer } from '../prediction/remoteTransformer.ts';
import { TransformerModel } from '../prediction/transformerModel.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { FileChange, IndexedFile, WorkspaceIndex } from '../protocol/indexing.ts';
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
import type { Precedent } from '../protocol/precedent.ts';
import type { RemoteEndpoint, RemoteStatus } from '../protocol/remote.ts';
import { CompletionServer } from '../remote/completionServer.ts';
import type { Parts, PartsAlong } from '../protocol/parts.ts';
import type { NamedToken } from '../protocol/tokenBytes.ts';
import type { WorkspaceText } from '../protocol/workspaceText.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { tokenizerFromJson } from '../tokenizer/tokenizer.ts';
import { completeLine } from './line.ts';
import { beforeRedaction } from './redaction.ts';
import { rehearse, rehearseIndex } from './rehearsal.ts';
import { type GivesWay, ServedIndex } from './servedIndex.ts';
import { ServerHelp } from './serverHelp.ts';

interface Model {
  /** whether it has not learnt from a file of the workspace */
  readonly isNew: (file: IndexedFile) => boolean;
  readonly decoder: Decoder;
  readonly tokenizer: Tokenizer;
  readonly tokenizerJson: string;
}

/** A server's model in the place of the one here. */
interface Helped {
  readonly help: ServerHelp;
  readonly local: TransformerModel;
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
  #server: CompletionServer | null = null;
  /** at completions from the index; null: nobody does, or the index does not hear the model */
  #helped: Helped | null = null;
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
    const tokenizerDigest = await sha256OfText(tokenizerJson);
    const tokenizer = tokenizerFromJson(tokenizerJson);
    this.#rehearseOnce(reproducible ? 'reproducible' : 'relaxed', () => rehearse(decoder, tokenizer));
    const { provenance, seed } = trainerState;
    // What is given without its files is of another workspace: the base.
    const isNew = (file: IndexedFile): boolean => provenance === null || isHeldOut(file, seed);
    this.#model = { decoder, tokenizer, tokenizerJson, isNew };
    if (this.#index !== null) this.#helped = this.#join(this.#index);
    return {
      checkpoint,
      tokenizer: tokenizerDigest,
      config: decoder.config,
      parameters: parameterCount(decoder.config),
      steps: trainerState.step,
      seconds: trainerState.seconds,
      heldOutBitsPerByte: trainerState.heldOutBitsPerByte,
      preset: trainerState.preset,
    };
  }

  /** The index before serves until this one can. @param giveWay called between parts */
  async useIndex(index: WorkspaceIndex, giveWay: () => Promise<void>): Promise<Predicting> {
    const { module } = await compileKernels((name) => this.#platform.readAsset(name), true);
    const served = new ServedIndex(module, index);
    const helped = this.#join(served);
    this.#rehearseOnce('index', () => rehearseIndex(served));
    const writing = this.#index?.writing ?? null;
    if (writing !== null) {
      await served.open(writing.prefix, writing.open, async () => {
        await giveWay();
        return true;
      });
    }
    this.#index = served;
    this.#helped = helped;
    return served.predicting;
  }

  /** What is completed from now on comes from the model alone. */
  dropIndex(): void {
    this.#index = null;
    this.#helped = null;
  }

  /** From now on the model of this server takes part, once there is a model here over the same tokens; null: none does. */
  useRemote(endpoint: RemoteEndpoint | null): void {
    this.#server = endpoint === null ? null : new CompletionServer(endpoint);
    if (this.#index !== null) this.#helped = this.#join(this.#index);
  }

  /** How the server's part in the last completion went; null: none takes part. */
  get remote(): RemoteStatus | null {
    return this.#helped?.help.status ?? null;
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

  precedent(prefix: string, open: OpenDocument, coming: string): Precedent | null {
    return this.#index?.precedent(prefix, open, coming) ?? null;
  }

  find(prefix: string, open: OpenDocument, isTyped: boolean): EarlierMatch | null {
    return this.#index?.find(prefix, open, isTyped) ?? null;
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
  async complete(
    prefix: string,
    open: OpenDocument | null,
    options: CompletionOptions,
    cancelled: () => boolean,
  ): Promise<Completion> {
    const index = this.#index;
    if (open !== null && index !== null) {
      const complete = (): Completion => index.complete(prefix, open, options, cancelled);
      if (this.#helped === null) return beforeRedaction(complete());
      const { help, local } = this.#helped;
      if (!index.reach(prefix, open, options, cancelled)) return beforeRedaction(complete());
      return beforeRedaction(await help.completed([...local.ids], complete, cancelled));
    }
    const { decoder, tokenizer } = this.#loaded();
    const safe = redactAround(prefix, '').prefix;
    return beforeRedaction(completeLine(decoder, tokenizer, safe, options, cancelled));
  }

  /** What each part says of the tokens behind a place; null before there is an index of these tokens, and where the text has a secret. */
  parts(prefix: string, open: OpenDocument, at: number, tokens: readonly number[]): Parts | null {
    return this.#ofTheSameTokens?.parts(prefix, open, at, tokens) ?? null;
  }

  /** What each part says of tokens one after the other; null before there is an index of these tokens, and where the text has a secret. */
  along(prefix: string, open: OpenDocument, tokens: readonly NamedToken[]): PartsAlong | null {
    return this.#index?.along(prefix, open, tokens) ?? null;
  }

  /** Of the workspace in the model's tokens; null before there is an index of these. */
  passages(): WorkspaceText | null {
    return this.#ofTheSameTokens?.passages() ?? null;
  }

  /** How often each of the model's tokens stands in the workspace, likewise. */
  frequencies(): Uint32Array | null {
    return this.#ofTheSameTokens?.frequencies ?? null;
  }

  /** Ids mean other tokens to another tokenizer. */
  get #ofTheSameTokens(): ServedIndex | null {
    return this.#index?.tokenizerJson === this.#model?.tokenizerJson ? this.#index : null;
  }

  #rehearseOnce(what: 'index' | 'relaxed' | 'reproducible', rehearsal: () => void): void {
    if (!this.#rehearsed.has(what)) rehearsal();
    this.#rehearsed.add(what);
  }

  /**
   * A model over other tokens cannot take part: the index that is made of its own is on its way.
   * @returns who helps at completions from this index; null: nobody does
   */
  #join(index: ServedIndex): Helped | null {
    if (this.#model === null || index.tokenizerJson !== this.#model.tokenizerJson) return null;
    const { decoder, tokenizer } = this.#model;
    const local = new TransformerModel(decoder, tokenizer.endOfText, tokensAhead);
    if (this.#server === null) {
      index.hear(local);
      return null;
    }
    const help = new ServerHelp(this.#server, tokenizer, decoder.config.maxPositionEmbeddings);
    index.hear(new RemoteTransformer(local, help, tokenizer.endOfText));
    return index.predicting === 'counts + transformer' ? { help, local } : null;
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
