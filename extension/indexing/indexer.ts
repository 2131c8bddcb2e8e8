import { readTexts, readTextsAt } from '../corpus/corpus.ts';
import { pathInWorkspace } from '../corpus/roots.ts';
import { sidesOf, splitHeldOut, type Text } from '../corpus/split.ts';
import {
  buildCounts,
  type BuildOptions,
  countAndHear,
  countDocuments,
  ended,
  learnsOnFromOthers,
  type Outside,
  tokenFrequencies,
  tokensOf,
} from '../counts/buildCounts.ts';
import type { CountingModel } from '../counts/countingModel.ts';
import { lineFeedsOf, SuffixIndex } from '../counts/suffixIndex.ts';
import { compileKernels } from '../engine/instantiate.ts';
import type { Platform } from '../platform/platform.ts';
import { sha256OfText } from '../platform/sha256.ts';
import { sharedBytes } from '../platform/sharing.ts';
import { openTransformer, type TrainedTransformer } from '../prediction/trainedTransformer.ts';
import { TransformerModel } from '../prediction/transformerModel.ts';
import { NihiloError } from '../protocol/errors.ts';
import type {
  FileChange,
  IndexedFile,
  IndexerEvent,
  IndexRequest,
  WorkspaceIndex,
} from '../protocol/indexing.ts';
import {
  type Tokenizer,
  tokenizerFromJson,
  tokenizerToJson,
  trainTokenizer,
} from '../tokenizer/tokenizer.ts';
import {
  type KeptTrust,
  loadTrust,
  removeTrust,
  saveTrust,
  trustFolder as trustFolderOf,
} from './savedTrust.ts';

/** Tokens of the vocabulary before a training has chosen another. */
const vocabSize = 2_048;
/** A vocabulary of more text than this would not be better. */
const mostVocabularyBytes = 8_000_000;
/** Counts of this many tokens take 1 GB; of more, all are counted, and what was seen once makes room. */
export const mostTokens = 4_000_000;
/** A workspace that has grown more than this is another one: whom to trust in it is learnt anew. */
const mostGrowth = 4;
/** How long changes wait at most while an index is built, as long as no document takes longer. */
const breathMs = 50;

/** What it says decides about other files. */
const ignoreFile = /(^|\/)\.gitignore$/;

interface Vocabulary {
  readonly tokenizer: Tokenizer;
  readonly tokenizerJson: string;
}

interface Material extends Vocabulary {
  readonly tokenizerDigest: string;
  readonly texts: readonly Text[];
  /** ids of each text */
  readonly documents: readonly Uint16Array[];
  readonly transformer: TrainedTransformer | null;
}

/** Reads a workspace and counts it, in a thread of its own: events tell how far it is, and give each index that can serve. */
export class Indexer {
  readonly #platform: Platform;
  readonly #emit: (event: IndexerEvent) => void;
  #request: IndexRequest | null = null;
  /** that changes are written in; null before there is an index to change */
  #tokenizer: Tokenizer | null = null;
  /** changed files that nobody has looked at */
  #waiting = new Set<string>();
  /** changed files that the index that is being built may not have seen */
  #again = new Set<string>();
  /** ends with the reading of changes that was begun last */
  #reading: Promise<unknown> = Promise.resolve();
  #lastBreathMs = 0;

  constructor(platform: Platform, emit: (event: IndexerEvent) => void) {
    this.#platform = platform;
    this.#emit = emit;
  }

