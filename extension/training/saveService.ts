import { readTextsAt } from '../corpus/corpus.ts';
import { type Document, isHeldOut, type Text } from '../corpus/split.ts';
import { readCheckpoint, type TrainerState, writeCheckpoint } from '../engine/checkpoint.ts';
import type { Platform, WorkerPort } from '../platform/platform.ts';
import { sharingThreads } from '../platform/sharing.ts';
import { NihiloError, toPlainError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { SaveCommand, SaveEvent, SaveLearning, SaveOutcome } from '../protocol/learning.ts';
import type { CorpusRequest } from '../protocol/training.ts';
import { type Tokenizer, tokenizerFromJson } from '../tokenizer/tokenizer.ts';
import { ContinualLearner, continualRecipe, type KnownDocuments } from './continual.ts';
import { readCorpora, readUnchanged, withoutExcluded } from './knownText.ts';
import { openTeam } from './openTeam.ts';
import { learntCorpora, type LearntCorpus } from './provenance.ts';
import type { Team } from './team.ts';

/** Keeps a model and its threads warm between saves: `open` first, then any number of `learn`, in their order, `close` last. */
export function serveSaves(platform: Platform, port: WorkerPort<SaveCommand, SaveEvent>): void {
  let session: SaveSession | null = null;
  let queue = Promise.resolve();
  const enqueue = (action: () => Promise<void> | undefined): void => {
    queue = queue
      .then(action)
      .catch((error: unknown) => port.post({ type: 'failed', error: toPlainError(error) }));
  };
  const emit = (event: SaveEvent): void => port.post(event);
  port.onMessage((command) => {
    switch (command.type) {
      case 'open':
        enqueue(async () => {
          session = await SaveSession.open(platform, command.learning, { emit, enqueue });
        });
        return;
      case 'learn':
        enqueue(() => session?.learn(command.file));
        return;
      case 'close':
        enqueue(() => session?.close());
        enqueue(async () => emit({ type: 'closed' }));
        return;
    }
  });
}

/** How a session is heard, and how it does something when everything before is done. */
interface Outside {
  readonly emit: (event: SaveEvent) => void;
  readonly enqueue: (action: () => Promise<void>) => void;
}

interface Place {
  /** stays the same from save to save */
  readonly name: string;
  readonly text: Text;
}

class SaveSession {
  readonly #platform: Platform;
  readonly #learning: SaveLearning;
  readonly #outside: Outside;
  readonly #team: Team;
  readonly #tokenizer: Tokenizer;
  readonly #learner: ContinualLearner;
  readonly #corpora: readonly CorpusRequest[];
  readonly #seed: number;
  readonly #heldOut: ReadonlySet<string>;
  readonly #training: ReadonlySet<string>;
  #writtenAt = -Infinity;
  #writing: ReturnType<typeof setTimeout> | undefined;

  /** @throws {NihiloError} as readCheckpoint and Team.create do; corpusEmpty, when the text that the model learnt from is not found */
  static async open(platform: Platform, learning: SaveLearning, outside: Outside): Promise<SaveSession> {
    const { files } = platform;
    const start = await readCheckpoint(files, learning.checkpoint, { withOptimizer: true });
    const { trainerState, config } = start;
    const tokenizer = tokenizerFromJson(start.tokenizerJson);
    const corpora = learntCorpora(trainerState.provenance).map((corpus) =>
      withoutExcluded(corpus, learning.exclude),
    );
    const texts = await readTexts(platform, corpora, trainerState, tokenizer);
    const { reproducible } = trainerState;
    const team = await openTeam(platform, config, continualRecipe(trainerState), {
      ...learning,
      threads: sharingThreads(learning.threads),
      reproducible,
    });
    const learner = new ContinualLearner(team, start, tokenizer, texts);
    // The first save need not wait for it.
    await learner.score();
    return new SaveSession(platform, learning, outside, {
      team,
      tokenizer,
      learner,
      texts,
      corpora,
      trainerState,
    });
  }

  private constructor(
    platform: Platform,
    learning: SaveLearning,
    outside: Outside,
    opened: {
      readonly team: Team;
      readonly tokenizer: Tokenizer;
      readonly learner: ContinualLearner;
      readonly texts: Texts;
      readonly corpora: readonly CorpusRequest[];
      readonly trainerState: TrainerState;
    },
  ) {
    this.#platform = platform;
    this.#learning = learning;
    this.#outside = outside;
    this.#team = opened.team;
    this.#tokenizer = opened.tokenizer;
    this.#learner = opened.learner;
    this.#corpora = opened.corpora;
    this.#seed = opened.trainerState.seed;
    this.#heldOut = opened.texts.heldOutNames;
    this.#training = opened.texts.trainingNames;
  }

  async learn(file: string): Promise<void> {
    const outcome = await this.#outcome(file);
    this.#outside.emit({ type: 'learnt', outcome });
    if (outcome === null || outcome.share === 0) return;
    // What is learnt before the writing is due is written with it.
    this.#writing ??= setTimeout(
      () => this.#outside.enqueue(() => this.#write()),
      Math.max(0, this.#writtenAt + this.#learning.writeEveryMs - performance.now()),
    );
  }

  async close(): Promise<void> {
    await this.#write();
    await this.#team.dispose();
  }

  async #outcome(file: string): Promise<SaveOutcome | null> {
    const place = await this.#find(file);
    if (place === null) return null;
    const { name, text } = place;
    const judges = this.#heldOut.has(name) || (!this.#training.has(name) && isHeldOut(text, this.#seed));
    if (judges) return null;
    const ids = this.#tokenizer.encode(text.bytes);
    return this.#learner.learn(name, ids, this.#learning.limit);
  }

  async #find(file: string): Promise<Place | null> {
    for (const [i, corpus] of this.#corpora.entries()) {
      const [text] = await this.#textsAt(corpus, file);
      if (text !== undefined) return { name: nameOf(i, text.path), text };
    }
    return null;
  }

  async #textsAt(corpus: CorpusRequest, file: string): Promise<readonly Text[]> {
    try {
      return await readTextsAt(this.#platform.files, corpus, file);
    } catch (error) {
      // It is gone again, or another program has it: no reason to learn from no other any more.
      if (error instanceof NihiloError) return [];
      throw error;
    }
  }

  /** Does nothing when everything is written. */
  async #write(): Promise<void> {
    if (this.#writing === undefined) return;
    clearTimeout(this.#writing);
    this.#writing = undefined;
    await writeCheckpoint(this.#platform.files, this.#learning.checkpoint, await this.#learner.checkpoint());
    this.#writtenAt = performance.now();
    this.#outside.emit({ type: 'written' });
  }
}

interface Texts extends KnownDocuments {
  readonly trainingNames: ReadonlySet<string>;
  readonly heldOutNames: ReadonlySet<string>;
}

/** As they are now. What was changed since the model was trained is not known to it: the first save that it hears of is among it. */
async function readTexts(
  { files }: Platform,
  corpora: readonly LearntCorpus[],
  { seed }: TrainerState,
  tokenizer: Tokenizer,
): Promise<Texts> {
  const now = namedTexts(await readCorpora(files, corpora, seed), tokenizer);
  const unchanged = await readUnchanged(files, corpora, seed);
  const knownNames = new Set(
    unchanged.flatMap((documents, i) => documents.map(({ path }) => nameOf(i, path))),
  );
  const training = new Map([...now.training].filter(([name]) => knownNames.has(name)));
  const recent = new Map([...now.training].filter(([name]) => !knownNames.has(name)));
  if (now.training.size === 0 || now.heldOut.size === 0) {
    throw new NihiloError(
      'corpusEmpty',
      say`To learn from what is saved, the text that the model was trained on should still be there, and it is not; train again.`,
    );
  }
  const trainingNames = new Set(now.training.keys());
  const heldOutNames = new Set(now.heldOut.keys());
  // Where everything was changed, there is nothing else to repeat.
  const known = training.size > 0 ? { training, recent } : { training: now.training, recent: training };
  return { ...known, heldOut: [...now.heldOut.values()], trainingNames, heldOutNames };
}

function namedTexts(
  corpora: readonly (readonly Document[])[],
  tokenizer: Tokenizer,
): Record<'training' | 'heldOut', Map<string, Uint16Array>> {
  const sides = { training: new Map<string, Uint16Array>(), heldOut: new Map<string, Uint16Array>() };
  for (const [i, documents] of corpora.entries()) {
    for (const { path, bytes, heldOut } of documents) {
      sides[heldOut ? 'heldOut' : 'training'].set(nameOf(i, path), tokenizer.encode(bytes));
    }
  }
  return sides;
}

function nameOf(corpus: number, path: string): string {
  return `${corpus}/${path}`;
}
