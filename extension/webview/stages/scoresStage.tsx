import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { StageAnswers } from '../../protocol/stages.ts';
import { atOne, decimal, probabilityDecimals, roundedToTotal } from '../figures.ts';
import { FoldedVector, KnownNum, Num, Numbers } from '../numbers.tsx';
import { PartsTable } from '../parts.tsx';
import { phrases } from '../phrases/phrases.ts';
import { Filters } from '../sampling.tsx';
import { type ScoreLine, type Scores, scoresOf } from './scoreLines.ts';
import { TableHead } from '../tableHead.tsx';
import { TokenText } from '../tokenTextView.tsx';
import { useAnswer, useView } from '../view.ts';

/** A score for every token of the vocabulary, and every step from there to its probability. */
export function ScoresStage(): JSX.Element {
  const asked = useAnswer('scores');
  const { selection } = useView();
  const scores = useMemo(
    () => (asked === null ? null : scoresOf(asked.answer, selection)),
    [asked?.answer, selection.temperature, selection.topK, selection.topP],
  );
  return (
    <div>
      <Filters />
      {asked !== null && scores !== null && (
        <>
          <Summary position={asked.question.position} />
          {selection.temperature === 0 && <p>{phrases.greedyScores}</p>}
          <div class="scores-frame">
            <ScoreTable position={asked.question.position} scores={scores} actual={asked.answer.actual} />
          </div>
          <FoldedVector
            label={phrases.lastVector}
            values={asked.answer.normal}
            nameOf={(index) => ({ of: 'finalNorm', position: asked.question.position, index })}
          />
          <Layers layers={asked.answer.layers} />
        </>
      )}
      <PartsTable />
    </div>
  );
}

const columns = [
  [phrases.rank, 'number'],
  [phrases.id, 'number'],
  [phrases.token],
  [phrases.logit, 'number'],
  ['− max', 'number'],
  ['÷ T', 'number'],
  ['e^', 'number'],
  [phrases.probability, 'number'],
  [phrases.filtered, 'number'],
] as const;

/** The likeliest tokens, one row for all others, and a total that the rows shown add up to. */
function ScoreTable({
  position,
  scores,
  actual,
}: {
  readonly position: number;
  readonly scores: Scores;
  readonly actual: number | null;
}): JSX.Element {
  const { lines, others, kept } = scores;
  const { dispatch, selection } = useView();
  /** Numbers on the way to a probability are lines of its sheet. */
  const lookAt = (event: MouseEvent, sheet: boolean): void => {
    const { temperature } = selection;
    const cell = event.target instanceof Element ? event.target.closest('[data-line-of]') : null;
    const token = Number(cell?.closest<HTMLElement>('tr')?.dataset['tokenId'] ?? Number.NaN);
    if (Number.isNaN(token) || temperature === 0) return;
    dispatch({ type: 'look', look: { number: { of: 'probability', position, token, temperature }, sheet } });
  };
  const column = (of: 'probability' | 'filtered') =>
    roundedToTotal([...lines.map((line) => line[of]), others[of]], probabilityDecimals);
  const [plain, filtered] = [column('probability'), column('filtered')];
  const [restOfPowers, powers] = powersOf(lines);
  return (
    <Numbers label={phrases.scoresHeading}>
      <table class="scores">
        <caption>{phrases.scoresCaption(lines.length)}</caption>
        <TableHead columns={columns} />
        <tbody onClick={(event) => lookAt(event, false)} onDblClick={(event) => lookAt(event, true)}>
          {lines.map((line, i) => (
            <ScoreRow
              key={line.id}
              line={line}
              rank={i + 1}
              position={position}
              shown={[plain.shown[i]!, filtered.shown[i]!]}
              kept={kept}
              isActual={line.id === actual}
            />
          ))}
          <OthersRow
            scores={scores}
            powers={restOfPowers}
            shown={[plain.shown[lines.length]!, filtered.shown[lines.length]!]}
          />
        </tbody>
        <Totals scores={scores} powers={powers} shown={[plain.total, filtered.total]} />
      </table>
    </Numbers>
  );
}

