import { lineInFile } from '../corpus/lines.ts';
import { redactAround } from '../corpus/secrets.ts';
import { CountingModel } from '../counts/countingModel.ts';
import { lineFeedsOf, SuffixIndex } from '../counts/suffixIndex.ts';
import { AgreeingTokens } from '../prediction/agreeingTokens.ts';
import { type EditableModel, MixtureModel } from '../prediction/mixtureModel.ts';
import { ModelSource } from '../prediction/modelSource.ts';
import type { TransformerModel } from '../prediction/transformerModel.ts';
import type { FileChange, WorkspaceIndex } from '../protocol/indexing.ts';
import type {
  Completion,
  CompletionOptions,
  EarlierMatch,
  OpenDocument,
  Predicting,
  ScoredWord,
  Trial,
  WordOptions,
} from '../protocol/prediction.ts';
import type { Parts } from '../protocol/stages.ts';
import { heal, lineEnd } from '../tokenizer/healing.ts';
import { latin1 } from '../tokenizer/latin1.ts';
import { type Tokenizer, tokenizerFromJson } from '../tokenizer/tokenizer.ts';
import { limitsOf } from './candidate.ts';
import { candidates } from './candidates.ts';
import { ForgottenTokens } from './forgottenTokens.ts';
import { ProjectDocuments } from './projectDocuments.ts';
import { placesIn, trialOptions, trialsOf } from './trials.ts';
import { likelyWords } from './words.ts';

