import type { JSX } from 'preact';
import type { StageAnswers } from '../../protocol/stages.ts';
import { decimal } from '../figures.ts';
import { phrases } from '../phrases/phrases.ts';
import { TableHead } from '../tableHead.tsx';
import { spokenToken, tokenPieces } from '../tokenText.ts';
import { TokenText } from '../tokenTextView.tsx';
import { useAnswer, useView } from '../view.ts';

/** The picture's sides, and room for names around the outermost points. */
const [width, height, edge] = [480, 320, 28];

/** The text's tokens on a plane, where somebody asks for it; a table has the same numbers. */
export function VectorMap(): JSX.Element {
  const { selection, dispatch } = useView();
  const asked = useAnswer('map');
  return (
    <section class="vector-map">
      <p class="controls">
        <button
          type="button"
          class="toggle"
          aria-pressed={selection.map}
          onClick={() => dispatch({ type: 'select', change: { map: !selection.map } })}
        >
          {phrases.mapButton}
        </button>
      </p>
      {selection.map && asked !== null && <Plane answer={asked.answer} />}
    </section>
  );
}

function Plane({ answer }: { readonly answer: StageAnswers['map'] }): JSX.Element {
  const { inspection } = useView();
  const { tokens, kept } = answer;
  const chosen = inspection.tokens[inspection.position]?.id;
  const most = Math.max(1e-9, ...tokens.flatMap(({ x, y }) => [Math.abs(x), Math.abs(y)]));
  const across = (x: number): number => width / 2 + (x / most) * (width / 2 - edge);
  const down = (y: number): number => height / 2 - (y / most) * (height / 2 - edge);
  const [first, second] = kept.map((share) => decimal(100 * share, 1));
  return (
    <div data-kept={kept[0] + kept[1]}>
      <p class="quiet">{phrases.mapKept(decimal(100 * (kept[0] + kept[1]), 1), first!, second!)}</p>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={phrases.mapPicture}>
        <path class="axis" d={`M0 ${height / 2}H${width}M${width / 2} 0V${height}`} />
        {tokens.map(({ id, bytes, x, y }) => (
          <g key={id} class={id === chosen ? 'chosen' : ''}>
            <circle cx={across(x)} cy={down(y)} r={id === chosen ? 5 : 2.5} />
            <text
              x={across(x) + (x > most / 2 ? -8 : 6)}
              y={down(y) + 4}
              text-anchor={x > most / 2 ? 'end' : 'start'}
            >
              {tokenPieces(bytes)
                .map(({ shown }) => shown)
                .join('')
                .slice(0, 12)}
            </text>
          </g>
        ))}
      </svg>
      <details>
        <summary>{phrases.mapTable}</summary>
        <table>
          <TableHead columns={[[phrases.token], ['x', 'number'], ['y', 'number']]} />
          <tbody>
            {tokens.map(({ id, bytes, x, y }) => (
              <tr key={id} class={id === chosen ? 'chosen' : ''} aria-label={spokenToken(tokenPieces(bytes))}>
                <td>
                  <TokenText bytes={bytes} />
                </td>
                <td class="number">{decimal(x, 4)}</td>
                <td class="number">{decimal(y, 4)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </div>
  );
}
