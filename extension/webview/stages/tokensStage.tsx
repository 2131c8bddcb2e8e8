import type { JSX } from 'preact';
import type { StageAnswers } from '../../protocol/stages.ts';
import { count } from '../figures.ts';
import { KnownNum, Numbers } from '../numbers.tsx';
import { spoken } from '../numberSentence.ts';
import { phrases } from '../phrases/phrases.ts';
import { tokenPieces } from '../tokenText.ts';
import { TokenText } from '../tokenTextView.tsx';
import { useAnswer, useView } from '../view.ts';
import { VocabularyTable } from './vocabularyTable.tsx';

/** A token's name on a sheet has at most as many characters. */
const longestName = 40;

type Step = StageAnswers['merges']['steps'][number];

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

function Merges({ steps }: { readonly steps: readonly Step[] }): JSX.Element {
  const { state } = useView();
  const isCounted = steps.some((step) => step.count !== null);
  return (
    <section class="replay" aria-busy={state.questions.merges?.waiting === true}>
      <h4>{phrases.mergesHeading}</h4>
      <p class="quiet">{hintOf(steps.length)}</p>
      {isCounted && <p class="quiet">{phrases.mergeCountsHint}</p>}
      <Numbers label={phrases.mergesHeading}>
        <ol class="merges" start={0}>
          {steps.map(({ pieces, merge, made, count: joined }, i) => (
            <li key={i} data-merge={merge ?? ''} data-count={joined?.total ?? ''}>
              {pieces.map((piece, at) => (
                <span key={at} class={`piece ${at === made ? 'chosen' : ''}`}>
                  <TokenText bytes={piece} />
                </span>
              ))}
              {merge !== null && <span class="quiet"> {phrases.mergeNumber(merge)}</span>}
              {joined !== null && (
                <>
                  {' '}
                  <MergeCountNum joined={joined} pair={pairOf(steps[i - 1]!, made!)} />
                </>
              )}
            </li>
          ))}
        </ol>
      </Numbers>
    </section>
  );
}

function hintOf(steps: number): string {
  if (steps === 0) return phrases.longToken;
  return steps > 1 ? phrases.mergesHint : phrases.noMerges;
}

/** What was joined. */
function pairOf({ pieces }: Step, made: number): readonly [string, string] {
  return [pieces[made]!, pieces[made + 1]!];
}

function MergeCountNum({
  joined,
  pair: [left, right],
}: {
  readonly joined: NonNullable<Step['count']>;
  readonly pair: readonly [string, string];
}): JSX.Element {
  const { total, terms, rest } = joined;
  const explanation = {
    formula: 'mergeCount',
    operands: {
      tokens: terms.map(({ bytes }) => nameOf(bytes)),
      times: terms.map(({ times }) => times),
      counts: terms.map((term) => term.count),
      rest,
    },
    machine: [total],
  } as const;
  const sentence = phrases.mergeSentence(spoken(left), spoken(right));
  const shown = phrases.mergeCount(count(total));
  return <KnownNum of="mergeCount" shown={shown} sentence={sentence} explanation={explanation} />;
}

/** A token on a sheet: no character of it is a space, and none reorders what stands beside it. */
function nameOf(bytes: string): string {
  const shown = tokenPieces(bytes)
    .map((piece) => piece.shown)
    .join('');
  const characters = [...shown];
  const name = characters.length > longestName ? `${characters.slice(0, longestName).join('')}…` : shown;
  return `“\u2068${name}\u2069”`;
}
