import { Fragment, type JSX } from 'preact';
import { byteCount } from '../../protocol/tokenBytes.ts';
import { phrases } from '../phrases/phrases.ts';
import { cutCharacters } from '../tokenText.ts';
import { TokenText } from '../tokenTextView.tsx';
import { useView } from '../view.ts';

/** Cut characters that are listed. */
const mostCut = 40;

/** The text as a person wrote it, in the pieces that the model reads. */
export function TextStage(): JSX.Element {
  const { inspection, isEssay, dispatch } = useView();
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
            <Lines bytes={token.bytes} />
            {isEssay && tokens[i + 1] !== undefined && isWord(token.bytes, tokens[i + 1]!.bytes) && ' '}
          </span>
        ))}
      </div>
      <CutCharacters />
    </div>
  );
}

/** A line break may stand in one token with the indentation behind it, which begins the next line. */
function Lines({ bytes }: { readonly bytes: string }): JSX.Element {
  const broken = bytes.lastIndexOf('\n') + 1;
  if (broken === 0) return <TokenText bytes={bytes} />;
  return (
    <>
      <TokenText bytes={bytes.slice(0, broken)} />
      <br />
      <TokenText bytes={bytes.slice(broken)} />
    </>
  );
}

/** Which characters are cut, and which token has what of them. */
function CutCharacters(): JSX.Element | null {
  const { inspection, dispatch } = useView();
  const cut = cutCharacters(inspection.tokens.map(({ bytes }) => bytes)).slice(0, mostCut);
  if (cut.length === 0) return null;
  return (
    <section>
      <p class="quiet">{phrases.cutHint}</p>
      <ul class="cuts">
        {cut.map(({ bytes, parts }) => (
          <li key={parts[0]!.position} data-cut={parts.length}>
            <TokenText bytes={bytes} /> ={' '}
            {parts.map((part, i) => (
              <Fragment key={part.position}>
                {i > 0 && ' + '}
                <button
                  type="button"
                  class="plain"
                  aria-pressed={part.position === inspection.position}
                  onClick={() => dispatch({ type: 'choose', position: part.position })}
                >
                  <TokenText bytes={part.bytes} />
                </button>
              </Fragment>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The essay's tokens are whole words, which a space parts. */
function isWord(before: string, after: string): boolean {
  return /^[a-z]+$/.test(before) && /^[a-z]+$/.test(after);
}
