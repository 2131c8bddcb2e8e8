import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { PartsOfDecision, PartsOfToken, Pushes } from '../protocol/parts.ts';
import type { Explanation } from '../protocol/explanation.ts';
import { decimal, productShown, roundedToTotal } from './figures.ts';
import { KnownNum, Numbers } from './numbers.tsx';
import { phrases } from './phrases/phrases.ts';
import { TableHead } from './tableHead.tsx';
import { TokenText } from './tokenTextView.tsx';
import { useAnswer, useView } from './view.ts';

const pushNames = [
  'project',
  'file',
  'backOff',
  'transformer',
  'constant',
  'limits',
] as const satisfies readonly (keyof Pushes)[];

/**
 * What completions are made of: each part's own probability of a token, the mixed one, and the decisions on the way to it, in which the
 * parts' pushes add up.
 */
export function PartsTable(): JSX.Element | null {
  const asked = useAnswer('parts');
  const { state, isEssay } = useView();
  const [chosen, setChosen] = useState(0);
  if (asked === null || isEssay) return null;
  if (asked.answer === null) return <p class="quiet">{phrases.noParts}</p>;
  const isOld = state.questions.parts?.waiting === true;
  const { tokens, transformer, others } = asked.answer;
  const token = tokens[Math.min(chosen, tokens.length - 1)];
  const mixed = [...tokens, others].map((row) => row.mixed);
  const { shown } = roundedToTotal(mixed, 6);
  return (
    <section class="parts" aria-labelledby="parts-heading" aria-busy={isOld}>
      <h4 id="parts-heading">{phrases.partsHeading}</h4>
      <p class="quiet">{phrases.partsHint}</p>
      <div class="scores-frame" role="region" tabIndex={0} aria-labelledby="parts-heading">
        <table>
          <TableHead
            columns={[
              [phrases.token],
              ...(['project', 'file', 'transformer', 'mixed'] as const).map(
                (part) => [phrases.parts[part], 'number'] as const,
              ),
            ]}
          />
          <tbody>
            {tokens.map((row, i) => (
              <tr key={row.id} class={row === token ? 'chosen' : ''} data-part-token={row.id}>
                <td>
                  <button
                    type="button"
                    class="plain"
                    aria-pressed={row === token}
                    onClick={() => setChosen(i)}
                  >
                    <TokenText bytes={row.bytes} />
                  </button>
                </td>
                <td class="number">{decimal(row.project, 6)}</td>
                <td class="number">{decimal(row.file, 6)}</td>
                <td class="number">{row.transformer === null ? '–' : decimal(row.transformer, 6)}</td>
                <td class="number" data-mixed={row.mixed}>
                  {shown[i]}
                </td>
              </tr>
            ))}
            <tr data-part-token="others">
              <td colSpan={4}>{phrases.others(others.count)}</td>
              <td class="number" data-mixed={others.mixed}>
                {shown[tokens.length]}
              </td>
            </tr>
          </tbody>
        </table>
      </div>
      {!transformer && <p class="quiet">{phrases.noTransformer}</p>}
      {token !== undefined && <Decisions token={token} />}
    </section>
  );
}

/** How a token's mixed probability came about. */
export function Decisions({ token }: { readonly token: PartsOfToken }): JSX.Element {
  return (
    <details open>
      <summary>
        {phrases.decisionsHeading(token.decisions.length)} <TokenText bytes={token.bytes} />
      </summary>
      <p class="quiet">{phrases.decisionsHint}</p>
      <div class="scores-frame" role="region" tabIndex={0} aria-label={phrases.decisionsLabel}>
        <Numbers label={phrases.decisionsLabel}>
          <table class="decisions">
            <TableHead
              columns={[
                phrases.rank,
                ...pushNames.map((push) => phrases.parts[push]),
                's',
                '1 ÷ (1 + e^−s)',
                phrases.corrected,
                phrases.ofTheSide,
              ].map((title) => [title, 'number'])}
            />
            <tbody>
              {token.decisions.map((decision, i) => (
                <Decision key={i} number={i + 1} decision={decision} />
              ))}
            </tbody>
            <tfoot>
              <tr>
                <th scope="row" colSpan={pushNames.length + 4}>
                  {phrases.productOfSides}
                </th>
                <td class="number">{productShown(token.decisions.map(shareOfSide))}</td>
              </tr>
            </tfoot>
          </table>
        </Numbers>
      </div>
    </details>
  );
}

/** A sum is a dot product with ones. */
function sumOf(terms: readonly number[], total: number): Explanation {
  return { formula: 'dot', operands: { a: terms, b: terms.map(() => 1) }, machine: [total] };
}

/** With as many decimals as what it is 1 less of. */
function shareOfSide({ adjusted, side }: PartsOfDecision): string {
  return decimal(side === 1 ? adjusted : 1 - adjusted, 6);
}

function Decision({
  number,
  decision,
}: {
  readonly number: number;
  readonly decision: PartsOfDecision;
}): JSX.Element {
  const { pushes, stretched, mixed, adjusted } = decision;
  // What a calculator makes of the pushes as they are shown.
  const sum = pushNames.reduce((sum, push) => sum + Number(pushes[push].toFixed(4)), 0);
  return (
    <tr data-decision={number}>
      <td class="number">{number}</td>
      {pushNames.map((push) => (
        <td class="number" key={push} data-push={pushes[push]}>
          {decimal(pushes[push], 4)}
        </td>
      ))}
      <td class="number" data-stretched={stretched}>
        <KnownNum
          of="stretched"
          shown={decimal(sum, 4)}
          sentence={phrases.stretchedSentence(number)}
          explanation={sumOf(
            pushNames.map((push) => pushes[push]),
            stretched,
          )}
        />
      </td>
      <td class="number">
        <KnownNum
          of="decided"
          shown={decimal(1 / (1 + Math.exp(-sum)), 4)}
          sentence={phrases.decidedSentence(number)}
          explanation={{
            formula: 'softmax',
            operands: { scores: [stretched, 0], index: 0, temperature: 1, rest: 0 },
            machine: [mixed],
          }}
        />
      </td>
      <td class="number">{decimal(adjusted, 6)}</td>
      <td class="number">{shareOfSide(decision)}</td>
    </tr>
  );
}
