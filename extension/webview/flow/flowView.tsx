import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { OperationName } from '../../protocol/operations.ts';
import type { StageId } from '../../protocol/stages.ts';
import { hasModifier } from '../keys.ts';
import { phrases } from '../phrases/phrases.ts';
import { still } from '../still.tsx';
import { useAnswer, useView, type View } from '../view.ts';
import { type DrawnEdge, drawn, type FlowNode, folded, type FoldedGraph } from './foldedGraph.ts';

/** Pixels: of a row, between lanes, and of a node's mark. */
const [rowHeight, laneWidth, radius] = [24, 8, 5];

/** Where the numbers are that an operation makes. */
const stageOf: Readonly<Record<OperationName, StageId>> = {
  embedding: 'vectors',
  inputNorm: 'mix',
  queryKeyValue: 'attention',
  rotation: 'attention',
  attention: 'attention',
  middle: 'mix',
  middleNorm: 'neurons',
  up: 'neurons',
  activated: 'neurons',
  output: 'neurons',
  finalNorm: 'scores',
  logits: 'scores',
};

/** How numbers flow from tokens to scores, as the engine has been seen to compute them: the chosen layer, with its ways around. */
export function FlowView(): JSX.Element {
  const { selection, state, select, dispatch } = useView();
  const asked = useAnswer('operations');
  return (
    <details
      class="flow"
      open={selection.flow}
      onToggle={(event) => {
        const { open } = event.currentTarget;
        if (open !== selection.flow) select({ flow: open });
      }}
    >
      <summary>{phrases.flowHeading(selection.layer + 1)}</summary>
      {selection.flow && asked !== null && (
        <Flow graph={asked.answer} open={selection.layer} stage={state.stage} dispatch={dispatch} />
      )}
    </details>
  );
}

interface FlowProps {
  readonly graph: Parameters<typeof folded>[0];
  readonly open: number;
  readonly stage: StageId;
  readonly dispatch: View['dispatch'];
}

/** Another token flows the same way. */
const Flow = still(function Flow({ graph, open, stage: shownStage, dispatch }: FlowProps): JSX.Element {
  const [told, setTold] = useState<string | null>(null);
  const shown = useMemo(() => folded(graph, open), [graph, open]);
  const edges = useMemo(() => drawn(shown), [shown]);
  const current = shown.nodes.find(({ operation }) => stageIn(operation) === shownStage) ?? null;
  const node = shown.nodes.find(({ key }) => key === told) ?? current ?? shown.nodes[0]!;
  const gutter = (1 + Math.max(...edges.map(({ lane }) => lane))) * laneWidth + 2 * radius;
  const toolbar = useRef<HTMLDivElement>(null);
  const isOpening = useRef(false);
  useLayoutEffect(() => {
    if (!isOpening.current) return;
    isOpening.current = false;
    // The node that was opened is no longer there: the keyboard goes on in its layer.
    const { key } = current ?? shown.nodes.find(({ operation }) => operation?.layer === open)!;
    toolbar.current!.querySelector<HTMLElement>(`[data-node="${key}"]`)!.focus();
  }, [open]);
  const openNode = ({ operation, layers }: FlowNode): void => {
    isOpening.current = layers !== null;
    if (layers !== null)
      dispatch({ type: 'select', change: { layer: layers[0] > open ? layers[0] : layers[1] } });
    const stage = stageIn(operation);
    if (stage !== null) dispatch({ type: 'openStage', stage });
  };
  return (
    <>
      <p class="quiet">{phrases.flowHint}</p>
      <div class="flow-frame">
        <Lines edges={edges} rows={shown.nodes.length} gutter={gutter} told={node.key} nodes={shown.nodes} />
        <div
          ref={toolbar}
          role="toolbar"
          aria-orientation="vertical"
          aria-label={phrases.flowHeading(open + 1)}
          style={{ paddingInlineStart: `${gutter}px` }}
          onKeyDown={moveAmongButtons}
          onMouseLeave={() => setTold(null)}
        >
          {shown.nodes.map((each) => (
            <button
              key={each.key}
              type="button"
              class={`flow-node ${current !== null && stageIn(each.operation) === shownStage ? 'here' : ''}`}
              data-node={each.key}
              tabIndex={each === node ? 0 : -1}
              aria-current={each === current ? 'location' : undefined}
              aria-describedby={each === node ? 'flow-told' : undefined}
              onClick={() => openNode(each)}
              onFocus={() => setTold(each.key)}
              onMouseEnter={() => setTold(each.key)}
            >
              {nameOf(each)}
            </button>
          ))}
        </div>
      </div>
      <p class="flow-told" id="flow-told">
        {sentenceOf(node, shown)}
      </p>
    </>
  );
});

