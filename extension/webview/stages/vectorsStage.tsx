import type { JSX } from 'preact';
import { Board } from '../board.tsx';
import { Num, Numbers, PlainVector } from '../numbers.tsx';
import { phrases } from '../phrases.ts';
import { TableHead } from '../tableHead.tsx';
import { TokenText } from '../tokenTextView.tsx';
import { TokenSelect } from '../tokenSelect.tsx';
import { useAnswer, useView } from '../view.ts';

/** A token's vector, another one's, and how alike they are. */
export function VectorsStage(): JSX.Element | null {
  const view = useView();
  const asked = useAnswer('vectors');
  if (asked === null) return null;
  const { vector, other, dot, cosine, neighbours } = asked.answer;
  const { tokens } = view.inspection;
  const [token, otherToken] = [tokens[asked.question.position]!, tokens[asked.question.other]!];
  const similarity = (of: number) => ({ of: 'similarity' as const, token: token.id, other: of });
  return (
    <div>
      <p class="controls">
        <TokenText bytes={token.bytes} /> {phrases.comparedWith}
        <TokenSelect
          label={phrases.comparedWith}
          value={asked.question.other}
          onChange={(position) => view.dispatch({ type: 'select', change: { other: position } })}
        />
      </p>
      <Numbers label={phrases.similarity}>
        <p>
          {phrases.dotProduct} <Num number={similarity(otherToken.id)} value={dot} /> {phrases.cosine}{' '}
          <Num number={similarity(otherToken.id)} value={cosine} />
        </p>
      </Numbers>
      <PlainVector label={phrases.vectorOf(token.id)} values={vector} />
      <PlainVector label={phrases.vectorOf(otherToken.id)} values={other} />
      <h4>{phrases.neighboursHeading}</h4>
      <Numbers label={phrases.neighboursHeading}>
        <table>
          <TableHead columns={[[phrases.token], [phrases.cosine, 'number']]} />
          <tbody>
            {neighbours.map((neighbour) => (
              <tr key={neighbour.id}>
                <td>
                  <TokenText bytes={neighbour.bytes} />
                </td>
                <td class="number">
                  <Num number={similarity(neighbour.id)} value={neighbour.cosine} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Numbers>
      <Board />
    </div>
  );
}
