import { type Corpus, readCorpus } from '../corpus/corpus.ts';
import { wholeTexts } from '../corpus/split.ts';
import type { Checkpoint } from '../engine/checkpoint.ts';
import type { FileSystem } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { CorpusRequest, FineTuneRequest, Provenance, TrainingEvent } from '../protocol/training.ts';
import { type Tokenizer, tokenizerFromJson } from '../tokenizer/tokenizer.ts';
import { Batches, joinDocuments } from './batches.ts';
import { encoded, readKnownText } from './knownText.ts';
import { withoutRepetition } from './provenance.ts';
import { longEnough } from './replay.ts';
import { type HeldOutText, heldOutTexts } from './samples.ts';
import type { Steering } from './steering.ts';

interface Both<Thing> {
  readonly fresh: Thing;
  readonly old: Thing;
}

/** New and old text as the model sees them. */
export interface FineTuneText {
  readonly tokenizer: Tokenizer;
  /** that are learnt from */
  readonly files: Both<number>;
  readonly heldOut: Both<readonly HeldOutText[]>;
  /** that are learnt from, new and old */
  readonly streams: readonly Uint16Array[];
  /** of what is learnt from */
  readonly tokensPerByte: number;
  /** of the model that comes of it */
  readonly provenance: Provenance;
  batches(seed: number): Both<Batches>;
}

/**
 * What the model has learnt from, as far as it is there and unchanged, and whatever else is in the folders of the request.
 * @throws {NihiloError} corpusEmpty, when no old or no new text is found; corpusTooSmall, when nothing of the new can be held out;
 *   folderUnreadable; trainingCancelled
 */
export async function readFineTuneText(
  files: FileSystem,
  request: FineTuneRequest,
  start: Checkpoint,
  steering: Steering,
  emit: (event: TrainingEvent) => void,
): Promise<FineTuneText> {
  const { config, tokenizerJson } = start;
  const { provenance, seed } = start.trainerState;
  const readAtMs = Date.now();
  const shouldStop = (): boolean => steering.cancelled;
  const { replay } = request;
  const { exclude } = request.corpus;
  const known = await readKnownText(files, provenance, replay, exclude, seed, shouldStop);
  const tokenizer = tokenizerFromJson(tokenizerJson);
  const oldStream = joinDocuments(encoded(tokenizer, known.documents, 'training'), tokenizer.endOfText);
  const oldHeldOut = heldOutTexts(tokenizer, known.documents);
  if (oldHeldOut.length === 0 || oldStream.length <= config.maxPositionEmbeddings) {
    throw noOldText(provenance, replay);
  }
  const options = { seed, known: wholeTexts(known.documents), shouldStop };
  const corpus = await readNewText(() => readCorpus(files, request.corpus, options));
  emit({ type: 'corpus', corpus: corpus.summary });
  const freshHeldOut = heldOutTexts(tokenizer, corpus.documents);
  if (freshHeldOut.length === 0) throw noTextToJudgeBy(corpus);
  emit({
    type: 'stage',
    stage: 'tokenizing',
    detail: 'Encoding new and old text',
  });
  const freshStream = joinDocuments(encoded(tokenizer, corpus.documents, 'training'), tokenizer.endOfText);
  const fresh = longEnough(freshStream, config.maxPositionEmbeddings);
  const training = [...corpus.documents, ...known.documents].filter(({ heldOut }) => !heldOut);
  const trainBytes = training.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return {
    tokenizer,
    files: { fresh: corpus.summary.trainFiles, old: training.length - corpus.summary.trainFiles },
    heldOut: { fresh: freshHeldOut, old: oldHeldOut },
    streams: [freshStream, oldStream],
    tokensPerByte: (freshStream.length + oldStream.length) / trainBytes,
    provenance: { corpora: withoutRepetition([...known.corpora, { ...request.corpus, readAtMs }]), readAtMs },
    batches: (order) => ({ fresh: new Batches(fresh, order), old: new Batches(oldStream, order) }),
  };
}

function noOldText(provenance: Provenance | null, replay: CorpusRequest | null): NihiloError {
  const where = [...(provenance?.corpora ?? []), ...(replay === null ? [] : [replay])].flatMap(
    ({ folders }) => folders,
  );
  const found =
    where.length === 0
      ? say`the model does not say where that is`
      : say`too little is unchanged in ${where.join(', ')}`;
  return new NihiloError(
    'corpusEmpty',
    say`Expected text that the model was trained on, to repeat and to judge by, and ${found}; train anew on the workspace.`,
  );
}

/** Of all new text one line is too little: it can't be both learnt from and held out. */
function noTextToJudgeBy({ documents }: Corpus): NihiloError {
  const where = documents.map(({ path }) => path).join(', ');
  return new NihiloError(
    'corpusTooSmall',
    say`Fine-tuning needs new text to learn from and some more to judge by, and found a single line of it, in ${where}. Add more of it, or name another folder.`,
  );
}

async function readNewText(read: () => Promise<Corpus>): Promise<Corpus> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof NihiloError && error.code === 'corpusEmpty')) throw error;
    const sentence = say`Fine-tuning needs text that the model does not know yet. ${error.sentence}`;
    throw new NihiloError('corpusEmpty', sentence, { cause: error });
  }
}
