import { softmax } from '../arithmetic/softmax.ts';
import { mostLikely } from '../arithmetic/likeliest.ts';
import { FloatRows } from '../engine/quantizedMatrix.ts';
import type { ScoredToken } from '../protocol/prediction.ts';
import type { RecordedModel } from './recordedModel.ts';
import type { TrainingOf } from './optimizerStep.ts';
import type { VectorStory } from './vectorStory.ts';
import type { NamedToken } from '../protocol/tokenBytes.ts';

/** A model and what its tokens say. */
export interface Subject {
  readonly model: RecordedModel;
  /** as `tokenBytes.ts` says */
  readonly bytesOf: (id: number) => string;
  /** absent: it goes down its gradients */
  readonly training?: TrainingOf;
  /** absent: nothing is known of it */
  readonly story?: VectorStory;
  /** all that it was taught, where that is so little; absent: a workspace */
  readonly taught?: readonly number[];
}

/** A text that a subject has read: what stages ask about. */
export interface Run {
  readonly subject: Subject;
  readonly ids: readonly number[];
}

/** a · b in float64. @param a, b of equal length */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The token's vector, f32[hidden]. @param point of the story; null: now */
export function embedding({ model, story }: Subject, id: number, point: number | null = null): Float32Array {
  const earlier = point === null ? undefined : story?.points()[point];
  if (earlier !== undefined) return earlier.vectors.row(id);
  const { hiddenSize } = model.config;
  return new FloatRows(model.weights.get('model.embed_tokens.weight')!, hiddenSize).row(id);
}

/** How alike two vectors are; 0 where one of them is nothing. */
export function cosineOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return dot(a, b) / (Math.sqrt(dot(a, a)) * Math.sqrt(dot(b, b)) || 1);
}

export function named(subject: Subject, id: number): NamedToken {
  return { id, bytes: subject.bytesOf(id) };
}

/** The `count` likeliest tokens by these logits. */
export function likeliest(subject: Subject, logits: Float32Array, count: number): ScoredToken[] {
  const probabilities = softmax(logits);
  return mostLikely(logits, count).map((id) => scored(subject, id, logits, probabilities));
}

export function scored(
  subject: Subject,
  id: number,
  logits: Float32Array,
  probabilities: Float64Array,
): ScoredToken {
  return { ...named(subject, id), logit: logits[id]!, probability: probabilities[id]! };
}

/** What a head makes of the tokens up to a place, in float64 from its queries and keys. */
export function attentionRow(
  model: RecordedModel,
  layer: number,
  head: number,
  position: number,
): { readonly products: number[]; readonly scores: number[]; readonly weights: number[] } {
  const query = model.head('q', layer, head, position);
  const products = Array.from({ length: position + 1 }, (_, other) =>
    dot(query, model.head('k', layer, head, other)),
  );
  const scores = products.map((product) => product / Math.sqrt(query.length));
  return { products, scores, weights: [...softmax(Float64Array.from(scores))] };
}
