import type { JSX } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import { cellOf } from '../protocol/pictureCells.ts';
import type { StageAnswers } from '../protocol/stages.ts';
import { decimal } from './figures.ts';
import { Heatmap } from './heatmap.tsx';
import { hasModifier } from './keys.ts';
import { phrases } from './phrases/phrases.ts';
import { strongestIn, tokensIn } from './stages/headCells.ts';
import { LooksAt } from './stages/looksAt.tsx';
import { useAnswer, useView } from './view.ts';

/** All heads of all layers as small pictures; the chosen one is what the stages show. */
export function HeadChoice(): JSX.Element {
  const { inspection, selection, select } = useView();
  const answer = useAnswer('thumbnails')?.answer ?? null;
  // The same cells again are not painted again: a choice changes none of the pictures.
  const pictures = useMemo(() => (answer === null ? null : picturesIn(answer)), [answer]);
  const [previewed, setPreviewed] = useState<number | null>(null);
  const choose = (layer: number, head: number): void => select({ layer, head, other: null });
  const group = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (hasModifier(event)) return;
    const next = headAt(event.key, selection, inspection);
    if (next === null) return;
    event.preventDefault();
    choose(next.layer, next.head);
    const radios = group.current!.querySelectorAll<HTMLElement>('[role="radio"]');
    radios[next.layer * inspection.heads + next.head]!.focus();
  };
  return (
    <>
      <div
        class="heads"
        role="radiogroup"
        aria-label={phrases.headsHeading}
        ref={group}
        onKeyDown={onKeyDown}
      >
        {Array.from({ length: inspection.layers }, (_, layer) => (
          <div class="layer" key={layer}>
            <span class="quiet">{phrases.layer(layer + 1)}</span>
            {Array.from({ length: inspection.heads }, (_, head) => {
              const at = layer * inspection.heads + head;
              return (
                <Head
                  key={head}
                  layer={layer}
                  head={head}
                  isChosen={layer === selection.layer && head === selection.head}
                  cells={pictures?.[at]}
                  size={answer?.size ?? 0}
                  onChoose={() => choose(layer, head)}
                  onPreview={(isOn) => setPreviewed(isOn ? at : null)}
                />
              );
            })}
          </div>
        ))}
      </div>
      <Preview
        head={previewed}
        cells={previewed === null ? undefined : pictures?.[previewed]}
        size={answer?.size ?? 0}
      />
    </>
  );
}

interface HeadProps extends HeadIndex {
  readonly isChosen: boolean;
  /** absent: not known yet */
  readonly cells: Uint8Array | undefined;
  readonly size: number;
  readonly onChoose: () => void;
  /** it is pointed at, or no longer */
  readonly onPreview: (isOn: boolean) => void;
}

function Head({ layer, head, isChosen, cells, size, onChoose, onPreview }: HeadProps): JSX.Element {
  return (
    <button
      type="button"
      role="radio"
      class={`head ${isChosen ? 'chosen' : ''}`}
      aria-checked={isChosen}
      tabIndex={isChosen ? 0 : -1}
      aria-label={phrases.headName(layer + 1, head + 1)}
      onClick={onChoose}
      onPointerEnter={() => onPreview(true)}
      onPointerLeave={() => onPreview(false)}
      onFocus={() => onPreview(true)}
      onBlur={() => onPreview(false)}
    >
      {cells === undefined ? head + 1 : <Heatmap cells={cells} size={size} side={44} />}
    </button>
  );
}

/** The head that a key leads to from the chosen one; null for keys that are not the heads'. A row is a layer. */
function headAt(
  key: string,
  { layer, head }: HeadIndex,
  { layers, heads }: { readonly layers: number; readonly heads: number },
): HeadIndex | null {
  const [lastLayer, lastHead] = [layers - 1, heads - 1];
  switch (key) {
    case 'ArrowLeft':
      return { layer, head: Math.max(0, head - 1) };
    case 'ArrowRight':
      return { layer, head: Math.min(lastHead, head + 1) };
    case 'ArrowUp':
      return { layer: Math.max(0, layer - 1), head };
    case 'ArrowDown':
      return { layer: Math.min(lastLayer, layer + 1), head };
    case 'Home':
      return { layer: 0, head: 0 };
    case 'End':
      return { layer: lastLayer, head: lastHead };
    default:
      return null;
  }
}

interface HeadIndex {
  readonly layer: number;
  readonly head: number;
}

interface PreviewProps {
  /** over all layers; null: none is pointed at */
  readonly head: number | null;
  /** absent: not known yet */
  readonly cells: Uint8Array | undefined;
  readonly size: number;
}

/** Which head is pointed at, and what the chosen token looks at most in it, as far as its picture tells. */
function Preview({ head, cells, size }: PreviewProps): JSX.Element {
  const { inspection } = useView();
  const { heads, tokens, position } = inspection;
  return (
    <div class="looked" role="status" data-head={head}>
      {head !== null && (
        <>
          <p>{phrases.headName(Math.floor(head / heads) + 1, (head % heads) + 1)}</p>
          {cells !== undefined && (
            <Strongest cells={cells} size={size} tokens={tokens.length} at={position} />
          )}
        </>
      )}
    </div>
  );
}

interface StrongestProps {
  readonly cells: Uint8Array;
  readonly size: number;
  readonly tokens: number;
  readonly at: number;
}

/** Of a long text a cell of the picture is several tokens. */
function Strongest({ cells, size, tokens, at }: StrongestProps): JSX.Element {
  const picture = { side: size, tokens };
  const row = cellOf(at, picture);
  const { column, share } = strongestIn(cells, size, row);
  if (size === tokens) return <LooksAt row={at} column={column} share={share} />;
  const block = (cell: number): string => tokensIn(cell, picture);
  return <p>{phrases.blockLooksMost(block(row), block(column), decimal(share.value, 2))}</p>;
}

function picturesIn({ size, pictures }: StageAnswers['thumbnails']): Uint8Array[] {
  const cells = size * size;
  return Array.from(
    { length: pictures.byteLength / cells },
    (_, i) => new Uint8Array(pictures, i * cells, cells),
  );
}
