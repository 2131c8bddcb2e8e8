import type { JSX } from 'preact';
import { tokenPieces } from './tokenText.ts';

/** A token's text with its invisible characters made visible, isolated so that it can't reorder what is around it. */
export function TokenText({ bytes }: { readonly bytes: string }): JSX.Element {
  return (
    <bdi class="token-text">
      {tokenPieces(bytes).map((piece, i) => (
        <span key={i} class={`piece-${piece.kind}`}>
          {piece.shown}
        </span>
      ))}
    </bdi>
  );
}