  /** @throws {NihiloError} as readTexts; RangeError, when the machine does not give the memory */
  async build(request: IndexRequest): Promise<void> {
    this.#request = request;
    this.#tokenizer = null;
    this.#again = new Set();
    this.#stage('reading');
    await this.#forgetTrust(request);
    const { texts } = await readTexts(this.#platform.files, request.corpus, {});
    const material = await this.#material(request, texts);
    const { module } = await compileKernels((name) => this.#platform.readAsset(name), true);
    this.#stage('counting');
    const { tokenizer, documents, transformer } = material;
    const known = await this.#trusted(material, module);
    if (known?.isOfHere) return;
    if (known === null) {
      const counts = await buildCounts(module, tokenizer, documents, this.#options);
      await this.#finish(material, counts!, false);
    }
    if (transformer === null) return;
    this.#stage('weighing');
    const { counts, frequencies } = await this.#weighed(material, transformer, module, known?.trust ?? null);
    await this.#finish(material, counts, true);
    const { seconds } = transformer.trainerState;
    await this.#save(material, { frequencies, trust: counts.trust, tokens: tokensOf(documents), seconds });
  }

  get #options(): BuildOptions {
    return { mostTokens, onProgress: () => this.#breathe() };
  }

  /**
   * Counts that trust the transformer as is known from before, where it is: as was learnt in this workspace, or as ships with the model.
   * @returns that; null where nothing is known
   */
  async #trusted(
    material: Material,
    module: WebAssembly.Module,
  ): Promise<{ readonly trust: KeptTrust; readonly isOfHere: boolean } | null> {
    const { tokenizer, documents, transformer } = material;
    const { checkpoint, trustFolder, relearn } = this.#request!;
    if (transformer === null || checkpoint === null) return null;
    const shipped = trustFolderOf(checkpoint);
    const here = trustFolder === null || relearn ? null : await this.#load(material, trustFolder);
    const trust = here ?? (trustFolder === shipped ? null : await this.#load(material, shipped));
    if (trust === null) return null;
    const counts = await countDocuments(module, tokenizer, documents, trust, this.#options);
    if (counts === null) return null;
    await this.#finish(material, counts, true);
    return { trust, isOfHere: (here?.tokens ?? 0) * mostGrowth >= tokensOf(documents) };
  }

  /** Counts that have learnt here how far to trust the transformer, over the frequencies that their code tree is made of. */
  async #weighed(
    material: Material,
    transformer: TrainedTransformer,
    module: WebAssembly.Module,
    known: KeptTrust | null,
  ): Promise<{ readonly counts: CountingModel; readonly frequencies: Float32Array }> {
    const { texts, tokenizer, documents } = material;
    const shipped = await this.#shipped(material, known);
    const { seen, outside } = shipped?.isAsItCame
      ? { seen: [], outside: { model: modelOf(transformer, tokenizer), documents } }
      : unseen(material, transformer);
    const options = { ...this.#options, whole: texts.length === 1 ? documents[0] : undefined };
    const counts =
      shipped === null
        ? await buildCounts(module, tokenizer, seen, { ...options, outside })
        : await countAndHear(module, tokenizer, seen, shipped.trust, outside, options);
    const parts = [...seen, ...outside.documents];
    const frequencies = shipped?.trust.frequencies ?? tokenFrequencies(parts, tokenizer.vocabSize);
    return { counts: counts!, frequencies };
  }

  /**
   * What was learnt in other workspaces and came with the model, or with the base that it began with, whose tokens it has.
   * @returns with it, whether the model is as it came: then it has learnt from none of the texts here; null: nothing came, or it is no better to
   * begin with
   */
  async #shipped(
    material: Material,
    known: KeptTrust | null,
  ): Promise<{ readonly trust: KeptTrust; readonly isAsItCame: boolean } | null> {
    const { checkpoint, trustFolder } = this.#request!;
    const beside = trustFolderOf(checkpoint!);
    // It was looked for there before, unless what was learnt here came first.
    const isElsewhere = known !== null && known.tokens !== null && beside !== trustFolder;
    const own = isElsewhere ? await this.#load(material, beside) : known;
    if (own?.tokens === null)
      return learnsOnFromOthers(material.documents, 'none') ? { trust: own, isAsItCame: true } : null;
    if (!learnsOnFromOthers(material.documents, 'most')) return null;
    const base = trustFolderOf(this.#platform.baseModel);
    const trust = base === beside ? null : await this.#load(material, base);
    return trust?.tokens === null ? { trust, isAsItCame: false } : null;
  }

  /** null also where it is of the model before: the training that replaced it may have been the last that its window did. */
  async #load({ tokenizerJson, transformer }: Material, folder: string): Promise<KeptTrust | null> {
    try {
      const kept = await loadTrust(this.#platform.files, folder, tokenizerJson);
      const { seconds } = transformer!.trainerState;
      return kept === null || kept.seconds === null || kept.seconds === seconds ? kept : null;
    } catch (error) {
      if (!(error instanceof NihiloError)) throw error;
      this.#emit({ type: 'notice', sentence: error.message });
      return null;
    }
  }

  async #save({ tokenizerJson }: Material, learnt: KeptTrust): Promise<void> {
    const { trustFolder } = this.#request!;
    if (trustFolder === null) return;
    await this.#noticing(() => saveTrust(this.#platform.files, trustFolder, tokenizerJson, learnt));
  }

  /** Of another transformer than there is now; at once, so that nobody finds it who begins where this was interrupted. */
  async #forgetTrust({ relearn, trustFolder }: IndexRequest): Promise<void> {
    if (!relearn || trustFolder === null) return;
    await this.#noticing(() => removeTrust(this.#platform.files, trustFolder));
  }

  /** What storage refuses is told, and changes nothing else. */
  async #noticing(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof NihiloError)) throw error;
      this.#emit({ type: 'notice', sentence: error.message });
    }
  }

