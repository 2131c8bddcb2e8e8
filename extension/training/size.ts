import { presetConfig } from '../engine/config.ts';
import { stepFlops } from '../engine/weightTasks.ts';
import { type SizeName, sizeNames } from '../protocol/model.ts';
import type { StopCondition } from '../protocol/training.ts';
import { meanTokensPerStep, recipes } from './recipe.ts';

/** What the size of a model follows from. */
export interface Circumstances {
  readonly trainBytes: number;
  readonly threads: number;
  readonly stop: StopCondition;
}

export interface Size {
  readonly preset: SizeName;
  readonly vocabSize: number;
}

/** A model is worth its size when it reads so many tokens, of so much text. */
interface Threshold {
  readonly tokens: number;
  readonly trainBytes: number;
}

/**
 * `pencil` is to look at, not to complete with; `small` is the least that is worth a wait. `small` was better where `default` could read
 * .3 million tokens, and `default` where it read 1.4 million; where `large` begins is a guess (docs/learning.md).
 */
const thresholds: Readonly<Record<Exclude<SizeName, 'pencil'>, Threshold>> = {
  small: { tokens: 0, trainBytes: 0 },
  default: { tokens: 1_400_000, trainBytes: 0 },
  large: { tokens: 4_000_000, trainBytes: 500_000 },
};

/** What a thread of today's machines does in a training, FLOP a second. Not measured: where steps end a training, so must its size. */
const flopsPerSecond = 40e9;
/** Of source code with the vocabularies below. */
const bytesPerToken = 3.3;
/** What a training takes that only a loss ends, as far as anybody knows. */
const secondsUnknown = 60;

/** 2,048 beat 1,024 from a quarter of a megabyte of text on; a tokenizer of less text may find fewer (docs/learning.md). */
const vocabSize = 2_048;

/**
 * The largest preset that reads enough of enough text. More text, time or threads never give a smaller model. Where steps or epochs end
 * the training, it does not depend on the machine.
 */
export function autoSize(circumstances: Circumstances): Size {
  const affordable = sizeNames.findLast((preset) => {
    if (preset === 'pencil') return false;
    const { tokens, trainBytes } = thresholds[preset];
    return circumstances.trainBytes >= trainBytes && tokensRead(preset, circumstances) >= tokens;
  });
  return { preset: affordable!, vocabSize };
}

function tokensRead(preset: SizeName, { stop, trainBytes, threads }: Circumstances): number {
  const config = presetConfig(preset);
  const context = config.maxPositionEmbeddings;
  const perStep = meanTokensPerStep(recipes[preset], context);
  const bySteps = (stop.steps ?? Infinity) * perStep;
  const byEpochs = ((stop.epochs ?? Infinity) * trainBytes) / bytesPerToken;
  const limited = stop.steps !== undefined || stop.epochs !== undefined;
  const seconds = stop.seconds ?? (limited ? Infinity : secondsUnknown);
  const byTime = (seconds * threads * flopsPerSecond) / stepFlops(config, 1, context);
  return Math.min(bySteps, byEpochs, byTime);
}
