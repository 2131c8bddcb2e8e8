import type { ComponentChildren, JSX } from 'preact';
import { type TokenPiece, tokenPieces } from './tokenText.ts';

/** A token's text with its invisible characters made visible, isolated so that it can't reorder what is around it. */
export function TokenText({ bytes }: { readonly bytes: string }): JSX.Element {
  return <bdi class="token-text">{shownPieces(tokenPieces(bytes))}</bdi>;
}

/** What stands in a token's text. */
export function shownPieces(pieces: readonly TokenPiece[]): ComponentChildren {
  return pieces.map(({ kind, shown }, i) =>
    kind === 'text' ? (
      shown
    ) : (
      <span key={i} class={`piece-${kind}`}>
        {shown}
      </span>
    ),
  );
}
