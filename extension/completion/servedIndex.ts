import { lineInFile } from '../corpus/lines.ts';
import { redactAround } from '../corpus/secrets.ts';
import { CountingModel } from '../counts/countingModel.ts';
import { lineFeedsOf } from '../counts/suffixIndex.ts';
import { AgreeingTokens } from '../prediction/agreeingTokens.ts';
import { type EditableModel, MixtureModel } from '../prediction/mixtureModel.ts';
import type { GrowthLimits } from '../prediction/growText.ts';
import { likeliestBeginnings } from '../prediction/beginnings.ts';
import { ModelSource } from '../prediction/modelSource.ts';
import type { AskingModel } from '../prediction/transformerModel.ts';
import type { Precedent } from '../protocol/precedent.ts';
import type { FileChange, IndexedFile, WorkspaceIndex } from '../protocol/indexing.ts';
import type {
  Candidate,
  Completion,
  CompletionOptions,
  EarlierMatch,
  OpenDocument,
  Predicting,
  ScoredToken,
  ScoredWord,
  Trial,
  WordOptions,
} from '../protocol/prediction.ts';
import type { Parts, PartsAlong, PartsOfToken } from '../protocol/parts.ts';
import type { NamedToken } from '../protocol/tokenBytes.ts';
import type { WorkspaceText } from '../protocol/workspaceText.ts';
import { heal, lineEnd } from '../tokenizer/healing.ts';
import { bytesOrName } from '../tokenizer/latin1.ts';
import { type Tokenizer, tokenizerFromJson } from '../tokenizer/tokenizer.ts';
import { cutAtOnce, limitsOf } from './candidate.ts';
import { CallSite } from './calling.ts';
import { candidates, type Standing } from './candidates.ts';
import { EarlierText } from './earlierText.ts';
import { ForgottenTokens } from './forgottenTokens.ts';
import { ProjectDocuments } from './projectDocuments.ts';
import { placesIn, trialOptions, trialsOf } from './trials.ts';
import { passagesOf } from './passages.ts';
import { precedentOf } from './precedents.ts';
import { likelyWords } from './words.ts';

/** Of a text that stands at many places. */
const namedPlaces = 5;
/** Of the mixture's own likeliest tokens: so many of them are told what the parts say. */
const likeliestParts = 5;

/** Where somebody writes: the document without the line that is written, and the place in it. */
interface Placed {
  readonly ids: Uint16Array;
  /** the place is behind so many of them */
  readonly before: number;
  /** what is typed behind the place */
  readonly typed: Uint8Array;
}

/** Lets others in. @returns whether nobody wants anything that goes before */
export type GivesWay = () => Promise<boolean>;