  /** @param files absolute paths; they are told of at once where an index can learn from them, else as soon as there is one */
  async changed(files: readonly string[]): Promise<void> {
    for (const file of files) this.#waiting.add(file);
    await this.#read();
  }

  async #material(request: IndexRequest, texts: readonly Text[]): Promise<Material> {
    this.#stage('tokenizing');
    const transformer = await this.#transformer(request);
    const { tokenizer, tokenizerJson } =
      transformer === null ? newVocabulary(texts) : vocabularyOf(transformer);
    const tokenizerDigest = await sha256OfText(tokenizerJson);
    const documents = texts.map(({ bytes }) => document(tokenizer, bytes));
    return { texts, tokenizer, tokenizerJson, tokenizerDigest, documents, transformer };
  }

  /** A model that can't be used is none here: whoever loads it for completions says why. */
  async #transformer({ checkpoint, reproducible }: IndexRequest): Promise<TrainedTransformer | null> {
    if (checkpoint === null) return null;
    try {
      return await openTransformer(this.#platform, checkpoint, reproducible);
    } catch (error) {
      if (!(error instanceof NihiloError)) throw error;
      if (error.code !== 'checkpointMissing') this.#emit({ type: 'notice', sentence: error.message });
      return null;
    }
  }

  async #finish(material: Material, counts: CountingModel, heard: boolean): Promise<void> {
    this.#emit({ type: 'index', index: indexOf(material, counts, heard, this.#request!.edition) });
    this.#tokenizer = material.tokenizer;
    // The files were read before: what has changed since then is told again.
    for (const file of this.#again) this.#waiting.add(file);
    await this.#read();
  }

  /** Lets messages in, now and then. */
  async #breathe(): Promise<boolean> {
    if (performance.now() - this.#lastBreathMs < breathMs) return true;
    await new Promise((resolve) => setTimeout(resolve));
    this.#lastBreathMs = performance.now();
    return true;
  }

  /** One after the other: of two readings of a file the later one is told last. */
  #read(): Promise<void> {
    const reading = this.#reading.then(() => this.#readWaiting());
    // Who waits for it hears of a failure; the next one begins in any case.
    this.#reading = reading.catch(() => {});
    return reading;
  }

  async #readWaiting(): Promise<void> {
    if (this.#tokenizer === null || this.#waiting.size === 0) return;
    const { corpus, edition } = this.#request!;
    const tokenizer = this.#tokenizer;
    const files = [...this.#waiting];
    this.#waiting.clear();
    for (const file of files) this.#again.add(file);
    let outdated = false;
    const changes: FileChange[] = [];
    for (const file of files) {
      const path = pathInWorkspace(corpus.folders, file);
      if (path === null) continue;
      outdated ||= ignoreFile.test(path);
      const texts = await this.#textsAt(file);
      if (texts.length === 0) changes.push({ path, ids: null });
      for (const text of texts) changes.push({ ...fileOf(text), ids: document(tokenizer, text.bytes) });
    }
    if (changes.length > 0) this.#emit({ type: 'changes', edition, changes, outdated });
  }

  async #textsAt(target: string): Promise<readonly Text[]> {
    try {
      return await readTextsAt(this.#platform.files, this.#request!.corpus, target);
    } catch (error) {
      // It is gone again, or may not be read.
      if (error instanceof NihiloError) return [];
      throw error;
    }
  }

  #stage(stage: Extract<IndexerEvent, { type: 'stage' }>['stage']): void {
    this.#emit({ type: 'stage', stage });
  }
}

