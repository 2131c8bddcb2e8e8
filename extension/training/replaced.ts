import { type Checkpoint, readCheckpoint, type TrainerState } from '../engine/checkpoint.ts';
import { writeRopeTables, writeTensors } from '../engine/weights.ts';
import type { Platform } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import type { CorpusRequest, GivenCorpus } from '../protocol/training.ts';
import { tokenizerFromJson } from '../tokenizer/tokenizer.ts';
import { HeldOut, sampledWindows } from './heldOut.ts';
import { openTeam, type TeamResources } from './openTeam.ts';
import type { PreparedCorpus } from './preparation.ts';
import { recipeFor } from './recipe.ts';
import type { Steering } from './steering.ts';

/** The training that would replace a model. */
interface Successor extends TeamResources {
  readonly checkpoint: string;
  readonly corpus: CorpusRequest | GivenCorpus;
  readonly seed: number;
}

/**
 * Bits per byte of the model that a training would replace, on sampled windows of the training's own held-out text; null when there is none
 * to lose, or nobody knows.
 */
export async function scoreOfReplaced(
  platform: Platform,
  successor: Successor,
  text: Pick<PreparedCorpus, 'tokenizer' | 'heldOut'>,
  steering: Steering,
): Promise<number | null> {
  try {
    const before = await readCheckpoint(platform.files, successor.checkpoint);
    const { best, heldOutBitsPerByte } = before.trainerState;
    if (heldOutBitsPerByte === null) return null;
    // By another seed it held out other files, and has learnt from these.
    if (before.trainerState.seed !== successor.seed) return null;
    if (isOfText(before.trainerState, successor.corpus)) return best.bitsPerByte;
    return await scoreAgain(platform, before, successor, text, steering);
  } catch (error) {
    if (error instanceof NihiloError) return null;
    throw error;
  }
}

/** Whether what was scored is a sample of this corpus, and of nothing else. */
function isOfText({ provenance, ofTwoTexts }: TrainerState, corpus: Successor['corpus']): boolean {
  if (ofTwoTexts === true) return false;
  if (provenance === null) return 'texts' in corpus;
  const asText = ({ folders, exclude }: CorpusRequest): string =>
    JSON.stringify([folders, exclude.toSorted()]);
  return 'folders' in corpus && provenance.corpora.map(asText).join() === asText(corpus);
}

async function scoreAgain(
  platform: Platform,
  { config, tensors, tokenizerJson, trainerState }: Checkpoint,
  resources: TeamResources,
  text: Pick<PreparedCorpus, 'tokenizer' | 'heldOut'>,
  steering: Steering,
): Promise<number | null> {
  const tokenizer = tokenizerFromJson(tokenizerJson);
  const heldOut = new HeldOut(
    text.heldOut.map(({ ids }) => tokenizer.encode(text.tokenizer.decode(ids))),
    tokenizer,
    config.maxPositionEmbeddings,
  );
  const team = await openTeam(platform, config, recipeFor(trainerState), resources);
  try {
    writeRopeTables(team.memory, team.plan, config);
    writeTensors(team.memory, team.plan.parameters, team.plan.weights, tensors);
    team.run('pack');
    return (await heldOut.score(team, sampledWindows, steering))?.bitsPerByte ?? null;
  } finally {
    await team.dispose();
  }
}
