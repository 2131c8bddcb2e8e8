import { softmax } from '../arithmetic/softmax.ts';
import { mostLikely } from '../arithmetic/likeliest.ts';
import type { StageAnswers, WeightPlace } from '../protocol/stages.ts';
import type { OptimizerStep } from '../protocol/optimizerStep.ts';
import { takeStep } from './optimizerStep.ts';
import type { RecordedModel } from './recordedModel.ts';
import { type Run, scored } from './subject.ts';
import { weightAt } from './weightPlace.ts';

/** Errors that are listed. */
const listed = 10;

/** Loss and gradients where the text itself says what comes next: at every token but the last. @returns nats, one a token */
export function gradientsOf({ subject, ids }: Run): Float32Array {
  return subject.model.differentiate(ids, targetsOf(ids));
}

/** How wrong the scores behind a token were, and what one step down all gradients of this text would change. The weights stay as they are. */
export function learningAt(
  run: Run,
  position: number,
  rate: number,
  weight: WeightPlace,
): StageAnswers['learning'] {
  const { subject, ids } = run;
  const { model } = subject;
  model.run(ids);
  const logits = model.logits(position);
  const probabilities = softmax(logits);
  const next = ids[position + 1];
  const top = mostLikely(logits, listed);
  const shown = next === undefined || top.includes(next) ? top : [...top.slice(0, -1), next];
  const losses = ids.length > 1 ? [...gradientsOf(run)].slice(0, -1) : [];
  // Read before the step, which reads the same gradients.
  const learnt = nudged(model, weight, rate, losses.length > 0);
  const stepped = losses.length === 0 ? null : afterStep(run, position, () => model.descend(rate));
  return {
    actual: next === undefined ? null : scored(subject, next, logits, probabilities),
    vocabulary: model.config.vocabSize,
    errors: shown.map((id) => ({
      ...scored(subject, id, logits, probabilities),
      error: probabilities[id]! - (id === next ? 1 : 0),
    })),
    weight: learnt,
    meanBefore: mean(losses),
    meanAfter: stepped?.mean ?? 0,
    probabilityAfter: stepped?.probability ?? null,
    trained: losses.length === 0 ? null : trained(run, position, rate, weight),
  };
}

/** What the training's own step would change. */
function trained(
  run: Run,
  position: number,
  rate: number,
  weight: WeightPlace,
): StageAnswers['learning']['trained'] {
  const { model, training } = run.subject;
  if (training === undefined) return null;
  gradientsOf(run);
  let step: OptimizerStep | null = null;
  const { mean, probability } = afterStep(run, position, () => {
    step = takeStep(model, training, weight, rate);
  });
  return { step: step!, meanAfter: mean, probabilityAfter: probability };
}

/** One weight in the training's own step, which is taken back. */
export function stepOf(run: Run, weight: WeightPlace, rate: number): OptimizerStep {
  const { model, training } = run.subject;
  gradientsOf(run);
  const before = model.weightsCopy();
  const step = takeStep(model, training!, weight, rate);
  model.setWeights(before);
  return step;
}

/** One weight, its gradient, and what one step makes of it. */
export function learntBy(run: Run, place: WeightPlace, rate: number): StageAnswers['learning']['weight'] {
  const isTaught = run.ids.length > 1;
  if (isTaught) gradientsOf(run);
  return nudged(run.subject.model, place, rate, isTaught);
}

/** The same straight after `gradientsOf`. */
function nudged(
  model: RecordedModel,
  place: WeightPlace,
  rate: number,
  isTaught: boolean,
): StageAnswers['learning']['weight'] {
  const { tensor, at } = weightAt(model, place);
  const value = model.weights.get(tensor)![at]!;
  const gradient = isTaught ? model.gradient(tensor)[at]! : 0;
  // As the kernel does it: product and difference are rounded to float32.
  const after = Math.fround(value - Math.fround(gradient * Math.fround(rate)));
  return { value, gradient, after };
}

/** Mean loss and probability after a step along the gradients that are there, which is taken back. */
function afterStep(
  { subject, ids }: Run,
  position: number,
  step: () => void,
): { readonly mean: number; readonly probability: number | null } {
  const { model } = subject;
  const before = model.weightsCopy();
  step();
  const losses = [...model.losses(ids, targetsOf(ids))].slice(0, -1);
  const next = ids[position + 1];
  const probability = next === undefined ? null : softmax(model.logits(position))[next]!;
  model.setWeights(before);
  return { mean: mean(losses), probability };
}

/** The token behind each; −1: none. */
function targetsOf(ids: readonly number[]): number[] {
  return [...ids.slice(1), -1];
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