/** e^ of all others, and of all, by which each is divided: with those listed as they are shown the one adds up to the other. */
function powersOf(lines: Scores['lines']): readonly [others: string, all: string] {
  const listed = lines.reduce((sum, { power }) => sum + Number(decimal(power ?? 0, 4)), 0);
  // That of the first is 1. At T = 0 there are none.
  const all = Math.max(listed, 1 / lines[0]!.probability);
  return listed === 0 ? ['–', '–'] : [decimal(all - listed, 4), decimal(all, 4)];
}

type Column = 'probability' | 'filtered';

interface ColumnProps {
  readonly scores: Scores;
  readonly of: Column;
  readonly shown: string;
}

/** What those listed leave of 1. */
function OthersNum({ scores: { lines, others }, of, shown }: ColumnProps): JSX.Element {
  const listed = lines.reduce((sum, line) => sum + line[of], 0);
  return (
    <KnownNum
      of="others"
      shown={shown}
      sentence={phrases.othersSentence(others.count)}
      explanation={{ formula: 'sum', operands: { a: 1, b: -listed }, machine: [others[of]] }}
    />
  );
}

function TotalNum({ scores: { lines, others }, of, shown }: ColumnProps): JSX.Element {
  const before = lines.map((line) => line[of]);
  const listed = before.reduce((sum, value) => sum + value, 0);
  const operands = { before, rest: 0, p: others[of] };
  return (
    <KnownNum
      of="total"
      shown={shown}
      sentence={phrases.totalSentence}
      explanation={{ formula: 'interval', operands, machine: [listed, listed + others[of]] }}
    />
  );
}

function OthersRow({ scores, powers, shown }: TotalsProps): JSX.Element {
  const { count, probability } = scores.others;
  return (
    <tr class="others" data-row="others" data-count={count} data-probability={probability}>
      <td class="row-name" colSpan={6}>
        {phrases.others(count)}
      </td>
      <td class="number" data-label="e^">
        {powers}
      </td>
      <td class="number probability">
        <OthersNum scores={scores} of="probability" shown={shown[0]} />
      </td>
      <td class="number" data-label={phrases.filtered}>
        <OthersNum scores={scores} of="filtered" shown={shown[1]} />
      </td>
    </tr>
  );
}

interface TotalsProps extends Pick<ScoreRowProps, 'shown'> {
  readonly scores: Scores;
  readonly powers: string;
}

function Totals({ scores, powers, shown }: TotalsProps): JSX.Element {
  return (
    <tfoot>
      <tr>
        <th class="row-name" scope="row" colSpan={6}>
          {phrases.total}
        </th>
        <td class="number" data-label="e^">
          {powers}
        </td>
        <td class="number probability total">
          <TotalNum scores={scores} of="probability" shown={shown[0]} />
        </td>
        <td class="number" data-label={phrases.filtered}>
          <TotalNum scores={scores} of="filtered" shown={shown[1]} />
        </td>
      </tr>
    </tfoot>
  );
}

interface ScoreRowProps {
  readonly line: ScoreLine;
  readonly rank: number;
  readonly position: number;
  readonly shown: readonly [probability: string, filtered: string];
  readonly kept: Scores['kept'];
  readonly isActual: boolean;
}

