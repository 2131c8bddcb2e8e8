import type { JSX } from 'preact';
import { decimal } from '../figures.ts';
import { Num, Numbers } from '../numbers.tsx';
import { phrases } from '../phrases/phrases.ts';
import { Filters } from '../sampling.tsx';
import { TableHead } from '../tableHead.tsx';
import { TokenText } from '../tokenTextView.tsx';
import { useAnswer } from '../view.ts';

/** A ruler from 0 to 1, cut by the probabilities; the seed's number falls into one token's piece. */
export function ChoiceStage(): JSX.Element {
  const asked = useAnswer('choice');
  return (
    <div>
      <Filters />
      {asked !== null && <Ruler {...asked} />}
    </div>
  );
}

function Ruler({ answer, question }: NonNullable<ReturnType<typeof useAnswer<'choice'>>>): JSX.Element {
  const { intervals, others, draw, drawn, greedy } = answer;
  const { temperature, topK, topP, seed, position } = question;
  return (
    <div>
      <p>
        {phrases.drawn(decimal(draw, 6))} <TokenText bytes={drawn.bytes} />. {phrases.greedy}{' '}
        <TokenText bytes={greedy.bytes} />.
      </p>
      <div class="ruler" role="img" aria-label={phrases.rulerPicture}>
        {intervals.map(({ id, from, to }, i) => (
          <span
            key={id}
            class={`${i % 2 === 0 ? 'even' : 'odd'} ${id === drawn.id ? 'chosen' : ''}`}
            style={{
              insetInlineStart: `${(from * 100).toFixed(3)}%`,
              inlineSize: `${((to - from) * 100).toFixed(3)}%`,
            }}
          />
        ))}
        <span class="draw" style={{ insetInlineStart: `${(draw * 100).toFixed(3)}%` }} />
      </div>
      <Numbers label={phrases.intervals}>
        <table>
          <TableHead columns={[[phrases.token], [phrases.from, 'number'], [phrases.to, 'number']]} />
          <tbody>
            {intervals.map(({ id, bytes, from, to }) => {
              const number = { of: 'interval', token: id, position, temperature, topK, topP, seed } as const;
              return (
                <tr key={id} class={id === drawn.id ? 'chosen' : ''} data-interval={id}>
                  <td>
                    <TokenText bytes={bytes} />
                  </td>
                  <td class="number">
                    <Num number={number} value={from} decimals={6} />
                  </td>
                  <td class="number">
                    <Num number={number} value={to} decimals={6} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Numbers>
      {others > 0 && <p class="quiet">{phrases.moreIntervals(others)}</p>}
    </div>
  );
}