function newVocabulary(texts: readonly Text[]): Vocabulary {
  let bytes = 0;
  const sample = texts.filter((text) => {
    bytes += text.bytes.length;
    return bytes <= mostVocabularyBytes;
  });
  const tokenizer = trainTokenizer(
    sample.map((text) => text.bytes),
    vocabSize,
  );
  return { tokenizer, tokenizerJson: tokenizerToJson(tokenizer) };
}

function vocabularyOf({ tokenizerJson }: TrainedTransformer): Vocabulary {
  return { tokenizer: tokenizerFromJson(tokenizerJson), tokenizerJson };
}

function document(tokenizer: Tokenizer, bytes: Uint8Array): Uint16Array {
  return ended(tokenizer.encode(bytes), tokenizer.endOfText);
}

function modelOf({ decoder }: TrainedTransformer, { endOfText }: Tokenizer): TransformerModel {
  return new TransformerModel(decoder, endOfText);
}

/** How far to trust a transformer is learnt from what its training has not seen. */
function unseen(
  { texts, documents, tokenizer }: Material,
  transformer: TrainedTransformer,
): { readonly seen: readonly Uint16Array[]; readonly outside: Outside } {
  const parts = splitHeldOut(texts, transformer.trainerState.seed).documents;
  const heldOutPaths = parts.filter(({ heldOut }) => heldOut).map(({ path }) => path);
  const sides = sidesOf(texts, documents, heldOutPaths, (part) => document(tokenizer, part));
  return { seen: sides.seen, outside: { model: modelOf(transformer, tokenizer), documents: sides.unseen } };
}

function indexOf(
  { texts, documents, tokenizer, tokenizerJson, tokenizerDigest }: Material,
  counts: CountingModel,
  heard: boolean,
  edition: number,
): WorkspaceIndex {
  const starts = sharedIntegers(documents.length + 1);
  documents.forEach((ids, i) => (starts[i + 1] = starts[i]! + ids.length));
  const length = starts[documents.length]!;
  const tokens = new Uint16Array(sharedBytes(Uint16Array.BYTES_PER_ELEMENT * length));
  documents.forEach((ids, i) => tokens.set(ids, starts[i]));
  const named = documents.map((ids, i) => ({ document: texts[i]!.path, ids }));
  const sorted = new SuffixIndex(named, lineFeedsOf(tokenizer)).suffixes;
  const suffixes = sharedIntegers(sorted.length);
  suffixes.set(sorted);
  const files = texts.map(fileOf);
  return {
    edition,
    tokenizerJson,
    tokenizer: tokenizerDigest,
    heard,
    counts: counts.toTransfer(),
    files,
    tokens,
    starts,
    suffixes,
  };
}

function fileOf({ path, place, removed }: Text): IndexedFile {
  return { path, ...(place === undefined ? {} : { place }), ...(removed === undefined ? {} : { removed }) };
}

function sharedIntegers(count: number): Int32Array {
  return new Int32Array(sharedBytes(Int32Array.BYTES_PER_ELEMENT * count));
}