function stageIn(operation: FlowNode['operation']): StageId | null {
  return operation === null ? null : stageOf[operation.name];
}

function nameOf({ operation, layers }: FlowNode): string {
  if (operation !== null) return phrases.operations[operation.name];
  return phrases.flowLayers(layers![0] + 1, layers![1] + 1);
}

/** What a node reads and is made with, as the engine called it. */
function sentenceOf(node: FlowNode, { nodes, edges }: FoldedGraph): string {
  const sources = (skips: boolean): string =>
    edges
      .filter((edge) => edge.to === node.key && edge.skips === skips)
      .map(({ from, tensors }) => {
        const source = nodes.find(({ key }) => key === from)!;
        const isAll = source.operation?.name !== 'queryKeyValue' && source.operation?.name !== 'rotation';
        return isAll ? nameOf(source) : `${nameOf(source)} (${tensors.map(tensorName).join(', ')})`;
      })
      .join(', ');
  const given = (node.operation?.given ?? []).map((name) =>
    name.replace(/^model\.(layers\.\d+\.)?|\.weight$/g, ''),
  );
  return [
    `${nameOf(node)}.`,
    ...(sources(false) === '' ? [] : [phrases.flowReads(sources(false))]),
    ...(sources(true) === '' ? [] : [phrases.flowAdds(sources(true))]),
    ...(given.length === 0 ? [] : [phrases.flowGiven(given.join(', '))]),
    ...(node.operation === null ? [] : [phrases.flowKernels(node.operation.kernels.join(', '))]),
  ].join(' ');
}

function tensorName(name: string): string {
  const known: Readonly<Record<string, string>> = phrases.tensors;
  return known[name] ?? name;
}

function moveAmongButtons(event: KeyboardEvent): void {
  const toolbar = event.currentTarget;
  if (!(toolbar instanceof HTMLElement) || hasModifier(event)) return;
  const all = [...toolbar.querySelectorAll('button')];
  const at = all.findIndex((button) => button === event.target);
  const keys = new Map([
    ['ArrowDown', at + 1],
    ['ArrowUp', at - 1],
    ['Home', 0],
    ['End', all.length - 1],
  ]);
  const to = keys.get(event.key);
  if (to === undefined) return;
  event.preventDefault();
  all[to]?.focus();
}

interface LinesProps {
  readonly edges: readonly DrawnEdge[];
  readonly nodes: readonly FlowNode[];
  readonly rows: number;
  readonly gutter: number;
  readonly told: string;
}

/** The lines, for the eyes: what a node reads is told in words, too. */
function Lines({ edges, nodes, rows, gutter, told }: LinesProps): JSX.Element {
  const x = gutter - radius - 2;
  const height = rows * rowHeight;
  const middle = (row: number): number => (row + 0.5) * rowHeight;
  return (
    <svg width={gutter} height={height} viewBox={`0 0 ${gutter} ${height}`} aria-hidden="true">
      {edges.map((edge) => (
        <g
          key={`${edge.from} ${edge.to} ${edge.skips}`}
          class={`${edge.skips ? 'skips' : ''} ${edge.to === told || edge.from === told ? 'told' : ''}`}
          data-from={edge.from}
          data-to={edge.to}
          data-skips={edge.skips}
        >
          <path class="line" d={lineOf(edge, x, middle)} />
          <path class="tip" d={tipOf(edge, x, middle)} />
        </g>
      ))}
      {nodes.map(({ key }, row) => (
        <g key={key} class={key === told ? 'told' : ''}>
          <circle cx={x} cy={middle(row)} r={radius} />
          {edges.some(({ to, skips }) => to === key && skips) && (
            <path class="plus" d={`M${x - 3} ${middle(row)}h6M${x} ${middle(row) - 3}v6`} />
          )}
        </g>
      ))}
    </svg>
  );
}

/** Away from a node a little below its middle, to one a little above: lines that end and begin at one stay two. */
const aside = 3;

function lineOf({ row, toRow, lane }: DrawnEdge, x: number, middle: (row: number) => number): string {
  if (lane === 0) return `M${x} ${middle(row) + radius}V${middle(toRow) - radius}`;
  const [from, to] = [middle(row) + aside, middle(toRow) - aside];
  const at = x - radius - lane * laneWidth + 2;
  return `M${x - radius} ${from}H${at + 4}Q${at} ${from} ${at} ${from + 4}V${to - 4}Q${at} ${to} ${at + 4} ${to}H${x - radius}`;
}

function tipOf({ toRow, lane }: DrawnEdge, x: number, middle: (row: number) => number): string {
  if (lane === 0) return `M${x} ${middle(toRow) - radius}l-3 -5h6z`;
  return `M${x - radius + 1} ${middle(toRow) - aside}l-5 -3v6z`;
}
