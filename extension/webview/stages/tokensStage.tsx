import type { JSX } from 'preact';
import { vocabularyPage } from '../../protocol/stages.ts';
import { count } from '../figures.ts';
import { phrases } from '../phrases.ts';
import { TokenText } from '../tokenTextView.tsx';
import { useAnswer, useView } from '../view.ts';

/** How byte pairs became the token, and the vocabulary that it is in. */
export function TokensStage(): JSX.Element {
  const merges = useAnswer('merges');
  const vocabulary = useAnswer('vocabulary');
  return (
    <div class="columns">
      {merges !== null && <Merges steps={merges.answer.steps} />}
      {vocabulary !== null && <Vocabulary {...vocabulary.answer} />}
    </div>
  );
}

function Merges({
  steps,
}: {
  readonly steps: NonNullable<ReturnType<typeof useAnswer<'merges'>>>['answer']['steps'];
}): JSX.Element {
  return (
    <section>
      <h4>{phrases.mergesHeading}</h4>
      <p class="quiet">{steps.length > 1 ? phrases.mergesHint : phrases.noMerges}</p>
      <ol class="merges" start={0}>
        {steps.map(({ pieces, merge, made }, i) => (
          <li key={i}>
            {pieces.map((piece, at) => (
              <span key={at} class={`piece ${at === made ? 'chosen' : ''}`}>
                <TokenText bytes={piece} />
              </span>
            ))}
            {merge !== null && <span class="quiet"> {phrases.mergeNumber(merge)}</span>}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Vocabulary({
  size,
  from,
  tokens,
}: NonNullable<ReturnType<typeof useAnswer<'vocabulary'>>>['answer']): JSX.Element {
  const { dispatch, inspection } = useView();
  const chosen = inspection.tokens[inspection.position]?.id;
  const go = (to: number): void =>
    dispatch({
      type: 'select',
      change: {
        vocabularyFrom: Math.max(0, Math.min(vocabularyPage * Math.floor((size - 1) / vocabularyPage), to)),
      },
    });
  return (
    <section>
      <h4>{phrases.vocabularyHeading(size)}</h4>
      <p class="controls">
        <button type="button" disabled={from === 0} onClick={() => go(from - vocabularyPage)}>
          {phrases.previousPage}
        </button>
        <span>{phrases.pageRange(from, from + tokens.length - 1)}</span>
        <button
          type="button"
          disabled={from + vocabularyPage >= size}
          onClick={() => go(from + vocabularyPage)}
        >
          {phrases.nextPage}
        </button>
        {chosen !== undefined && (
          <button type="button" onClick={() => go(vocabularyPage * Math.floor(chosen / vocabularyPage))}>
            {phrases.chosenToken}
          </button>
        )}
      </p>
      <ul class="vocabulary" tabIndex={0} aria-label={phrases.vocabularyHeading(size)}>
        {tokens.map(({ id, bytes }) => (
          <li key={id} class={id === chosen ? 'chosen' : ''}>
            <span class="token-id">{count(id)}</span> <TokenText bytes={bytes} />
          </li>
        ))}
      </ul>
    </section>
  );
}
