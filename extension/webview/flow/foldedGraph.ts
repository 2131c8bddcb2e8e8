import type { Operation, OperationFlow, OperationGraph } from '../../protocol/operations.ts';

/** An operation, or layers that are not looked into. */
export type FlowNode =
  | { readonly key: string; readonly operation: Operation; readonly layers: null }
  | {
      readonly key: string;
      readonly operation: null;
      /** first and last */
      readonly layers: readonly [number, number];
    };

/** Nodes by their keys. */
export interface FlowEdge extends Pick<OperationFlow, 'tensors' | 'skips'> {
  readonly from: string;
  readonly to: string;
}

export interface FoldedGraph {
  /** in the order in which they ran */
  readonly nodes: readonly FlowNode[];
  readonly edges: readonly FlowEdge[];
}

/** The graph with one layer open: those before it are one node, and so are those behind it. */
export function folded({ operations, flows }: OperationGraph, open: number): FoldedGraph {
  const layers = Math.max(0, ...operations.map(({ layer }) => (layer ?? -1) + 1));
  const nodeOf = (operation: Operation): FlowNode => {
    const { name, layer } = operation;
    if (layer === null || layer === open)
      return { key: layer === null ? name : `${layer}.${name}`, operation, layers: null };
    const among = layer < open ? ([0, open - 1] as const) : ([open + 1, layers - 1] as const);
    return { key: among.join('-'), operation: null, layers: among };
  };
  const all = operations.map(nodeOf);
  const nodes = [...new Map(all.map((node) => [node.key, node])).values()];
  const edges = new Map<string, FlowEdge>();
  for (const { from, to, tensors, skips } of flows) {
    const [source, target] = [all[from]!.key, all[to]!.key];
    if (source === target) continue;
    // What goes both through and around a folded layer goes into it.
    const isInto = all[to]!.layers !== null;
    const key = `${source} ${target} ${!isInto && skips}`;
    const before = edges.get(key)?.tensors ?? [];
    edges.set(key, {
      from: source,
      to: target,
      tensors: [...new Set([...before, ...tensors])],
      skips: !isInto && skips,
    });
  }
  return { nodes, edges: [...edges.values()] };
}

/** An edge between rows, and how far from the nodes it runs: 0 straight from one to the next, else beside them. */
export interface DrawnEdge extends FlowEdge {
  readonly row: number;
  readonly toRow: number;
  readonly lane: number;
}

/** Lanes such that no two lines lie on each other: the shortest nearest to the nodes. */
export function drawn({ nodes, edges }: FoldedGraph): DrawnEdge[] {
  const rows = new Map(nodes.map(({ key }, row) => [key, row]));
  const lanes: (readonly [from: number, to: number])[][] = [];
  return edges
    .map((edge) => ({ ...edge, row: rows.get(edge.from)!, toRow: rows.get(edge.to)! }))
    .toSorted((a, b) => a.toRow - a.row - (b.toRow - b.row) || a.row - b.row)
    .map((edge) => {
      const { row, toRow } = edge;
      if (toRow - row === 1 && !edge.skips) return { ...edge, lane: 0 };
      const free = lanes.findIndex((taken) => taken.every(([from, to]) => to <= row || from >= toRow));
      const at = free < 0 ? lanes.length : free;
      (lanes[at] ??= []).push([row, toRow]);
      return { ...edge, lane: at + 1 };
    });
}
