import type { JSX } from 'preact';
import { phrases } from './phrases/phrases.ts';
import { useView } from './view.ts';

const side = 4;
const pieces = [
  { row: 1, column: 1, kind: 'black' },
  { row: 2, column: 2, kind: 'black' },
  { row: 3, column: 1, kind: 'red' },
  { row: 1, column: 3, kind: 'red' },
] as const;

const products = [
  { a: [1, 1], b: [2, 2], dot: 4 },
  { a: [1, 3], b: [3, 1], dot: 6 },
] as const;

/** The essay's draughts board: places are vectors of two numbers, small enough to multiply in one's head. */
export function Board(): JSX.Element {
  const { isEssay, dispatch } = useView();
  const rows = Array.from({ length: side }, (_, i) => i + 1);
  return (
    <details class="board-frame" open={isEssay}>
      <summary>{phrases.boardHeading}</summary>
      <p>{phrases.boardHint}</p>
      <div class="board" role="img" aria-label={phrases.boardPicture}>
        {rows.map((row) =>
          rows.map((column) => {
            const piece = pieces.find((piece) => piece.row === row && piece.column === column);
            return (
              <span key={`${row}-${column}`} class={(row + column) % 2 === 0 ? 'field dark' : 'field'}>
                {piece !== undefined && (
                  <span class={`draught ${piece.kind}`}>
                    {row},{column}
                  </span>
                )}
              </span>
            );
          }),
        )}
      </div>
      <ul>
        {products.map(({ a, b, dot }) => (
          <li key={dot}>
            [{a.join(', ')}] · [{b.join(', ')}] = {a[0]} × {b[0]} + {a[1]} × {b[1]} = {dot}{' '}
            <button
              type="button"
              onClick={() =>
                dispatch({
                  type: 'show',
                  explanation: { formula: 'dot', operands: { a, b }, machine: [dot] },
                  sentence: phrases.boardHeading,
                })
              }
            >
              {phrases.checkByPencil}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
