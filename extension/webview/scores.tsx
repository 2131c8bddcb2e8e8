import type { JSX } from 'preact';
import type { Distribution, ScoredToken } from '../protocol/prediction.ts';
import { count, decimal, probabilityDecimals, roundedToTotal } from './figures.ts';
import { phrases } from './phrases.ts';
import { TokenText } from './tokenTextView.tsx';

/** The next-token distribution in words and as a table. */
export function Scores({ distribution }: { readonly distribution: Distribution }): JSX.Element {
  return (
    <div class="answer">
      <Summary distribution={distribution} />
      <div class="scores-frame">
        <ScoreTable distribution={distribution} />
      </div>
    </div>
  );
}

/** The likeliest tokens, one row for all others, and a total that the rows shown add up to. */
function ScoreTable({ distribution }: { readonly distribution: Distribution }): JSX.Element {
  const { top, others, actual } = distribution;
  const { shown, total } = roundedToTotal(
    [...top.map((token) => token.probability), others.probability],
    probabilityDecimals,
  );
  return (
    <table class="scores">
      <caption>{phrases.scoresCaption(top.length)}</caption>
      <thead>
        <tr>
          <th scope="col" class="number">
            <abbr title={phrases.rankLong}>{phrases.rank}</abbr>
          </th>
          <th scope="col" class="number">
            {phrases.id}
          </th>
          <th scope="col">{phrases.token}</th>
          <th scope="col" class="number">
            {phrases.logit}
          </th>
          <th scope="col" class="number">
            {phrases.probability}
          </th>
        </tr>
      </thead>
      <tbody>
        {top.map((token, i) => (
          <ScoreRow
            key={token.id}
            token={token}
            rank={i + 1}
            probability={shown[i]!}
            isActual={token.id === actual?.id}
          />
        ))}
        <tr class="others" data-row="others" data-count={others.count} data-probability={others.probability}>
          <td colSpan={4}>{phrases.others(others.count)}</td>
          <Probability value={others.probability} shown={shown[top.length]!} />
        </tr>
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={4}>
            {phrases.total}
          </th>
          <td class="number">{total}</td>
        </tr>
      </tfoot>
    </table>
  );
}

interface ScoreRowProps {
  readonly token: ScoredToken;
  readonly rank: number;
  readonly probability: string;
  readonly isActual: boolean;
}

function ScoreRow({ token, rank, probability, isActual }: ScoreRowProps): JSX.Element {
  return (
    <tr
      class={isActual ? 'actual' : ''}
      data-row="token"
      data-rank={rank}
      data-token-id={token.id}
      data-logit={token.logit}
      data-probability={token.probability}
    >
      <td class="number">{rank}</td>
      <td class="number">{token.id}</td>
      <td>
        <TokenText bytes={token.bytes} />
        {isActual && (
          <span class="actual-mark" role="img" aria-label={phrases.actualMark} title={phrases.actualMark}>
            ✓
          </span>
        )}
      </td>
      <td class="number">{decimal(token.logit, 3)}</td>
      <Probability value={token.probability} shown={probability} />
    </tr>
  );
}

function Probability({ value, shown }: { readonly value: number; readonly shown: string }): JSX.Element {
  return (
    <td class="number probability" title={String(value)}>
      {shown}
      <span class="bar" aria-hidden="true" style={{ inlineSize: `${(value * 100).toFixed(2)}%` }} />
    </td>
  );
}

/** How unsure the model is, and how the true next token did, in two sentences. */
function Summary({ distribution }: { readonly distribution: Distribution }): JSX.Element {
  const { actual, entropy, top, others } = distribution;
  return (
    <div class="summary" data-entropy={entropy}>
      <p>{phrases.entropy(entropy)}</p>
      {actual === null ? (
        <p>{phrases.noActual}</p>
      ) : (
        <p
          data-actual-id={actual.id}
          data-actual-rank={actual.rank}
          data-actual-probability={actual.probability}
        >
          {phrases.actualBefore} <TokenText bytes={actual.bytes} /> (ID {count(actual.id)}):{' '}
          {phrases.actualAfter(
            actual.rank,
            top.length + others.count,
            actual.probability.toPrecision(4),
            -Math.log2(actual.probability),
          )}
        </p>
      )}
    </div>
  );
}
