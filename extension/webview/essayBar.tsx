import type { JSX } from 'preact';
import type { EssayState } from '../protocol/inspecting.ts';
import { count, decimal } from './figures.ts';
import { Num, Numbers } from './numbers.tsx';
import { phrases } from './phrases/phrases.ts';
import { WholeNumber } from './sampling.tsx';
import { useView } from './view.ts';

const steps = [1, 10, 100] as const;

/** The essay's example: from which seed it starts, how far it is taught, and what it says by now. */
export function EssayBar({ essay }: { readonly essay: EssayState }): JSX.Element {
  const { send, selection } = useView();
  const begin = (seed: number): void => send({ type: 'essay', action: { type: 'begin', seed } });
  const teach = (count: number): void =>
    send({ type: 'essay', action: { type: 'step', steps: count, rate: selection.rate } });
  const isLearnt = essay.says === 'away';
  return (
    <section class="essay" aria-labelledby="essay-heading" data-step={essay.step} data-says={essay.says}>
      <h2 id="essay-heading">{phrases.essayHeading}</h2>
      <p class="controls">
        <WholeNumber label={phrases.seed} value={essay.seed} least={0} most={2 ** 31} onChange={begin} />
        <button type="button" onClick={() => begin(essay.seed)}>
          {phrases.beginAgain}
        </button>
        {steps.map((many) => (
          <button key={many} type="button" class={many === 1 ? 'primary' : ''} onClick={() => teach(many)}>
            {phrases.teach(many)}
          </button>
        ))}
        <button type="button" onClick={() => send({ type: 'essay', action: null })}>
          {phrases.leaveEssay}
        </button>
      </p>
      <p role="status">
        {phrases.essayStands(count(essay.step), decimal(essay.losses.at(-1) ?? 0, 4))}{' '}
        {essay.diverged && phrases.essayDiverged}
      </p>
      <Numbers label={phrases.probability}>
        <p>
          {phrases.essaySays(essay.says)} <WordNum word={essay.says} value={essay.saysProbability} />
          {'. '}
          {isLearnt ? (
            phrases.essayLearnt
          ) : (
            <>
              {phrases.essayTruth} <WordNum word="away" value={essay.trueProbability} />
            </>
          )}
        </p>
      </Numbers>
      <LossLine losses={essay.losses} />
    </section>
  );
}

/** How likely a word of the example is behind its last one. */
function WordNum({ word, value }: { readonly word: string; readonly value: number }): JSX.Element {
  const { tokens, cursor } = useView().inspection;
  const token = tokens.find(({ bytes }) => bytes === word)?.id;
  if (token === undefined) return <>{decimal(value, 4)}</>;
  return <Num number={{ of: 'probability', position: cursor - 1, token, temperature: 1 }} value={value} />;
}

/** The mean loss after each step as one line; what it is now stands above it in words. */
function LossLine({ losses }: Pick<EssayState, 'losses'>): JSX.Element | null {
  if (losses.length < 2) return null;
  const most = Math.max(...losses);
  const points = losses.map(
    (loss, i) => `${((i / (losses.length - 1)) * 300).toFixed(1)},${(40 - (loss / most) * 38).toFixed(1)}`,
  );
  return (
    <svg
      class="loss-line"
      viewBox="0 0 300 42"
      role="img"
      aria-label={phrases.lossLine}
      preserveAspectRatio="none"
    >
      <polyline points={points.join(' ')} />
    </svg>
  );
}
