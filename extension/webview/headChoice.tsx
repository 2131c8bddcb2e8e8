import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { Heatmap } from './heatmap.tsx';
import { phrases } from './phrases/phrases.ts';
import { useAnswer, useView } from './view.ts';

/** All heads of all layers as small pictures; the chosen one is what the stages show. */
export function HeadChoice(): JSX.Element {
  const { inspection, selection, dispatch } = useView();
  const pictures = useAnswer('thumbnails');
  const all = useMemo(
    () => (pictures === null ? null : new Uint8Array(pictures.answer.pictures)),
    [pictures?.answer.pictures],
  );
  const choose = (layer: number, head: number): void =>
    dispatch({ type: 'select', change: { layer, head, other: null } });
  return (
    <div class="heads" role="radiogroup" aria-label={phrases.headsHeading}>
      {Array.from({ length: inspection.layers }, (_, layer) => (
        <div class="layer" key={layer}>
          <span class="quiet">{phrases.layer(layer + 1)}</span>
          {Array.from({ length: inspection.heads }, (_, head) => {
            const isChosen = layer === selection.layer && head === selection.head;
            const size = pictures?.answer.size ?? 0;
            const start = (layer * inspection.heads + head) * size * size;
            return (
              <button
                key={head}
                type="button"
                role="radio"
                class={`head ${isChosen ? 'chosen' : ''}`}
                aria-checked={isChosen}
                aria-label={phrases.headName(layer + 1, head + 1)}
                onClick={() => choose(layer, head)}
              >
                {all === null ? (
                  head + 1
                ) : (
                  <Heatmap cells={all.subarray(start, start + size * size)} size={size} side={44} />
                )}
              </button>
            );
          })}
        </div>
      ))}
    </div>
  );
}
