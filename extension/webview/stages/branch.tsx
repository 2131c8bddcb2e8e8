import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { BranchToken, StageAnswers } from '../../protocol/stages.ts';
import { factor, productShown } from '../figures.ts';
import { Numbers, ProbabilityCells } from '../numbers.tsx';
import { phrases } from '../phrases/phrases.ts';
import { Suggested } from './suggested.tsx';
import { TableHead } from '../tableHead.tsx';
import { tokenInWords } from '../tokenText.ts';
import { TokenText } from '../tokenTextView.tsx';
import { useAnswer, useView } from '../view.ts';

/**
 * How the text goes on from here, token by token, with what might have come in each place. Another token in one of them begins a branch:
 * the model is run as if that one had been chosen.
 */
export function Branch(): JSX.Element | null {
  const newest = useAnswer('branch');
  const { state, inspection, select } = useView();
  const { suggestion } = state;
  const [looked, setLooked] = useState(0);
  const before = useRef<{ readonly asked: typeof newest; readonly of: typeof inspection } | null>(null);
  // One that grows back to the place that is looked at is not shown before: what has the keyboard there would go.
  const isShort = newest !== null && !newest.answer.done && newest.answer.tokens.length <= looked;
  if (!isShort && state.questions.branch?.waiting === false)
    before.current = { asked: newest, of: inspection };
  const asked = isShort && before.current?.of === inspection ? before.current.asked : newest;
  if (asked === null) return null;
  const { tokens } = asked.answer;
  const done = asked.answer.done && asked === newest;
  const supposed = asked.question.tokens;
  const at = Math.min(looked, tokens.length - 1);
  const token = tokens[at];
  const isSuggestion =
    suggestion !== null &&
    supposed.length === suggestion.tokens.length &&
    suggestion.tokens.every(({ id }, i) => id === supposed[i]);
  const suppose = (branch: readonly number[]): void => select({ branch });
  return (
    <section data-branch={supposed.length} data-done={done}>
      <h4>{phrases.branchHeading}</h4>
      <p class="quiet">{phrases.branchHint}</p>
      <Numbers label={phrases.branchHeading}>
        <p class="controls branch-tokens">
          {tokens.map((each, i) => (
            <BranchButton
              key={i}
              token={each}
              isLooked={i === at}
              isSupposed={!isSuggestion && i < supposed.length && each.rank > 1}
              onLook={() => setLooked(i)}
            />
          ))}
          {!done && <span aria-hidden="true">…</span>}
        </p>
      </Numbers>
      <Product answer={asked.answer} isSupposed={supposed.length > 0 && !isSuggestion} />
      {supposed.length > 0 && (
        <p class="controls">
          <button type="button" onClick={() => suppose([])}>
            {phrases.leaveBranch}
          </button>
        </p>
      )}
      {token !== undefined && (
        <Alternatives
          token={token}
          place={at + 1}
          position={at === 0 ? asked.question.position : null}
          onTake={(id) => suppose([...tokens.slice(0, at).map((before) => before.id), id])}
        />
      )}
      {isSuggestion && <Suggested tokens={suggestion.tokens} looked={at} />}
    </section>
  );
}

interface BranchButtonProps {
  readonly token: BranchToken;
  readonly isLooked: boolean;
  /** another one was likelier */
  readonly isSupposed: boolean;
  readonly onLook: () => void;
}

function BranchButton({ token, isLooked, isSupposed, onLook }: BranchButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={`branch-token ${isSupposed ? 'supposed' : ''}`}
      aria-pressed={isLooked}
      data-token-id={token.id}
      data-probability={token.probability}
      data-rank={token.rank}
      onClick={onLook}
    >
      <TokenText bytes={token.bytes} /> <span class="quiet">{factor(token.probability)}</span>
      <span class="quiet branch-rank">{phrases.tokenRank(token.rank, -Math.log2(token.probability))}</span>
      {isSupposed && <span class="spoken-only">{phrases.supposed}</span>}
    </button>
  );
}

/** The probability of all of it: the product of its tokens’. */
function Product({
  answer: { tokens, done },
  isSupposed,
}: {
  readonly answer: StageAnswers['branch'];
  readonly isSupposed: boolean;
}): JSX.Element {
  const probability = tokens.reduce((product, token) => product * token.probability, 1);
  const said = productShown(tokens.map((token) => factor(token.probability)));
  return (
    <p role="status" aria-busy={!done} data-product={probability}>
      {!done
        ? phrases.branchGrows(tokens.length)
        : isSupposed
          ? phrases.branchProduct(tokens.length, said)
          : phrases.ownProduct(tokens.length, said)}
    </p>
  );
}

/** What might have come in the place of a token. */
function Alternatives({
  token,
  place,
  position,
  onTake,
}: {
  readonly token: BranchToken;
  readonly place: number;
  /** of the run on the screen; null: other tokens are supposed before it */
  readonly position: number | null;
  readonly onTake: (id: number) => void;
}): JSX.Element {
  return (
    <>
      <p id="alternatives-to">
        {phrases.alternativesTo(place)} <TokenText bytes={token.bytes} />:
      </p>
      <Numbers label={phrases.alternativesTo(place)}>
        <table aria-labelledby="alternatives-to">
          <TableHead columns={[[phrases.token], [phrases.probability, 'number'], ['', 'bar-column']]} />
          <tbody>
            {token.top.map(({ id, bytes, probability }) => (
              <tr key={id} class={id === token.id ? 'chosen' : ''} data-alternative={id}>
                <td>
                  <button
                    type="button"
                    class="plain"
                    aria-label={phrases.whatIf(tokenInWords(bytes))}
                    aria-pressed={id === token.id}
                    onClick={() => onTake(id)}
                  >
                    <TokenText bytes={bytes} />
                  </button>
                </td>
                <ProbabilityCells probability={probability} token={id} position={position} />
              </tr>
            ))}
          </tbody>
        </table>
      </Numbers>
    </>
  );
}
