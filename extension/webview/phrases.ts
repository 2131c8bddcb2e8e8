import type { Place, TrainingPhase } from '../protocol/inspector.ts';
import { count, decimal, duration } from './figures.ts';
import type { TrainingView } from './inspectorState.ts';

/** Every sentence of the Inspector, in one place for translators. */
export const phrases = {
  title: 'Nihilo Inspector',
  loadingModel: 'Loading the model …',
  starting: 'Starting …',
  reading: 'Reading the tokens …',
  noModel:
    'There is no model of this workspace yet. Train one on your own files: it starts from random numbers and nothing leaves this machine.',
  firstTraining: 'There is no model of this workspace yet. The first one is being trained now.',
  train: 'Train on Workspace',
  trainAgain: 'Train Again',
  showLog: 'Show Log',
  noText: 'There is no text to look at. Put the cursor into a file of your workspace.',
  pin: 'Pin',
  pinHint: 'Stay on this text while the cursor moves',
  isPinned: 'pinned',
  isFollowing: 'follows the cursor',
  place: (place: Place) => `${place.file}:${place.line}:${place.column}`,
  tokensHeading: 'Tokens',
  tokensHint: (total: number, before: number) =>
    `${count(total)} tokens as the model sees them, ${count(before)} before the cursor. Arrow keys or a click choose one; the number under each is its ID.`,
  tokenName: (spoken: string, id: number) => `${spoken}, ID ${id}`,
  scoresHeading: 'What may follow',
  scoresCaption: (listed: number) =>
    `The ${listed} most likely next tokens and one row for all others; the probabilities add up to 1.`,
  rank: '#',
  rankLong: 'Rank',
  id: 'ID',
  token: 'Token',
  logit: 'Logit',
  probability: 'Probability',
  others: (total: number) => `all ${count(total)} others`,
  total: 'total',
  entropy: (bits: number) =>
    `Entropy ${decimal(bits, 2)} bits: as unsure as a fair pick among ${decimal(2 ** bits, 1)} tokens.`,
  actualMark: 'the true next token',
  actualBefore: 'What really follows:',
  actualAfter: (rank: number, total: number, probability: string, bits: number) =>
    `rank ${count(rank)} of ${count(total)}, probability ${probability}, ${decimal(bits, 2)} bits of surprise.`,
  noActual: 'The text ends here, so there is no true next token to compare with.',
  trainingHeading: 'Training',
  lossAxis: 'bits per byte',
  stepAxis: 'step',
  trainSeries: 'train',
  heldOutSeries: 'held-out',
  step: 'Step',
  epoch: 'Epoch',
  tokensPerSecond: 'Tokens/s',
  learningRate: 'Learning rate',
  remaining: 'Time left',
  unknown: '–',
  chartLabel:
    'Curves of the training and held-out loss over the steps; the table below has the same numbers.',
  numbers: 'Held-out loss as numbers',
  best: 'best',
} as const;

const phaseNames: Record<Exclude<TrainingPhase, 'none'>, string> = {
  reading: 'Reading the files',
  tokenizing: 'Building the tokenizer',
  preparing: 'Preparing',
  training: 'Training',
  evaluating: 'Measuring the held-out loss',
  saving: 'Saving',
  done: 'Training finished',
  cancelled: 'Training stopped; the best model so far is kept',
  failed: 'Training failed',
};

/** Of a training that was stopped and did not end by keeping its best model; null for all others. */
function outcomeName({ phase, error, best }: TrainingView): string | null {
  if (phase !== 'cancelled' || error === null) return null;
  // Saved now and then, a model has been kept perhaps once one was the best.
  return best === null
    ? 'Training stopped; nothing new was kept'
    : 'Training stopped; the last saved model is kept';
}

/** The training in words, for those who can't see or don't want to read the curve. */
export function trainingSentence(view: TrainingView): string {
  if (view.phase === 'none') return '';
  const parts = [`${outcomeName(view) ?? phaseNames[view.phase]}.`];
  const heldOut = view.heldOut.at(-1);
  if (view.latest !== null) {
    parts.push(
      `Step ${count(view.latest.step)}.`,
      `Train loss ${decimal(view.latest.trainBitsPerByte, 3)} bits per byte.`,
    );
  }
  if (heldOut !== undefined) parts.push(`Held-out loss ${decimal(heldOut[1], 3)}.`);
  if (view.best !== null) parts.push(`Best ${decimal(view.best[1], 3)} at step ${count(view.best[0])}.`);
  const remaining = view.latest?.remainingSeconds ?? null;
  if (view.phase === 'training' && remaining !== null) parts.push(`About ${duration(remaining)} left.`);
  return parts.join(' ');
}
