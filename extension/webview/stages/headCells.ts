import { cellOf, type PictureSize } from '../../protocol/pictureCells.ts';
import type { StageAnswers } from '../../protocol/stages.ts';

/** A token that looks, and one that is looked at. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** How much a token looks at another one. Of a picture it is known to half of 1 ÷ 255. */
export interface Share {
  readonly value: number;
  readonly isExact: boolean;
}

type Attention = Pick<StageAnswers['attention'], 'weights' | 'grid' | 'side' | 'tokens'>;

/** The tokens of a cell, counted from 1: “5–8”. */
export function tokensIn(cell: number, { side, tokens }: PictureSize): string {
  const first = (cell: number): number => Math.ceil((cell * tokens) / side);
  return `${first(cell) + 1}–${first(cell + 1)}`;
}

/** As exact as the page knows it; where a cell is several tokens, the largest of theirs. @param cells u8[side, side] @param position of the row whose shares are known as numbers */
export function shareIn(
  answer: Attention,
  cells: Uint8Array,
  position: number,
  { row, column }: Cell,
): Share {
  const { weights, grid, side, tokens } = answer;
  if (column > row) return { value: 0, isExact: true };
  if (row === position) return { value: weights[column]!, isExact: true };
  if (grid === null) {
    const cell = cells[cellOf(row, answer) * side + cellOf(column, answer)]!;
    return { value: cell / 255, isExact: false };
  }
  const scores = grid.slice(row * tokens, row * tokens + row + 1);
  const most = Math.max(...scores);
  const sum = scores.reduce((total, score) => total + Math.exp(score - most), 0);
  return { value: Math.exp(scores[column]! - most) / sum, isExact: true };
}

/** What a row looks at most, the most first; what it does not look at is not listed. */
export function mostIn(
  answer: Attention,
  cells: Uint8Array,
  position: number,
  row: number,
  count: number,
): { readonly column: number; readonly share: Share }[] {
  return Array.from({ length: row + 1 }, (_, column) => ({
    column,
    share: shareIn(answer, cells, position, { row, column }),
  }))
    .filter(({ share }) => share.value > 0)
    .sort((a, b) => b.share.value - a.share.value)
    .slice(0, count);
}

/** The largest share in a row of a thumbnail. @param cells u8[size, size] */
export function strongestIn(
  cells: Uint8Array,
  size: number,
  row: number,
): { readonly column: number; readonly share: Share } {
  const shares = cells.subarray(row * size, (row + 1) * size);
  const most = Math.max(...shares);
  return { column: shares.indexOf(most), share: { value: most / 255, isExact: false } };
}

/** The cell that a key leads to; null: none. */
export function moved({ row, column }: Cell, key: string, tokens: number): Cell | null {
  const within = (at: number): number => Math.min(tokens - 1, Math.max(0, at));
  switch (key) {
    case 'ArrowLeft':
      return { row, column: within(column - 1) };
    case 'ArrowRight':
      return { row, column: within(column + 1) };
    case 'ArrowUp':
      return { row: within(row - 1), column };
    case 'ArrowDown':
      return { row: within(row + 1), column };
    case 'Home':
      return { row, column: 0 };
    case 'End':
      // Nothing is looked at ahead.
      return { row, column: row };
    default:
      return null;
  }
}
