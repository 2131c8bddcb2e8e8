import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { cellOf } from '../../protocol/pictureCells.ts';
import type { StageAnswers, StageQuestion } from '../../protocol/stages.ts';
import { decimal } from '../figures.ts';
import { Heatmap } from '../heatmap.tsx';
import { hasModifier } from '../keys.ts';
import { phrases } from '../phrases/phrases.ts';
import { lookedBackAt } from '../stageTable.ts';
import { useView } from '../view.ts';
import { type Cell, mostIn, moved, shareIn, tokensIn } from './headCells.ts';
import { LooksAt } from './looksAt.tsx';

/** Side on the screen, pixels; tokens that a row is said to look at most. */
const [side, mostListed] = [260, 3];

interface HeadPictureProps {
  readonly answer: StageAnswers['attention'];
  readonly question: Extract<StageQuestion, { kind: 'attention' }>;
}

/**
 * A head as a picture: rows look at columns. A pointer or the arrow keys go over it, and what they are at is said without asking anybody;
 * a click or Enter chooses it.
 */
export function HeadPicture({ answer, question }: HeadPictureProps): JSX.Element {
  const { selection, inspection, select, dispatch } = useView();
  const other = lookedBackAt(selection, inspection);
  const [looked, setLooked] = useState<Cell | null>(null);
  const cells = useMemo(() => new Uint8Array(answer.picture), [answer.picture]);
  const { tokens } = answer;
  const { layer, head, position } = question;
  // The text may have become shorter since.
  const at = looked !== null && looked.row < tokens && looked.column < tokens ? looked : null;
  const look = (next: Cell): void => {
    if (next.row !== at?.row || next.column !== at.column) setLooked(next);
  };
  const choose = ({ row, column }: Cell): void => {
    select({ other: column <= row ? column : null });
    dispatch({ type: 'choose', position: row });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (hasModifier(event)) return;
    const from = at ?? { row: position, column: answer.other };
    const next = moved(from, event.key, tokens);
    if (next !== null) look(next);
    else if (event.key === 'Enter' || event.key === ' ') choose(from);
    else if (event.key.toLowerCase() === 'p' && from.column <= from.row) {
      const number = { of: 'weight', layer, head, position: from.row, other: from.column } as const;
      dispatch({ type: 'look', look: { number, sheet: true } });
    } else return;
    event.preventDefault();
  };
  return (
    <figure class="head-figure matrix">
      <div
        class="head-picture"
        role="application"
        aria-label={phrases.headPicture(layer + 1, head + 1)}
        aria-describedby="head-caption"
        tabIndex={0}
        onPointerMove={(event) => look(cellUnder(event, tokens))}
        onPointerLeave={() => setLooked(null)}
        onFocus={() => setLooked(at ?? { row: position, column: answer.other })}
        onBlur={() => setLooked(null)}
        onClick={(event) => choose(cellUnder(event, tokens))}
        onKeyDown={onKeyDown}
      >
        <Heatmap
          cells={cells}
          size={answer.side}
          side={side}
          row={cellOf(position, answer)}
          column={other === null ? null : cellOf(other, answer)}
        />
        {at !== null && <Cross at={at} tokens={tokens} />}
      </div>
      <figcaption>
        <p id="head-caption" class="quiet">
          {phrases.headCaption} {answer.side < tokens && phrases.pictureScale(tokens / answer.side)}
        </p>
        <Looked answer={answer} cells={cells} position={position} at={at} />
      </figcaption>
    </figure>
  );
}

function cellUnder({ currentTarget, clientX, clientY }: MouseEvent, tokens: number): Cell {
  const frame = (currentTarget as HTMLElement).getBoundingClientRect();
  const token = (offset: number, length: number): number =>
    Math.min(tokens - 1, Math.max(0, Math.floor((offset / length) * tokens)));
  return { row: token(clientY - frame.top, frame.height), column: token(clientX - frame.left, frame.width) };
}

/** The row and the column of a cell, over the picture: it is not painted again for them. */
function Cross({ at, tokens }: { readonly at: Cell; readonly tokens: number }): JSX.Element {
  const share = (count: number): string => `${((100 * count) / tokens).toFixed(3)}%`;
  return (
    <>
      <span class="cross-row" style={{ insetBlockStart: share(at.row), blockSize: share(1) }} />
      <span class="cross-column" style={{ insetInlineStart: share(at.column), inlineSize: share(1) }} />
    </>
  );
}

interface LookedProps {
  readonly answer: StageAnswers['attention'];
  readonly cells: Uint8Array;
  readonly position: number;
  /** null: nothing is pointed at */
  readonly at: Cell | null;
}

/** What is pointed at in words, and what its row looks at most. Its place is there from the start: nothing jumps. */
function Looked({ answer, cells, position, at }: LookedProps): JSX.Element {
  const isOfSeveral = answer.side < answer.tokens && at !== null && at.row !== position;
  return (
    <div class="looked" role="status" data-row={at?.row} data-column={at?.column}>
      {isOfSeveral && <LargestShare answer={answer} cells={cells} position={position} at={at} />}
      {at !== null && !isOfSeveral && (
        <>
          <LooksAt row={at.row} column={at.column} share={shareIn(answer, cells, position, at)} />
          <p class="quiet">
            {phrases.looksMostAt}
            {mostIn(answer, cells, position, at.row, mostListed).map(({ column, share }) => (
              <LooksAt key={column} column={column} share={share} />
            ))}
          </p>
        </>
      )}
    </div>
  );
}

/** What a cell of several tokens tells. */
function LargestShare({ answer, cells, position, at }: LookedProps & { readonly at: Cell }): JSX.Element {
  const { value } = shareIn(answer, cells, position, at);
  const [looking, looked] = [at.row, at.column].map((token) => tokensIn(cellOf(token, answer), answer));
  return (
    <p>
      {at.column > at.row
        ? phrases.blockLooksNotAhead(looking!, looked!)
        : phrases.blockLooks(looking!, looked!, decimal(value, 2))}
    </p>
  );
}