/** An index of a workspace at work: counts that follow the open document and every save, and the transformer where they have heard it. */
export class ServedIndex {
  readonly edition: number;
  readonly tokenizerJson: string;
  readonly #tokenizer: Tokenizer;
  readonly #counts: CountingModel;
  readonly #heard: boolean;
  readonly #agreeing: AgreeingTokens;
  readonly #documents: ProjectDocuments;
  readonly #suffixes: SuffixIndex;
  readonly #documentTokens: number;
  /** counted beyond this, what was seen once is displaced */
  readonly #room: number;
  readonly #tokensGone: ForgottenTokens;
  #model: EditableModel;

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
    this.#documentTokens = documentTokens;
    const documents = files.map((file, i) => ({ ...file, ids: tokens.subarray(starts[i]!, starts[i + 1]!) }));
    this.#suffixes = new SuffixIndex(
      documents.map(({ path, ids }) => ({ document: path, ids })),
      lineFeedsOf(this.#tokenizer),
      index.suffixes,
    );
    const project = {
      documentTokens,
      foldDocument: (ids: Uint16Array, add: boolean) => this.#counts.foldDocument(ids, add),
    };
    this.#documents = new ProjectDocuments(project, this.#suffixes, documents);
    this.#tokensGone = new ForgottenTokens(this.#tokenizer.vocabSize, documents);
    this.#room = tokens.length > projectTokens ? Infinity : projectTokens;
  }

  get predicting(): Predicting {
    return this.#model === this.#counts ? 'counts' : 'counts + transformer';
  }

  /** Lets a transformer over the same tokens take part, if the counts know how far to trust it. */
  hear(transformer: TransformerModel): void {
    if (this.#heard) this.#model = new MixtureModel(this.#counts, transformer);
  }

  /** What is likely to come behind `prefix`, and what else is. @param cancelled polled between tokens */
  complete(
    prefix: string,
    open: OpenDocument,
    options: CompletionOptions,
    cancelled: () => boolean,
  ): Completion {
    const start = performance.now();
    const limits = limitsOf(options, start, cancelled);
    const typed = this.#place(prefix, open);
    const source = new ModelSource(this.#model, this.#agreeing, this.#tokenizer);
    const rest = options.restFollows ? beginningOfLine(open.suffix) : nothing;
    const follows = rest.length === 0 ? null : (): number => this.#agreeing.probabilityOf(this.#model, rest);
    try {
      const rewind = (): void => this.#model.rewind();
      const count = 1 + (options.alternatives ?? 0);
      const found = candidates(source, this.#tokenizer, typed, limits, { count, follows, rewind });
      const [candidate, ...alternatives] = found;
      return { ...candidate!, alternatives, milliseconds: performance.now() - start };
    } finally {
      this.#model.rewind();
    }
  }

  /**
   * Completions of a document as if it were being written, at some places of it.
   * @param mayBe whether a document may be taken
   * @param random uniform in [0, 1)
   * @returns nothing when no document may be
   */
  tryOut(
    mayBe: (path: string) => boolean,
    random: () => number,
    count: number,
    cancelled: () => boolean,
  ): Trial[] {
    const names = this.#documents.names.filter(mayBe);
    const name = names[Math.floor(random() * names.length)];
    if (name === undefined) return [];
    const { ids } = this.#documents.get(name)!;
    const text = new TextDecoder().decode(this.#tokenizer.decode(ids.subarray(0, -1)));
    const trials: Trial[] = [];
    for (const place of placesIn(text, count, random)) {
      if (cancelled()) break;
      const open = { name, suffix: place.suffix };
      trials.push(...trialsOf(this.complete(place.prefix, open, trialOptions, cancelled), place));
    }
    return trials;
  }

  /** The likeliest words that go on with what is typed. */
  words(prefix: string, open: OpenDocument, options: WordOptions, cancelled: () => boolean): ScoredWord[] {
    const typed = this.#place(prefix, open);
    try {
      return likelyWords(this.#model, this.#agreeing, this.#tokenizer, typed, options, cancelled);
    } finally {
      this.#model.rewind();
    }
  }

  /** Makes it the document that is written: the next completion has less to do. */
  open(prefix: string, open: OpenDocument): void {
    this.#place(prefix, open);
  }

  /**
   * What each part of the mixture says of the tokens behind the first `at` bytes of the document, which counts as it is shown.
   * @returns null where the text has a secret: it is not counted as it stands there
   */
  parts(prefix: string, { name, suffix }: OpenDocument, at: number, tokens: readonly number[]): Parts | null {
    const safe = redactAround(prefix, suffix);
    if (safe.prefix !== prefix || safe.suffix !== suffix) return null;
    this.#documents.open(name);
    const encoder = new TextEncoder();
    const ids = [prefix, suffix].flatMap((text) => [...this.#tokenizer.encode(encoder.encode(text))]);
    let bytes = 0;
    let before = 0;
    while (before < ids.length && bytes < at) bytes += this.#tokenizer.tokenBytes(ids[before++]!).length;
    const from = Math.max(0, before - this.#documentTokens);
    const kept = ids.slice(from, from + this.#documentTokens);
    this.#model.setDocument(Uint16Array.from(kept), before - from);
    return {
      transformer: this.#model !== this.#counts,
      tokens: tokens.map((id) => {
        // The mixture hears the transformer first.
        this.#model.probability(id);
        return { id, bytes: latin1(this.#tokenizer.tokenBytes(id)), ...this.#counts.parts(id) };
      }),
    };
  }

  /** @returns whether more is counted than there is room for */
  learn(changes: readonly FileChange[]): boolean {
    let all = true;
    for (const change of changes) all = this.#change(change) && all;
    // A transformer keeps what it has learnt, whatever is chosen here: its words go with its next training.
    if (!this.#heard) this.#agreeing.forgotten = this.#forgotten();
    return !all || this.#documents.tokens > this.#room;
  }

  find(prefix: string, open: OpenDocument): EarlierMatch | null {
    this.#documents.open(open.name);
    const { before } = this.#healed(redactAround(prefix, open.suffix).prefix);
    const { length, places } = this.#suffixes.longestMatch(Uint16Array.from(before), 1);
    const [place] = places;
    if (place === undefined) return null;
    const { removed } = this.#documents.get(place.document) ?? {};
    const at = { linesBefore: 0, ...(removed === undefined ? {} : { removed }) };
    return { tokens: length, file: place.document, line: lineInFile(at, place.line - 1) };
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

  /**
   * The document as it is without the line that is written: what stands behind the cursor in it is what is to be predicted. Nor are its
   * secrets counted, not even while it is open.
   * @returns what is typed behind the place
   */
  #place(prefix: string, { name, suffix }: OpenDocument): Uint8Array {
    this.#documents.open(name);
    const safe = redactAround(prefix, suffix);
    const { before, typed } = this.#healed(safe.prefix);
    const rest = new TextEncoder().encode(safe.suffix);
    const after = this.#tokenizer.encode(rest.subarray(lineEnd(rest)));
    const kept = before.slice(-this.#documentTokens);
    const ids = new Uint16Array(Math.min(this.#documentTokens, kept.length + after.length));
    ids.set(kept);
    ids.set(after.subarray(0, ids.length - kept.length), kept.length);
    this.#model.setDocument(ids, kept.length);
    return typed;
  }

  #healed(prefix: string): { readonly before: readonly number[]; readonly typed: Uint8Array } {
    const bytes = new TextEncoder().encode(prefix);
    const { ids, typed } = heal(this.#tokenizer, [...this.#tokenizer.encode(bytes)], bytes, 0);
    return { before: ids, typed };
  }
}

const nothing = new Uint8Array();
/** A token is hardly ever longer. */
const restCharacters = 16;

/** What stands behind the cursor on its line, as much as tells whether it can follow. */
function beginningOfLine(suffix: string): Uint8Array {
  const bytes = new TextEncoder().encode(suffix.slice(0, restCharacters));
  return bytes.subarray(0, lineEnd(bytes));
}
