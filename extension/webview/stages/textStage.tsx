import type { JSX } from 'preact';
import { byteCount } from '../../protocol/tokenBytes.ts';
import { phrases } from '../phrases/phrases.ts';
import { TokenText } from '../tokenTextView.tsx';
import { useView } from '../view.ts';

/** The text as a person wrote it, in the pieces that the model reads. */
export function TextStage(): JSX.Element {
  const { inspection, dispatch } = useView();
  const { tokens, position, cursor } = inspection;
  const bytes = tokens.reduce((sum, token) => sum + byteCount(token.bytes), 0);
  return (
    <div>
      <p>{phrases.textCounts(tokens.length, bytes, cursor)}</p>
      <div class="running">
        {tokens.map((token, i) => (
          <span
            key={i}
            class={`run ${i % 2 === 0 ? '' : 'odd'} ${i === position ? 'chosen' : ''} ${i === cursor ? 'cursor-before' : ''}`}
            onClick={() => dispatch({ type: 'choose', position: i })}
          >
            <TokenText bytes={token.bytes} />
            {token.bytes.endsWith('\n') && <br />}
            {inspection.tokens[i + 1] !== undefined && isWord(token.bytes, tokens[i + 1]!.bytes) && ' '}
          </span>
        ))}
      </div>
    </div>
  );
}

/** The essay's tokens are whole words, which a space parts. */
function isWord(before: string, after: string): boolean {
  return /^[a-z]+$/.test(before) && /^[a-z]+$/.test(after) && before.length + after.length > 0;
}
