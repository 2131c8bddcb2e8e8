import type { JSX } from 'preact';
import { phrases } from '../phrases/phrases.ts';
import { TokenText } from '../tokenTextView.tsx';
import { useAnswer } from '../view.ts';
import { VocabularyTable } from './vocabularyTable.tsx';

/** How byte pairs became the token, and the vocabulary that it is in. */
export function TokensStage(): JSX.Element {
  const merges = useAnswer('merges');
  return (
    <div class="columns">
      {merges !== null && <Merges steps={merges.answer.steps} />}
      <VocabularyTable />
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
