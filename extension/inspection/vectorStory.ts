import { parameterTable } from '../engine/layout.ts';
import { initialTensors } from '../engine/weights.ts';
import type { Checkpoint, TrainerState } from '../engine/checkpoint.ts';
import { FloatRows, type Rows } from '../engine/quantizedMatrix.ts';
import type { ModelConfig } from '../protocol/model.ts';
import type { VectorOrigin } from '../protocol/stages.ts';

/** The vectors of all tokens, a row each, as they were after a step. */
export interface VectorPoint {
  readonly step: number;
  readonly vectors: Rows;
}

/** What is known of how the token vectors became what they are. */
export interface VectorStory {
  readonly origin: VectorOrigin;
  /** the oldest first, without those of now */
  points(): readonly VectorPoint[];
}

/** The random numbers that a seed gives: those of the first tensor are the first that are drawn. */
function randomVectors(config: ModelConfig, seed: number): Rows {
  const [embedding] = parameterTable(config);
  return new FloatRows(initialTensors([embedding!], seed).get(embedding!.name)!, config.hiddenSize);
}

/** Of a checkpoint. A model that came from somewhere else may have begun with anything. */
export function storyOf({ config, trainerState, earlier = [] }: Told): VectorStory {
  const { preset, seed, provenance, best } = trainerState;
  // What is kept is the best: what a training did behind it is not before it.
  const kept = earlier.filter(({ step }) => step < best.step);
  if (preset === 'base' || provenance === null) {
    const from = preset === 'base' && provenance !== null ? ('base' as const) : ('unknown' as const);
    return { origin: { from }, points: () => kept };
  }
  let points: readonly VectorPoint[] | null = null;
  return {
    origin: { from: 'seed', seed },
    points: () => (points ??= [{ step: 0, vectors: randomVectors(config, seed) }, ...kept]),
  };
}

interface Told extends Pick<Checkpoint, 'config' | 'earlier'> {
  readonly trainerState: Pick<TrainerState, 'preset' | 'seed' | 'provenance'> & {
    readonly best: Pick<TrainerState['best'], 'step'>;
  };
}
