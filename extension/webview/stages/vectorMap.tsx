import type { JSX } from 'preact';
import type { Inspection } from '../../protocol/prediction.ts';
import type { StageAnswers } from '../../protocol/stages.ts';
import { decimal, roundedToTotal } from '../figures.ts';
import { hasModifier } from '../keys.ts';
import { phrases } from '../phrases/phrases.ts';
import { TableHead } from '../tableHead.tsx';
import { tokenInWords, tokenPieces } from '../tokenText.ts';
import { TokenText } from '../tokenTextView.tsx';
import { useAnswer, useView } from '../view.ts';

/** The picture's sides, and room for names around the outermost points. */
const [width, height, edge] = [480, 320, 28];

/** The text's tokens on a plane, where somebody asks for it; a table has the same numbers. */
export function VectorMap(): JSX.Element {
  const { selection, select } = useView();
  const asked = useAnswer('map');
  return (
    <section class="vector-map">
      <p class="controls">
        <button
          type="button"
          class="toggle"
          aria-pressed={selection.map}
          onClick={() => select({ map: !selection.map })}
        >
          {phrases.mapButton}
        </button>
      </p>
      {selection.map && asked !== null && <Plane answer={asked.answer} />}
    </section>
  );
}

function Plane({ answer }: { readonly answer: StageAnswers['map'] }): JSX.Element {
  const { inspection, dispatch } = useView();
  const { tokens, kept } = answer;
  const chosen = inspection.tokens[inspection.position]?.id;
  const choose = (id: number): void => {
    const position = placeOf(id, inspection);
    if (position !== null) dispatch({ type: 'choose', position });
  };
  const { shown, total } = roundedToTotal(
    kept.map((share) => 100 * share),
    1,
  );
  return (
    <div data-kept={kept[0] + kept[1]}>
      <p class="quiet">{phrases.mapKept(total, shown[0]!, shown[1]!)}</p>
      <Points tokens={tokens} chosen={chosen} onChoose={choose} />
      <details>
        <summary>{phrases.mapTable}</summary>
        <table>
          <TableHead columns={[[phrases.token], ['x', 'number'], ['y', 'number']]} />
          <tbody>
            {tokens.map(({ id, bytes, x, y }) => (
              <tr key={id} class={id === chosen ? 'chosen' : ''} aria-label={tokenInWords(bytes)}>
                <td>
                  <button type="button" class="plain" aria-pressed={id === chosen} onClick={() => choose(id)}>
                    <TokenText bytes={bytes} />
                  </button>
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

interface PointsProps {
  readonly tokens: StageAnswers['map']['tokens'];
  readonly chosen: number | undefined;
  readonly onChoose: (id: number) => void;
}

/** One tab stop: keys move among the points, a key or a click chooses one. */
function Points({ tokens, chosen, onChoose }: PointsProps): JSX.Element {
  const stop = tokens.some(({ id }) => id === chosen) ? chosen : tokens[0]?.id;
  const most = Math.max(1e-9, ...tokens.flatMap(({ x, y }) => [Math.abs(x), Math.abs(y)]));
  const across = (x: number): number => width / 2 + (x / most) * (width / 2 - edge);
  const down = (y: number): number => height / 2 - (y / most) * (height / 2 - edge);
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      role="group"
      aria-label={phrases.mapPicture}
      onKeyDown={(event) => moveAmongPoints(event, tokens)}
    >
      <path class="axis" d={`M0 ${height / 2}H${width}M${width / 2} 0V${height}`} />
      {tokens.map(({ id, bytes, x, y }) => (
        <g key={id} class={id === chosen ? 'chosen' : ''} onClick={() => onChoose(id)}>
          <circle
            role="button"
            aria-label={tokenInWords(bytes)}
            aria-pressed={id === chosen}
            tabindex={id === stop ? 0 : -1}
            data-map-token={id}
            cx={across(x)}
            cy={down(y)}
            r={id === chosen ? 5 : 2.5}
          />
          <text
            aria-hidden="true"
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
  );
}

/** Where the token stands: the last time up to the chosen place, else the first time. */
function placeOf(id: number, { tokens, position }: Inspection): number | null {
  const places = tokens.flatMap((token, at) => (token.id === id ? [at] : []));
  return places.findLast((at) => at <= position) ?? places[0] ?? null;
}

/** To the next point in the direction of the key; Enter and the space bar choose it. */
function moveAmongPoints(event: KeyboardEvent, tokens: StageAnswers['map']['tokens']): void {
  const point = event.target;
  if (!(point instanceof SVGElement) || hasModifier(event)) return;
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    point.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    return;
  }
  const along = { ArrowLeft: 'x', ArrowRight: 'x', ArrowUp: 'y', ArrowDown: 'y' } as const;
  if (!(event.key in along)) return;
  const axis = along[event.key as keyof typeof along];
  const by = event.key === 'ArrowRight' || event.key === 'ArrowUp' ? 1 : -1;
  const order = tokens.toSorted((a, b) => a[axis] - b[axis]).map(({ id }) => String(id));
  const next = order[order.indexOf(point.dataset['mapToken']!) + by];
  event.preventDefault();
  const points = point.ownerSVGElement?.querySelectorAll<SVGElement>('[data-map-token]') ?? [];
  for (const other of points) if (other.dataset['mapToken'] === next) other.focus();
}
