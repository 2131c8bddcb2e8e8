import type { JSX } from 'preact';
import { decimal } from '../figures.ts';
import { phrases } from '../phrases/phrases.ts';
import { TokenText } from '../tokenTextView.tsx';
import { useView } from '../view.ts';
import type { Share } from './headCells.ts';

interface LooksAtProps {
  /** absent: it has been said who looks */
  readonly row?: number;
  readonly column: number;
  readonly share: Share;
}

/** “return looks back at def: 0.31”. */
export function LooksAt({ row, column, share: { value, isExact } }: LooksAtProps): JSX.Element {
  const said = isExact ? decimal(value, 4) : `≈ ${decimal(value, 2)}`;
  const looked = (
    <>
      <Token at={column} />: <span data-share={value}>{said}</span>
    </>
  );
  if (row === undefined) return <span class="looks-at">{looked}</span>;
  return (
    <p>
      <Token at={row} /> {column > row ? phrases.looksNotAhead : phrases.looksBack} {looked}
    </p>
  );
}

function Token({ at }: { readonly at: number }): JSX.Element {
  const { inspection } = useView();
  return (
    <>
      <TokenText bytes={inspection.tokens[at]?.bytes ?? ''} />
      <span class="token-id">{at + 1}</span>
    </>
  );
}
