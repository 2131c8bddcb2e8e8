import type { JSX } from 'preact';
import { isUnheardOf } from '../../protocol/precedent.ts';
import type { StageAnswers } from '../../protocol/stages.ts';
import { count, decimal } from '../figures.ts';
import { phrases } from '../phrases/phrases.ts';
import { useAnswer, useView } from '../view.ts';

type Doubt = NonNullable<StageAnswers['doubt']>;

/** Suggestions of which something may be said. */
const leastShown = 20;

/** That the token is a guess, where the model is unsure and the workspace has nothing like it; only both together say something. */
export function UnsureFlag({ probability }: { readonly probability: number }): JSX.Element | null {
  const { inspection } = useView();
  const doubt = useAnswer('doubt')?.answer ?? null;
  if (doubt === null) return null;
  const { entropy } = inspection.distribution;
  const { limits, precedent } = doubt;
  const reasons = [
    ...(probability < limits.probability
      ? [phrases.unsureProbability(decimal(probability, 3), limits.probability)]
      : []),
    ...(entropy > limits.bits ? [phrases.unsureEntropy(decimal(entropy, 2), limits.bits)] : []),
  ];
  if (reasons.length === 0 || !isUnheardOf(precedent, limits)) return null;
  const unheardOf = [
    ...(precedent.word !== null && !precedent.isKnown ? [phrases.unsureWord(precedent.word)] : []),
    ...(precedent.tokens < limits.tokens ? [phrases.unsureText(precedent.tokens, limits.tokens)] : []),
  ];
  return (
    <div class="unsure" role="note">
      <strong>{phrases.unsure}</strong>
      <ul>
        {[...reasons, ...unheardOf].map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      <Record doubt={doubt} />
    </div>
  );
}

/** How often suggestions with and without a precedent were accepted here. */
function Record({ doubt }: { readonly doubt: Doubt }): JSX.Element {
  const { with: known, without } = doubt.record;
  if (without.shown < leastShown) {
    return <p class="quiet">{phrases.unsureNoRecord(count(without.shown), count(leastShown))}</p>;
  }
  const rate = ({ shown, accepted }: typeof known): string =>
    shown === 0 ? '–' : decimal((100 * accepted) / shown, 0);
  return (
    <p class="quiet">
      {phrases.unsureRecord(rate(without), count(without.shown), rate(known), count(known.shown))}
    </p>
  );
}
