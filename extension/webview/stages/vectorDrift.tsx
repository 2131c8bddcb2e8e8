import type { JSX } from 'preact';
import type { StageAnswers } from '../../protocol/stages.ts';
import { decimal } from '../figures.ts';
import { phrases } from '../phrases/phrases.ts';
import { TableHead } from '../tableHead.tsx';
import { useView } from '../view.ts';

/** The picture's sides, and room around it for its marks. */
const [width, height, edge] = [320, 110, 8];

interface VectorDriftProps {
  readonly drift: StageAnswers['vectors']['drift'];
  /** the point that is looked at; the last is now */
  readonly chosen: number;
  readonly nameOf: (point: number) => string;
}

/** How a token's vector moved as the model learnt: away from where it began, towards what it is. The table has the same numbers. */
export function VectorDrift({ drift, chosen, nameOf }: VectorDriftProps): JSX.Element | null {
  const { select } = useView();
  const last = drift.length - 1;
  if (last < 2) return null;
  const most = Math.max(1e-9, ...drift.map(({ distance }) => distance));
  const least = Math.min(0, ...drift.map(({ cosine }) => cosine));
  // Each point has about twice the steps of the one before.
  const across = (point: number): number => edge + (point / last) * (width - 2 * edge);
  const down = (share: number): number => height - edge - share * (height - 2 * edge);
  const line = (shareOf: (point: (typeof drift)[number]) => number): string =>
    drift.map((point, i) => `${across(i)},${down(shareOf(point))}`).join(' ');
  const distance = line((point) => point.distance / most);
  const cosine = line((point) => (point.cosine - least) / (1 - least));
  const choose = (point: number): void => select({ point: point === last ? null : point });
  return (
    <figure class="drift">
      <figcaption>{phrases.driftHeading}</figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={phrases.driftPicture}>
        <path class="axis" d={`M${edge} ${down(0)}H${width - edge}`} />
        <path class="axis" d={`M${across(chosen)} ${edge}V${height - edge}`} />
        <polyline class="distance" points={distance} />
        <polyline class="cosine" points={cosine} />
      </svg>
      <details>
        <summary>{phrases.driftTable}</summary>
        <div class="scores-frame">
          <table>
            <TableHead
              columns={[[phrases.moment], [phrases.driftDistance, 'number'], [phrases.change, 'number']]}
            />
            <tbody>
              {drift.map((point, i) => (
                <tr
                  key={i}
                  class={i === chosen ? 'chosen' : ''}
                  data-distance={point.distance}
                  data-cosine={point.cosine}
                >
                  <td>
                    <button type="button" class="plain" aria-pressed={i === chosen} onClick={() => choose(i)}>
                      {nameOf(i)}
                    </button>
                  </td>
                  <td class="number">{decimal(point.distance, 4)}</td>
                  <td class="number">{decimal(point.cosine, 4)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}
