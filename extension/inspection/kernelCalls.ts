import type { Kernels, Ptr } from '../engine/kernels.ts';

/** A call of a kernel, as it was made. */
export interface KernelCall {
  readonly kernel: keyof Kernels;
  readonly args: readonly unknown[];
}

/** f32[…, cols] of rows that are `stride` elements apart; `stride` null: whatever lies in the rows that begin there. */
export interface Block {
  readonly at: Ptr;
  readonly cols: number;
  readonly stride: number | null;
}

/** What a call reads and writes of activations; scratch is nobody's. */
export interface Access {
  readonly reads: readonly Block[];
  readonly writes: readonly Block[];
  /** weights, IDs, tables: they begin there */
  readonly given: readonly Ptr[];
  /** of `reads`, what is only passed on: a copy, or the sum that is added to */
  readonly carried: Block | null;
}

type Kernel = Exclude<keyof Kernels, 'heapBase' | 'peak'>;

/** The kernels that a forward pass is made of. A pass that calls another one has no graph: it is not drawn wrongly. */
const accesses = {
  embeddingForward: (out, table, ids, _rows, cols) => ({
    reads: [],
    writes: [{ at: out, cols, stride: cols }],
    given: [table, ids],
    carried: null,
  }),
  rmsnormForward: (out, rstd, x, weight, _rows, cols) => ({
    reads: [{ at: x, cols, stride: cols }],
    writes: [
      { at: out, cols, stride: cols },
      { at: rstd, cols: 1, stride: 1 },
    ],
    given: [weight],
    carried: null,
  }),
  matmul: (out, outStride, a, aStride, panels, _rows, n, k, accumulate) => {
    const sum = { at: out, cols: n, stride: outStride };
    return {
      reads: [{ at: a, cols: k, stride: aStride }, ...(accumulate ? [sum] : [])],
      writes: [sum],
      given: [panels],
      carried: accumulate ? sum : null,
    };
  },
  ropeForward: (x, cos, sin, _rows, heads, headDim, stride) => {
    const rotated = { at: x, cols: heads * headDim, stride };
    return { reads: [rotated], writes: [rotated], given: [cos, sin], carried: null };
  },
  attentionForward: (
    out,
    logSumExp,
    q,
    k,
    v,
    _rows,
    _past,
    heads,
    headDim,
    qStride,
    kvStride,
    outStride,
  ) => ({
    reads: [
      { at: q, cols: heads * headDim, stride: qStride },
      { at: k, cols: heads * headDim, stride: kvStride },
      { at: v, cols: heads * headDim, stride: kvStride },
    ],
    writes: [
      { at: out, cols: heads * headDim, stride: outStride },
      { at: logSumExp, cols: heads, stride: null },
    ],
    given: [],
    carried: null,
  }),
  relu2Forward: (out, x, count) => ({
    reads: [{ at: x, cols: count, stride: null }],
    writes: [{ at: out, cols: count, stride: null }],
    given: [],
    carried: null,
  }),
  copy: (out, x, count) => {
    const copied = { at: x, cols: count, stride: null };
    return {
      reads: [copied],
      writes: [{ at: out, cols: count, stride: null }],
      given: [],
      carried: copied,
    };
  },
} satisfies { readonly [Name in Kernel]?: (...args: Parameters<Kernels[Name]>) => Access };

/** What a call reads and writes. @throws of a kernel that no forward pass has called so far */
export function accessOf({ kernel, args }: KernelCall): Access {
  if (!Object.hasOwn(accesses, kernel))
    throw new Error(`What the kernel ${kernel} reads and writes is not known.`);
  // The compiler does not follow a call through the table.
  const describe = accesses[kernel as keyof typeof accesses] as (...args: readonly unknown[]) => Access;
  return describe(...args);
}

/** The same kernels, whose calls are written down. */
export function watched(kernels: Kernels): {
  readonly kernels: Kernels;
  readonly calls: readonly KernelCall[];
} {
  const calls: KernelCall[] = [];
  const names = Object.keys(kernels).filter(
    (name): name is Kernel => typeof kernels[name as Kernel] === 'function',
  );
  const watching = names.map((name) => {
    const kernel = kernels[name] as (...args: readonly unknown[]) => unknown;
    return [
      name,
      (...args: readonly unknown[]): unknown => {
        calls.push({ kernel: name, args });
        return kernel(...args);
      },
    ];
  });
  return { kernels: { ...kernels, ...(Object.fromEntries(watching) as Partial<Kernels>) }, calls };
}
