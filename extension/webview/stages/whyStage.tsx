import type { JSX } from 'preact';
import type { StageAnswers } from '../../protocol/stages.ts';
import type { NamedToken } from '../../protocol/tokenBytes.ts';
import { Branch } from './branch.tsx';
import { decimal } from '../figures.ts';
import { LinesThatMattered } from './linesThatMattered.tsx';
import { Bar, Num, Numbers, SignedBar } from '../numbers.tsx';
import { phrases } from '../phrases/phrases.ts';
import { TableHead } from '../tableHead.tsx';
import { tokenInWords } from '../tokenText.ts';
import { TokenText } from '../tokenTextView.tsx';
import { useAnswer, useView } from '../view.ts';
import { UnsureFlag } from './unsureFlag.tsx';

/** Parts of a score that are listed one by one. */
const listedParts = 8;

type Why = StageAnswers['why'];

/** Why this token: what happens without a line, where it looked, which parts said so, and where the same text stands. */
export function WhyStage(): JSX.Element | null {
  const asked = useAnswer('why');
  const { inspection, state, select } = useView();
  if (asked === null) return null;
  const { answer, question } = asked;
  const { top, actual } = inspection.distribution;
  const listed = new Map<number, NamedToken & { readonly probability?: number }>();
  for (const token of [...top, actual]) if (token !== null) listed.set(token.id, token);
  // What the transformer makes of one that counts made likely is told when it is asked about.
  const [begun] = state.suggestion?.tokens ?? [];
  if (begun !== undefined && !listed.has(begun.id))
    listed.set(begun.id, { id: begun.id, bytes: begun.bytes });
  return (
    <div data-why={answer.token.id}>
      <p class="controls">
        {phrases.whyToken}{' '}
        <select
          aria-label={phrases.whyToken}
          value={answer.token.id}
          onChange={(event) => select({ whyToken: Number(event.currentTarget.value) })}
        >
          {[...listed.values()].map(({ id, bytes, probability }) => (
            <option key={id} value={id}>
              {tokenInWords(bytes)} {probability !== undefined && decimal(probability, 3)}
            </option>
          ))}
        </select>
        <Numbers label={phrases.probability}>
          p ={' '}
          <Num
            number={{
              of: 'probability',
              position: question.position,
              token: answer.token.id,
              temperature: 1,
            }}
            value={answer.probability}
          />
        </Numbers>
      </p>
      <UnsureFlag probability={answer.probability} />
      <Branch />
      <LinesThatMattered answer={answer} />
      <Seen />
      <Parts answer={answer} position={question.position} />
      <h4>{phrases.lookedHeading}</h4>
      <p class="quiet">{phrases.lookedCaption}</p>
      <ul class="shares">
        {answer.looked.map(({ position, share }) => (
          <li key={position}>
            {decimal(share, 4)} <TokenText bytes={inspection.tokens[position]?.bytes ?? ''} />
            <Bar share={share} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Where the text up to here stands, too. */
function Seen(): JSX.Element | null {
  const seen = useAnswer('seen');
  const { send, isEssay } = useView();
  if (seen === null || isEssay) return null;
  const match = seen.answer;
  return (
    <section>
      <h4>{phrases.seenHeading}</h4>
      {match === null ? (
        <p>{phrases.neverSeen}</p>
      ) : (
        <>
          <p>{phrases.seenTokens(match.tokens, match.count)}</p>
          <ul class="shares">
            {match.places.map(({ file, line }) => (
              <li key={`${file}:${line}`}>
                <button
                  type="button"
                  class="link"
                  data-seen={`${file}:${line}`}
                  onClick={() => send({ type: 'reveal', place: { file, line } })}
                >
                  <bdi>{file}</bdi>:{line}
                </button>
              </li>
            ))}
          </ul>
          {match.count > match.places.length && (
            <p class="quiet">{phrases.seenMore(match.count - match.places.length)}</p>
          )}
        </>
      )}
    </section>
  );
}

/** The score as a sum of what each part wrote. */
function Parts({ answer, position }: { readonly answer: Why; readonly position: number }): JSX.Element {
  const bySize = answer.parts.toSorted((a, b) => Math.abs(b.logit) - Math.abs(a.logit));
  const shown = bySize.slice(0, listedParts);
  const rest = bySize.slice(listedParts).reduce((sum, { logit }) => sum + logit, 0);
  // With those listed as they are shown it adds up to the score.
  const restShown = shown.reduce(
    (left, { logit }) => left - Number(logit.toFixed(4)),
    Number(answer.logit.toFixed(4)),
  );
  const most = Math.max(Math.abs(rest), ...shown.map(({ logit }) => Math.abs(logit)));
  const nameOf = ({ layer, head }: Why['parts'][number]): string => {
    if (layer === null) return phrases.ownVector;
    return head === null ? phrases.neuronsOf(layer + 1) : phrases.headName(layer + 1, head + 1);
  };
  return (
    <Numbers label={phrases.partsOfScore}>
      <h4>{phrases.partsOfScore}</h4>
      <table>
        <TableHead columns={[[phrases.part], [phrases.logit, 'number'], ['', 'bar-column']]} />
        <tbody>
          {shown.map((part) => (
            <tr key={nameOf(part)}>
              <td>{nameOf(part)}</td>
              <td class="number" data-logit-part={part.logit}>
                {decimal(part.logit, 4)}
              </td>
              <td class="bar-column">
                <SignedBar share={part.logit / most} />
              </td>
            </tr>
          ))}
          <tr>
            <td>{phrases.others(bySize.length - shown.length)}</td>
            <td class="number" data-logit-part={rest}>
              {decimal(restShown, 4)}
            </td>
            <td class="bar-column">
              <SignedBar share={rest / most} />
            </td>
          </tr>
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{phrases.total}</th>
            <td class="number">
              <Num number={{ of: 'logit', position, token: answer.token.id }} value={answer.logit} />
            </td>
            <td />
          </tr>
        </tfoot>
      </table>
    </Numbers>
  );
}
