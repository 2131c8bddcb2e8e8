import { memorises } from '../training/curves.ts';
import { english } from './english.ts';
import { count, decimal, duration } from '../figures.ts';
import type { TrainingView } from '../inspectorState.ts';

/** The same words in any language: a string for each string, a function of the same values for each function. */
type Spoken<Words> = Words extends string
  ? string
  : Words extends (...values: infer Values) => string
    ? (...values: Values) => string
    : { readonly [Name in keyof Words]: Spoken<Words[Name]> };

export type Phrases = Spoken<typeof english>;

declare global {
  /** set by the script of another language, which comes before the page's own */
  var inspectorPhrases: Phrases | undefined;
}

/** Every sentence of the Inspector in the editor's language, of those that there are. */
export const phrases: Phrases = globalThis.inspectorPhrases ?? english;

/** Of a training that was stopped and did not end by keeping its best model; null for all others. */
function outcomeName({ phase, error, best }: TrainingView): string | null {
  if (phase !== 'cancelled' || error === null) return null;
  // Saved now and then, a model has been kept perhaps once one was the best.
  return best === null ? phrases.nothingKept : phrases.lastKept;
}

/** The training in words, for those who can't see or don't want to read the curve. */
export function trainingSentence(view: TrainingView): string {
  if (view.phase === 'none') return '';
  const parts = [`${outcomeName(view) ?? phrases.phases[view.phase]}${phrases.sentenceEnd}`];
  const heldOut = view.heldOut.at(-1);
  if (view.latest !== null) {
    parts.push(
      phrases.stepSentence(count(view.latest.step)),
      phrases.trainLossSentence(decimal(view.latest.trainBitsPerByte, 3)),
    );
  }
  if (heldOut !== undefined) parts.push(phrases.heldOutSentence(decimal(heldOut[1], 3)));
  if (view.best !== null) parts.push(phrases.bestSentence(decimal(view.best[1], 3), count(view.best[0])));
  if (memorises(view)) parts.push(phrases.memorises);
  const remaining = view.latest?.remainingSeconds ?? null;
  if (view.phase === 'training' && remaining !== null) parts.push(phrases.leftSentence(duration(remaining)));
  return parts.join(' ');
}
