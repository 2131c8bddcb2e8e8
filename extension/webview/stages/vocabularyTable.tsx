import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { vocabularyPage } from '../../protocol/stages.ts';
import type { CountedToken, VocabularyRows } from '../../protocol/workspaceText.ts';
import { count, decimal } from '../figures.ts';
import { KnownNum, Numbers } from '../numbers.tsx';
import { phrases } from '../phrases/phrases.ts';
import { TableHead } from '../tableHead.tsx';
import { tokenInWords } from '../tokenText.ts';
import { TokenText } from '../tokenTextView.tsx';
import { useAnswer, useView } from '../view.ts';

/** Height of a row in pixels: where a row is follows from its rank, so all have the same. */
const rowHeight = 24;
/** Rows that are loaded beyond what is seen, on each side. */
const margin = Math.floor(vocabularyPage / 4);

/** The whole vocabulary by frequency, of which only the rows around what is seen are there. */
export function VocabularyTable(): JSX.Element | null {
  const asked = useAnswer('vocabulary');
  const { state, isEssay, select } = useView();
  const frame = useRef<HTMLDivElement>(null);
  const answer = asked?.answer ?? null;
  const findsChosen = asked?.question.from === null;
  useLayoutEffect(() => {
    if (answer === null || !findsChosen) return;
    const { clientHeight } = frame.current!;
    frame.current!.scrollTop = (answer.chosen + 1.5) * rowHeight - clientHeight / 2;
  }, [answer?.chosen, answer?.size, findsChosen]);
  if (answer === null) return null;
  const { size, from, rows, total } = answer;
  const counted = isEssay ? phrases.taughtTokens : phrases.countedTokens;
  const scrolled = (): void => {
    // The browser tells of it a frame later, when the table may be gone.
    if (frame.current === null) return;
    const { scrollTop, clientHeight } = frame.current;
    const first = Math.floor(scrollTop / rowHeight);
    const last = Math.min(size, first + Math.ceil(clientHeight / rowHeight));
    if (first >= from && last <= from + rows.length) return;
    const next = Math.max(0, Math.min(size - vocabularyPage, first - margin));
    if (next !== from) select({ vocabularyFrom: next });
  };
  return (
    <section class="vocabulary" data-from={from} data-total={total ?? ''}>
      <h4>{phrases.vocabularyHeading(size)}</h4>
      <p class="quiet">{total === null ? phrases.notCounted : counted(total)}</p>
      <p class="controls">
        <button type="button" onClick={() => select({ vocabularyFrom: null })} disabled={findsChosen}>
          {phrases.chosenToken}
        </button>
        <span>{phrases.chosenRank(answer.chosen + 1)}</span>
      </p>
      <div
        class="vocabulary-frame"
        ref={frame}
        role="region"
        tabIndex={0}
        aria-label={phrases.vocabularyHeading(size)}
        aria-busy={state.questions.vocabulary?.waiting === true}
        onScroll={scrolled}
      >
        <div style={{ blockSize: `${(size + 1) * rowHeight}px` }}>
          <div style={{ paddingBlockStart: `${from * rowHeight}px` }}>
            <Rows answer={answer} />
          </div>
        </div>
      </div>
    </section>
  );
}

function Rows({ answer }: { readonly answer: VocabularyRows }): JSX.Element {
  const { size, from, rows, total, chosen } = answer;
  const numbers = [phrases.countColumn, phrases.share, phrases.runningColumn];
  return (
    <Numbers label={phrases.vocabularyHeading(size)}>
      <table aria-rowcount={size + 1}>
        <TableHead
          columns={[
            [phrases.rank, 'number'],
            [phrases.id, 'number'],
            [phrases.token],
            ...(total === null ? [] : numbers.map((title) => [title, 'number'] as const)),
          ]}
        />
        <tbody>
          {rows.map((row, i) => (
            <tr
              key={row.id}
              class={from + i === chosen ? 'chosen' : ''}
              aria-rowindex={from + i + 2}
              aria-current={from + i === chosen}
              data-rank={from + i}
              data-id={row.id}
              data-count={row.count}
            >
              <td class="number">{count(from + i + 1)}</td>
              <td class="number">{count(row.id)}</td>
              <td>
                <TokenText bytes={row.bytes} />
              </td>
              {total !== null && total > 0 && <Shares row={row} total={total} />}
            </tr>
          ))}
        </tbody>
      </table>
    </Numbers>
  );
}

function Shares({ row, total }: { readonly row: CountedToken; readonly total: number }): JSX.Element {
  const { before, count: occurrences, bytes } = row;
  const share = occurrences / total;
  const running = (before + occurrences) / total;
  const explanation = {
    formula: 'share',
    operands: { before, count: occurrences, total },
    machine: [share, running],
  } as const;
  const sentence = phrases.shareSentence(tokenInWords(bytes));
  return (
    <>
      <td class="number">{count(occurrences)}</td>
      <td class="number">
        <KnownNum of="share" shown={decimal(share, 6)} sentence={sentence} explanation={explanation} />
      </td>
      <td class="number">
        <KnownNum of="share" shown={decimal(running, 6)} sentence={sentence} explanation={explanation} />
      </td>
    </>
  );
}