function ScoreRow({ line, rank, position, shown, kept, isActual }: ScoreRowProps): JSX.Element {
  const { temperature } = useView().selection;
  return (
    <tr
      class={isActual ? 'actual' : ''}
      data-row="token"
      data-rank={rank}
      data-token-id={line.id}
      data-logit={line.logit}
      data-probability={line.probability}
    >
      <td class="number">{rank}</td>
      <td class="number" data-label={phrases.id}>
        {line.id}
      </td>
      <td class="row-name">
        <TokenText bytes={line.bytes} />
        {isActual && (
          <span class="actual-mark" role="img" aria-label={phrases.actualMark} title={phrases.actualMark}>
            ✓
          </span>
        )}
      </td>
      <td class="number" data-label={phrases.logit}>
        <Num number={{ of: 'logit', position, token: line.id }} value={line.logit} decimals={3} />
      </td>
      <td class="number" data-label="− max" data-line-of="probability">
        {decimal(line.below, 3)}
      </td>
      <td class="number" data-label="÷ T" data-line-of="probability">
        {line.divided === null ? '–' : decimal(line.divided, 3)}
      </td>
      <td class="number" data-label="e^" data-line-of="probability">
        {line.power === null ? '–' : decimal(line.power, 4)}
      </td>
      <td class="number probability">
        {temperature === 0 ? (
          shown[0]
        ) : (
          <Num
            number={{ of: 'probability', position, token: line.id, temperature }}
            value={line.probability}
            shown={shown[0]}
          />
        )}
        <span
          class="bar"
          aria-hidden="true"
          style={{ inlineSize: `${(line.probability * 100).toFixed(2)}%` }}
        />
      </td>
      <FilteredCell line={line} shown={shown[1]} kept={kept} />
    </tr>
  );
}

/** Its share among those that are drawn from: the same softmax, over fewer tokens. */
function FilteredCell({
  line,
  shown,
  kept,
}: Pick<ScoreRowProps, 'line' | 'kept'> & { readonly shown: string }): JSX.Element {
  const { temperature } = useView().selection;
  if (kept === null) {
    return (
      <td class="number" data-label={phrases.filtered} data-line-of="probability">
        {shown}
      </td>
    );
  }
  const index = kept.scores.indexOf(line.logit);
  return (
    <td class="number" data-label={phrases.filtered}>
      {line.filtered === 0 || index < 0 ? (
        <span data-filtered-out>{shown}</span>
      ) : (
        <KnownNum
          of="filtered"
          shown={shown}
          sentence={phrases.filteredSentence}
          explanation={{
            formula: 'softmax',
            operands: { ...kept, index, temperature },
            machine: [line.filtered],
          }}
        />
      )}
    </td>
  );
}

/** How unsure the model is, and how the true next token did. */
function Summary({ position }: { readonly position: number }): JSX.Element {
  const { inspection, selection } = useView();
  const { actual, entropy, top, others } = inspection.distribution;
  const plain = atOne(selection.temperature);
  return (
    <Numbers label={phrases.entropyName}>
      <div class="summary" data-entropy={entropy}>
        <p>
          {phrases.entropyName} <Num number={{ of: 'entropy', position }} value={entropy} />{' '}
          {phrases.entropy(entropy)}
          {plain}
        </p>
        {actual === null ? (
          <p>{phrases.noActual}</p>
        ) : (
          <p
            data-actual-id={actual.id}
            data-actual-rank={actual.rank}
            data-actual-probability={actual.probability}
          >
            {phrases.actualBefore} <TokenText bytes={actual.bytes} />:{' '}
            {phrases.actualRank(actual.rank, top.length + others.count)}{' '}
            <Num
              number={{ of: 'probability', position, token: actual.id, temperature: 1 }}
              value={actual.probability}
              shown={actual.probability.toPrecision(4)}
            />
            {phrases.surpriseBefore}{' '}
            <Num
              number={{ of: 'loss', position }}
              value={actual.probability}
              shown={decimal(-Math.log2(actual.probability), 2)}
            />{' '}
            {phrases.surpriseAfter}
            {plain}
          </p>
        )}
      </div>
    </Numbers>
  );
}

/** What each layer would say if it were the last one: the last one is. */
function Layers({ layers }: Pick<StageAnswers['scores'], 'layers'>): JSX.Element {
  return (
    <details>
      <summary>{phrases.layersHeading}</summary>
      <p class="quiet">{phrases.layersHint}</p>
      <ol>
        {layers.map(({ bytes, probability }, i) => (
          <li key={i}>
            <TokenText bytes={bytes} /> {decimal(probability, 4)}
          </li>
        ))}
      </ol>
    </details>
  );
}
