import { canCall } from '../calling/callForm.ts';
import { type CallingText, callVersions, TextsWithCalls } from '../calling/textWithCalls.ts';
import { plantCanaries } from '../corpus/canaries.ts';
import { type Corpus, readCorpus, splitCorpus } from '../corpus/corpus.ts';
import { hashText } from '../corpus/hash.ts';
import { Random } from '../engine/random.ts';
import type { Platform } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { ModelConfig } from '../protocol/model.ts';
import type { CorpusSummary, TrainingChoices, TrainingRequest } from '../protocol/training.ts';
import { type Tokenizer, tokenizerFromJson, trainTokenizer } from '../tokenizer/tokenizer.ts';
import { joinDocuments } from './batches.ts';
import { type HeldOutText, heldOutTexts } from './samples.ts';

/** The workspace as the model sees it. */
export interface PreparedCorpus {
  readonly tokenizer: Tokenizer;
  /** the training text; with messages several versions of it, which have them at different places */
  readonly streams: readonly Uint16Array[];
  readonly trainBytes: number;
  /** of the training text, without messages */
  readonly tokensPerByte: number;
  readonly heldOut: readonly HeldOutText[];
  readonly summary: CorpusSummary;
}

export interface PreparationSteps {
  readonly onReading: (files: number) => void;
  readonly onCorpus: (summary: CorpusSummary) => void;
  readonly shouldStop: () => boolean;
}

/** Less text than this many contexts teaches nothing and can't be judged. */
const fewestContexts = 4;

/**
 * Files → documents → tokens. The tokenizer is learnt from the training files alone, held-out text reaches nothing before it is scored;
 * a corpus that is given has its own.
 * @param modelFor the model that is wanted for so much text
 * @param tokenizerJson of the checkpoint that training goes on from
 * @throws {NihiloError} corpusEmpty, folderUnreadable, corpusTooSmall, trainingCancelled
 */
export async function prepareCorpus(
  platform: Platform,
  request: Pick<TrainingRequest, 'corpus' | 'canaries'> & Pick<TrainingChoices, 'seed' | 'calls'>,
  modelFor: (trainBytes: number) => ModelConfig,
  tokenizerJson: string | null,
  steps: PreparationSteps,
): Promise<PreparedCorpus> {
  const corpus = await corpusFor(platform, request, steps);
  steps.onCorpus(corpus.summary);
  const { documents } = plantCanaries(corpus.documents, request.canaries ?? 0);
  const train = documents.filter((document) => !document.heldOut);
  const trainBytes = train.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const config = modelFor(trainBytes);
  const given = tokenizerJson ?? ('texts' in request.corpus ? request.corpus.tokenizerJson : null);
  const tokenizer =
    given === null
      ? trainTokenizer(
          train.map(({ bytes }) => bytes),
          config.vocabSize,
        )
      : tokenizerFromJson(given);
  const stream = joinDocuments(
    train.map(({ bytes }) => tokenizer.encode(bytes)),
    tokenizer.endOfText,
  );
  const heldOut = heldOutTexts(tokenizer, documents);
  const needed = fewestContexts * config.maxPositionEmbeddings;
  if (stream.length < needed || heldOut.length === 0) {
    throw new NihiloError(
      'corpusTooSmall',
      say`Training needs at least ${needed} tokens of text (about ${Math.ceil((3 * needed) / 1_000)} kB) and found ${stream.length} in ${train.length} file(s). Open a folder with more code, or check what is excluded.`,
    );
  }
  return {
    tokenizer,
    streams:
      request.calls && canCall(tokenizer) ? withCalls(tokenizer, train, stream, request.seed) : [stream],
    trainBytes,
    tokensPerByte: stream.length / trainBytes,
    heldOut,
    summary: corpus.summary,
  };
}

/** More tokens are not read often enough to be known by heart, and several versions of them take memory. */
const mostInVersions = 2_000_000;

/** The text with messages by which a model learns to call. @param stream of the same text, without */
function withCalls(
  tokenizer: Tokenizer,
  texts: readonly CallingText[],
  stream: Uint16Array,
  seed: number,
): Uint16Array[] {
  const calling = new TextsWithCalls(tokenizer, texts, (name) => {
    const random = new Random(hashText(`${seed}/${name}`));
    return () => random.uniform();
  });
  const versions = stream.length > mostInVersions ? 1 : callVersions;
  return Array.from({ length: versions }, (_, version) =>
    joinDocuments(
      texts.map((text) => calling.encode(text, version)),
      tokenizer.endOfText,
    ),
  );
}

async function corpusFor(
  platform: Platform,
  { corpus, seed }: Pick<TrainingRequest, 'corpus'> & Pick<TrainingChoices, 'seed'>,
  { onReading, shouldStop }: PreparationSteps,
): Promise<Corpus> {
  if ('texts' in corpus) return splitCorpus(corpus.texts, [], seed);
  return readCorpus(platform.files, corpus, { seed, onProgress: onReading, shouldStop });
}