/** An index of a workspace at work: counts that follow the open document and every save, and the transformer where they have heard it. */
export class ServedIndex {
  readonly edition: number;
  readonly tokenizerJson: string;
  readonly #tokenizer: Tokenizer;
  readonly #counts: CountingModel;
  readonly #heard: boolean;
  readonly #agreeing: AgreeingTokens;
  readonly #documents: ProjectDocuments;
  readonly #earlier: EarlierText;
  /** counted beyond this, what was seen once is displaced */
  readonly #room: number;
  readonly #tokensGone: ForgottenTokens;
  readonly #lineFeeds: Uint8Array;
  /** a place is often come to more than once: it is made ready, then a server is asked, then it is completed */
  #lastPlaced: {
    readonly prefix: string;
    readonly suffix: string;
    readonly room: number;
    readonly placed: Placed;
  } | null = null;
  #model: EditableModel;
  /** where completions were asked for last, or will be */
  #writing: { readonly prefix: string; readonly open: OpenDocument } | null = null;
  /** all is done that can be done for that place before somebody asks */
  #isReady = false;

  /** @param module the baseline build of the kernels */
  constructor(module: WebAssembly.Module, index: WorkspaceIndex) {
    const { edition, tokenizerJson, counts, files, starts, tokens } = index;
    this.edition = edition;
    this.tokenizerJson = tokenizerJson;
    this.#tokenizer = tokenizerFromJson(tokenizerJson);
    this.#counts = CountingModel.fromTransfer(module, this.#tokenizer, counts);
    this.#heard = index.heard;
    this.#agreeing = new AgreeingTokens(this.#tokenizer);
    this.#model = this.#counts;
    const { documentTokens, projectTokens } = counts.capacity;
    const documents = files.map((file, i) => ({ ...file, ids: tokens.subarray(starts[i]!, starts[i + 1]!) }));
    this.#lineFeeds = lineFeedsOf(this.#tokenizer);
    this.#earlier = new EarlierText(
      documents.map(({ path, ids }) => ({ document: path, ids })),
      this.#lineFeeds,
      index.suffixes,
    );
    const project = {
      documentTokens,
      foldDocument: (...fold: Parameters<CountingModel['foldDocument']>) =>
        this.#counts.foldDocument(...fold),
    };
    this.#documents = new ProjectDocuments(project, this.#earlier, documents);
    this.#tokensGone = new ForgottenTokens(this.#tokenizer.vocabSize, documents);
    this.#room = tokens.length > projectTokens ? Infinity : projectTokens;
  }

  get predicting(): Predicting {
    return this.#model === this.#counts ? 'counts' : 'counts + transformer';
  }

  /** Lets a transformer over the same tokens take part, if the counts know how far to trust it. */
  hear(transformer: AskingModel): void {
    if (!this.#heard) return;
    this.#model = new MixtureModel(this.#counts, transformer);
    this.#isReady = false;
  }

  get writing(): { readonly prefix: string; readonly open: OpenDocument } | null {
    return this.#writing;
  }

  /** Goes where the next completion is asked for, in the time that it has. @returns whether it is there */
  reach(prefix: string, open: OpenDocument, options: CompletionOptions, cancelled: () => boolean): boolean {
    const limits = limitsOf(options, performance.now(), cancelled);
    this.#writeAt(prefix, open);
    return this.#reach(this.#placed(prefix, open.suffix), limits.cancelled);
  }

  /** What is likely to come behind `prefix`, and what else is. @param cancelled polled between tokens, and between parts of what comes before */
  complete(
    prefix: string,
    open: OpenDocument,
    options: CompletionOptions,
    cancelled: () => boolean,
  ): Completion {
    this.#writeAt(prefix, open);
    const completion = this.#complete(prefix, open.suffix, options, cancelled);
    this.#isReady = completion.stop !== 'cut';
    return completion;
  }

  /**
   * Completions of a document as if it were being written, at some places of it. The open document stays as it is; only what a transformer
   * has computed for it is gone.
   * @param mayBe whether a document may be taken
   * @param random uniform in [0, 1)
   * @param goesOn asked between places, too
   * @returns nothing when no document may be
   */
  async tryOut(
    mayBe: (file: IndexedFile) => boolean,
    random: () => number,
    count: number,
    cancelled: () => boolean,
    goesOn: GivesWay,
  ): Promise<Trial[]> {
    const text = this.#takeAside(mayBe, random);
    if (text === null) return [];
    const trials: Trial[] = [];
    try {
      while (!this.#documents.count(afterOne())) if (cancelled() || !(await goesOn())) return [];
      for (const place of placesIn(text, count, random)) {
        if (cancelled() || !(await goesOn())) break;
        this.#isReady = false;
        const { prefix, suffix } = place;
        const completion = this.#counts.aside(() => this.#complete(prefix, suffix, trialOptions, cancelled));
        if (!cancelled()) trials.push(...trialsOf(completion, place));
      }
    } finally {
      this.#documents.setAside(null);
      this.#documents.count(never);
    }
    return trials;
  }

  /** The likeliest words that go on with what is typed. */
  words(prefix: string, open: OpenDocument, options: WordOptions, cancelled: () => boolean): ScoredWord[] {
    const start = performance.now();
    const late = (): boolean => performance.now() - start > options.maxMilliseconds || cancelled();
    this.#writeAt(prefix, open);
    const placed = this.#placed(prefix, open.suffix);
    try {
      if (!this.#reach(placed, late)) return [];
      return likelyWords(this.#model, this.#agreeing, this.#tokenizer, placed.typed, options, late);
    } finally {
      this.#model.rewind();
    }
  }

  /** Makes it the document that is written, and does what can be done before somebody asks, as long as nobody does. */
  async open(prefix: string, open: OpenDocument, goesOn: GivesWay): Promise<void> {
    this.#writeAt(prefix, open);
    await this.getReady(goesOn);
  }

  /**
   * What each part of the mixture says of the tokens behind the first `at` bytes of the document, which counts as it is shown.
   * @returns null where the text has a secret: it is not counted as it stands there
   */
  parts(prefix: string, { name, suffix }: OpenDocument, at: number, tokens: readonly number[]): Parts | null {
    const safe = redactAround(prefix, suffix);
    if (safe.prefix !== prefix || safe.suffix !== suffix) return null;
    this.#documents.open(name);
    // The document that is written is another again, or stands elsewhere.
    this.#isReady = false;
    const encoder = new TextEncoder();
    const ids = [prefix, suffix].flatMap((text) => [...this.#tokenizer.encode(encoder.encode(text))]);
    let bytes = 0;
    let before = 0;
    while (before < ids.length && bytes < at) bytes += this.#tokenizer.tokenBytes(ids[before++]!).length;
    const { room } = this.#counts;
    const from = Math.max(0, before - room);
    this.#reach({ ids: Uint16Array.from(ids.slice(from, from + room)), before: before - from }, never);
    const likely = this.#model.top(likeliestParts).ids;
    const all = [...new Set([...likely, ...tokens])].map((id) => this.#partsOf(id));
    const told = all.reduce((sum, { mixed }) => sum + mixed, 0);
    return {
      transformer: this.#model !== this.#counts,
      tokens: all.toSorted((a, b) => b.mixed - a.mixed),
      others: { count: this.#model.vocabSize - all.length, mixed: 1 - told },
    };
  }

  /**
   * What they say of tokens that come one after the other behind `prefix`, the first of them with what is typed of them.
   * @returns null where the text has a secret, and where a token is another one here
   */
  along(prefix: string, open: OpenDocument, tokens: readonly NamedToken[]): PartsAlong | null {
    const safe = redactAround(prefix, open.suffix);
    if (safe.prefix !== prefix || safe.suffix !== open.suffix) return null;
    if (tokens.some(({ id, bytes }) => id >= this.#model.vocabSize || this.#nameOf(id) !== bytes))
      return null;
    this.#documents.open(open.name);
    this.#isReady = false;
    this.#reach(this.#placed(prefix, open.suffix), never);
    try {
      return {
        transformer: this.#model !== this.#counts,
        tokens: tokens.map(({ id }) => {
          const parts = this.#partsOf(id);
          this.#model.suppose(id);
          return parts;
        }),
      };
    } finally {
      this.#model.rewind();
    }
  }

  #partsOf(id: number): PartsOfToken {
    // The mixture hears the transformer first.
    this.#model.probability(id);
    return { id, bytes: this.#nameOf(id), ...this.#counts.parts(id) };
  }

  #nameOf(id: number): string {
    return bytesOrName(this.#tokenizer, id);
  }

  /** Does likewise where something else was done since, or where there was no time for all of it. */
  async getReady(goesOn: GivesWay): Promise<void> {
    if (this.#isReady || this.#writing === null) return;
    const { prefix, open } = this.#writing;
    this.#documents.open(open.name);
    const placed = this.#placed(prefix, open.suffix);
    while (!this.#reach(placed, afterOne())) if (!(await goesOn())) return;
    while (!(this.#model.prepare?.(afterOne()) ?? true)) if (!(await goesOn())) return;
    this.#isReady = true;
  }

  /** @param giveWay called between parts @returns whether more is counted than there is room for */
  async learn(changes: readonly FileChange[], giveWay: () => Promise<void>): Promise<boolean> {
    let all = true;
    for (const change of changes) {
      all = this.#change(change) && all;
      while (!this.#documents.count(afterOne())) await giveWay();
    }
    // A transformer keeps what it has learnt, whatever is chosen here: its words go when it is trained anew.
    if (!this.#heard) this.#agreeing.forgotten = this.#forgotten();
    return !all || this.#documents.tokens > this.#room;
  }

  find(prefix: string, open: OpenDocument, isTyped: boolean): EarlierMatch | null {
    this.#documents.open(open.name);
    const safe = redactAround(prefix, open.suffix).prefix;
    const ids = isTyped
      ? Uint16Array.from(this.#healed(safe).before)
      : this.#tokenizer.encode(new TextEncoder().encode(safe));
    const { length, count, places } = this.#earlier.longestMatch(ids, namedPlaces);
    if (length === 0) return null;
    return {
      tokens: length,
      count,
      places: places.map(({ document, line }) => {
        const { removed } = this.#documents.get(document) ?? {};
        const at = { linesBefore: 0, ...(removed === undefined ? {} : { removed }) };
        return { file: document, line: lineInFile(at, line - 1) };
      }),
    };
  }

  /** What there is elsewhere of a text that may come behind `prefix`. */
  precedent(prefix: string, { name, suffix }: OpenDocument, coming: string): Precedent {
    this.#documents.open(name);
    const [before, behind, text] = [prefix, suffix, coming].map((each) => new TextEncoder().encode(each));
    const precedents = { tokenizer: this.#tokenizer, others: this.#earlier };
    return precedentOf(precedents, before!, behind!, text!);
  }

  /** The documents as they were saved last, or passages of them. */
  passages(): WorkspaceText {
    return passagesOf(
      this.#documents.names.map((name) => this.#documents.get(name)!),
      this.#lineFeeds,
    );
  }

  /** How often each token stands in the documents, u32[vocabSize]. */
  get frequencies(): Uint32Array {
    return this.#tokensGone.occurrences;
  }

  /** @returns whether all of it could be counted */
  #change(change: FileChange): boolean {
    const { path, ids } = change;
    const before = ids === null ? this.#documents.within(path) : [this.#documents.get(path)];
    const all = this.#documents.change(change);
    const after = this.#documents.get(path);
    for (const document of before) {
      if (document === undefined || document === after) continue;
      if (ids === null) this.#tokensGone.remove(document);
      else this.#tokensGone.takeOut(document);
    }
    if (after !== undefined && after !== before[0]) this.#tokensGone.add(after);
    return all;
  }

  /** Single bytes are needed for whatever is written. */
  #forgotten(): ReadonlySet<number> {
    return new Set(this.#tokensGone.ids.filter((id) => this.#tokenizer.tokenBytes(id).length > 1));
  }

  #complete(
    prefix: string,
    suffix: string,
    options: CompletionOptions,
    cancelled: () => boolean,
  ): Completion {
    const start = performance.now();
    const limits = limitsOf(options, start, cancelled);
    const placed = this.#placed(prefix, suffix);
    const rest = options.restFollows ? beginningOfLine(suffix) : nothing;
    const follows = rest.length === 0 ? null : (): number => this.#agreeing.probabilityOf(this.#model, rest);
    try {
      const rewind = (): void => this.#model.rewind();
      const { texts, asks, message } = this.#reach(placed, limits.cancelled)
        ? this.#texts(placed.typed, prefix, options, limits, { follows, rewind })
        : { texts: [cutAtOnce], asks: null, message: null };
      const [candidate, ...alternatives] = texts;
      return { ...candidate!, alternatives, asks, message, milliseconds: performance.now() - start };
    } finally {
      this.#model.rewind();
    }
  }

  /** The texts at the place that is reached, and what the model asks for or was told there. */
  #texts(
    typed: Uint8Array,
    prefix: string,
    { calls, returned, alternatives = 0 }: CompletionOptions,
    limits: GrowthLimits,
    standing: Standing,
  ): Pick<Completion, 'asks' | 'message'> & { readonly texts: readonly Candidate[] } {
    const source = new ModelSource(this.#model, this.#agreeing, this.#tokenizer);
    const site = calls === true ? CallSite.at(this.#model, this.#tokenizer, prefix, typed) : null;
    const count = 1 + alternatives;
    const answered = site?.answered(returned ?? [], count, limits.cancelled) ?? null;
    const beginnings = (): readonly (readonly ScoredToken[])[] =>
      answered?.beginnings ?? likeliestBeginnings(source, typed, count, { ...standing, ...limits });
    const texts = candidates(source, this.#tokenizer, typed, limits, { beginnings, ...standing });
    const mayAsk = site !== null && returned === undefined && !limits.cancelled();
    return { texts, asks: mayAsk ? site.asks() : null, message: answered?.message ?? null };
  }

  /** A document is as if it had never been learnt from. @returns its text; null where none may be taken */
  #takeAside(mayBe: (file: IndexedFile) => boolean, random: () => number): string | null {
    const names = this.#documents.names.filter((name) => {
      const file = this.#documents.get(name)!;
      return mayBe(file) && file.ids.length <= this.#counts.roomAside;
    });
    const name = names[Math.floor(random() * names.length)];
    if (name === undefined) return null;
    this.#documents.setAside(name);
    const { ids } = this.#documents.get(name)!;
    return new TextDecoder().decode(this.#tokenizer.decode(ids.subarray(0, -1)));
  }

  #writeAt(prefix: string, open: OpenDocument): void {
    this.#writing = { prefix, open };
    this.#isReady = false;
    this.#documents.open(open.name);
  }

  /**
   * The document as it is without the line that is written: what stands behind the cursor in it is what is to be predicted. Nor are its
   * secrets counted, not even while it is open.
   */
  #placed(prefix: string, suffix: string): Placed {
    const { room } = this.#counts;
    const last = this.#lastPlaced;
    if (last?.prefix === prefix && last.suffix === suffix && last.room === room) return last.placed;
    const placed = this.#tokensAround(prefix, suffix, room);
    this.#lastPlaced = { prefix, suffix, room, placed };
    return placed;
  }

  #tokensAround(prefix: string, suffix: string, room: number): Placed {
    const safe = redactAround(prefix, suffix);
    const { before, typed } = this.#healed(safe.prefix);
    const rest = new TextEncoder().encode(safe.suffix);
    const after = this.#tokenizer.encode(rest.subarray(lineEnd(rest)));
    // In strides: a beginning or an end that moves with every key would have all of the text counted anew.
    const stride = Math.ceil(room / 4);
    const over = (tokens: number): number => stride * Math.max(0, Math.ceil(tokens / stride));
    const kept = before.slice(over(before.length - room));
    const behind = after.subarray(0, Math.max(0, after.length - over(kept.length + after.length - room)));
    const ids = new Uint16Array(kept.length + behind.length);
    ids.set(kept);
    ids.set(behind, kept.length);
    return { ids, before: kept.length, typed };
  }

  /** @param cancelled polled between parts; the next call goes on @returns whether the place is reached */
  #reach({ ids, before }: Pick<Placed, 'ids' | 'before'>, cancelled: () => boolean): boolean {
    return this.#documents.count(cancelled) && this.#model.setDocument(ids, before, cancelled);
  }

  #healed(prefix: string): { readonly before: readonly number[]; readonly typed: Uint8Array } {
    const bytes = new TextEncoder().encode(prefix);
    const { ids, typed } = heal(this.#tokenizer, [...this.#tokenizer.encode(bytes)], bytes, 0);
    return { before: ids, typed };
  }
}

const nothing = new Uint8Array();
const never = (): boolean => false;

/** Not before the first part, but before the second. */
function afterOne(): () => boolean {
  let polls = 0;
  return () => polls++ > 0;
}

/** A token is hardly ever longer. */
const restCharacters = 16;

/** What stands behind the cursor on its line, as much as tells whether it can follow. */
function beginningOfLine(suffix: string): Uint8Array {
  const bytes = new TextEncoder().encode(suffix.slice(0, restCharacters));
  return bytes.subarray(0, lineEnd(bytes));
}
