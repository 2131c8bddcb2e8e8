import type { JSX } from 'preact';
import { tokenPieces } from './tokenText.ts';

interface TokenTextProps {
  readonly bytes: string;
  /** false: beside it stands what is heard in its place */
  readonly isSpoken?: boolean;
}

/** A token's text with its invisible characters made visible, isolated so that it can't reorder what is around it. */
export function TokenText({ bytes, isSpoken = true }: TokenTextProps): JSX.Element {
  return (
    <bdi class="token-text" aria-hidden={!isSpoken}>
      {tokenPieces(bytes).map(({ kind, shown }, i) =>
        kind === 'text' ? (
          shown
        ) : (
          <span key={i} class={`piece-${kind}`}>
            {shown}
          </span>
        ),
      )}
    </bdi>
  );
}
