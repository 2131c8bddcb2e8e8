import { parameterTable } from '../engine/layout.ts';
import { initialTensors } from '../engine/weights.ts';
import type { TrainerState } from '../engine/checkpoint.ts';
import type { ModelConfig } from '../protocol/model.ts';
import type { VectorOrigin } from '../protocol/stages.ts';

/** The vectors of all tokens as they were after a step. */
export interface EarlierVectors {
  readonly step: number;
  /** f32[vocabulary, hidden] */
  readonly vectors: Float32Array;
}

/** What is known of how the token vectors became what they are. */
export interface VectorStory {
  readonly origin: VectorOrigin;
  /** the oldest first, without those of now */
  points(): readonly EarlierVectors[];
}

/** The random numbers that a seed gives: those of the first tensor are the first that are drawn. */
export function randomVectors(config: ModelConfig, seed: number): Float32Array {
  const [embedding] = parameterTable(config);
  return initialTensors([embedding!], seed).get(embedding!.name)!;
}

/** Of a checkpoint. A model that came from somewhere else may have begun with anything. */
export function storyOf(
  config: ModelConfig,
  { preset, seed, provenance }: Pick<TrainerState, 'preset' | 'seed' | 'provenance'>,
): VectorStory {
  if (preset === 'base') {
    return { origin: { from: provenance === null ? 'unknown' : 'base' }, points: () => [] };
  }
  if (provenance === null) return { origin: { from: 'unknown' }, points: () => [] };
  let start: EarlierVectors | null = null;
  return {
    origin: { from: 'seed', seed },
    points: () => [(start ??= { step: 0, vectors: randomVectors(config, seed) })],
  };
}
