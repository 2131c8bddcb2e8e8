import type { JSX } from 'preact';
import type { ScoredToken } from '../../protocol/prediction.ts';
import { decimal, factor, productShown } from '../figures.ts';
import { Decisions } from '../parts.tsx';
import { phrases } from '../phrases/phrases.ts';
import { TableHead } from '../tableHead.tsx';
import { TokenText } from '../tokenTextView.tsx';
import { useAnswer, useView } from '../view.ts';

interface SuggestedProps {
  readonly tokens: readonly ScoredToken[];
  /** the token whose decisions are shown */
  readonly looked: number;
}

/** What completions made of a suggestion, as they heard it, and what each part of the mixture says of its tokens. */
export function Suggested({ tokens, looked }: SuggestedProps): JSX.Element {
  const parts = useAnswer('along')?.answer ?? null;
  const isAwaited = useView().state.questions.along?.waiting !== false;
  const probability = tokens.reduce((product, token) => product * token.probability, 1);
  const alone = (part: number | null | undefined): string =>
    part === null || part === undefined ? '–' : decimal(part, 4);
  const token = parts?.tokens[looked];
  return (
    <section aria-labelledby="suggested-heading" data-suggested={probability}>
      <h4 id="suggested-heading">{phrases.suggestedHeading}</h4>
      <div class="scores-frame" role="region" tabIndex={0} aria-labelledby="suggested-heading">
        <table class="suggested">
          <TableHead
            columns={[
              [phrases.token],
              [phrases.parts.mixed, 'number'],
              ...(['project', 'file', 'transformer'] as const).map(
                (part) => [phrases.parts[part], 'number'] as const,
              ),
            ]}
          />
          <tbody>
            {tokens.map((each, i) => (
              <tr key={i} class={i === looked ? 'chosen' : ''} data-suggested-token={each.id}>
                <td>
                  <TokenText bytes={each.bytes} />
                </td>
                <td class="number" data-probability={each.probability}>
                  {factor(each.probability)}
                </td>
                <td class="number">{alone(parts?.tokens[i]?.project)}</td>
                <td class="number">{alone(parts?.tokens[i]?.file)}</td>
                <td class="number">{alone(parts?.tokens[i]?.transformer)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{phrases.suggestedProduct}</th>
              <td class="number">{productShown(tokens.map((each) => factor(each.probability)))}</td>
              <td colSpan={3} />
            </tr>
          </tfoot>
        </table>
      </div>
      {!isAwaited && (
        <p class="quiet">{parts === null ? phrases.noPartsOfSuggested : phrases.suggestedHint}</p>
      )}
      {token !== undefined && <Decisions token={token} />}
    </section>
  );
}
