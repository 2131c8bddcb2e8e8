import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { StageAnswers } from '../protocol/stages.ts';
import { Heatmap } from './heatmap.tsx';
import { phrases } from './phrases/phrases.ts';
import { useAnswer, useView } from './view.ts';

/** All heads of all layers as small pictures; the chosen one is what the stages show. */
export function HeadChoice(): JSX.Element {
  const { inspection, selection, dispatch } = useView();
  const answer = useAnswer('thumbnails')?.answer ?? null;
  // The same cells again are not painted again: a choice changes none of the pictures.
  const pictures = useMemo(() => (answer === null ? null : picturesIn(answer)), [answer]);
  const choose = (layer: number, head: number): void =>
    dispatch({ type: 'select', change: { layer, head, other: null } });
  return (
    <div class="heads" role="radiogroup" aria-label={phrases.headsHeading}>
      {Array.from({ length: inspection.layers }, (_, layer) => (
        <div class="layer" key={layer}>
          <span class="quiet">{phrases.layer(layer + 1)}</span>
          {Array.from({ length: inspection.heads }, (_, head) => {
            const isChosen = layer === selection.layer && head === selection.head;
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
                {answer === null || pictures === null ? (
                  head + 1
                ) : (
                  <Heatmap cells={pictures[layer * inspection.heads + head]!} size={answer.size} side={44} />
                )}
              </button>
            );
          })}
        </div>
      ))}
    </div>
  );
}

function picturesIn({ size, pictures }: StageAnswers['thumbnails']): Uint8Array[] {
  const cells = size * size;
  return Array.from(
    { length: pictures.byteLength / cells },
    (_, i) => new Uint8Array(pictures, i * cells, cells),
  );
}
