import type { Ptr } from '../engine/kernels.ts';
import type { Matrix, TrainingPlan } from '../engine/layout.ts';
import type { ModelConfig } from '../protocol/model.ts';
import type { Operation, OperationFlow, OperationGraph, OperationName } from '../protocol/operations.ts';
import { accessOf, type Block, type KernelCall } from './kernelCalls.ts';

/** Where one kind of activation lies: f32[tokens, width]. */
export interface Region {
  /** what writes it; null: on the side, no operation is named for it */
  readonly name: OperationName | null;
  readonly layer: number | null;
  readonly start: Ptr;
  readonly width: number;
  readonly rows: number;
  /** its columns by what they are */
  readonly parts: readonly Part[];
}

interface Part {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** All activations of a pass. What a layer gives is where the next one reads it: it belongs to who made it. */
export function regionsOf(plan: TrainingPlan, config: ModelConfig): Region[] {
  const { hiddenSize: h, intermediateSize: f, vocabSize, numAttentionHeads: heads } = config;
  const { tokens, activations, workspaces, finalInput } = plan;
  const region = (
    name: OperationName | null,
    layer: number | null,
    start: Ptr,
    width: number,
    rows = tokens,
  ): Region => ({ name, layer, start, width, rows, parts: [{ name: name ?? '', from: 0, to: width }] });
  const [workspace] = workspaces;
  return [
    region('embedding', null, activations[0]?.input ?? finalInput, h),
    ...activations.flatMap((at, layer) => {
      const heads3 = ['query', 'key', 'value'].map((name, i) => ({ name, from: i * h, to: (i + 1) * h }));
      return [
        region('inputNorm', layer, at.inputNorm, h),
        region(null, layer, at.inputRstd, 1),
        { ...region('queryKeyValue', layer, at.qkv, 3 * h), parts: heads3 },
        region('attention', layer, at.attention, h),
        region(null, layer, at.logSumExp, heads),
        region('middle', layer, at.middle, h),
        region('middleNorm', layer, at.middleNorm, h),
        region(null, layer, at.middleRstd, 1),
        region('up', layer, at.up, f),
        region('activated', layer, at.activated, f),
        region('output', layer, activations[layer + 1]?.input ?? finalInput, h),
      ];
    }),
    region('finalNorm', null, workspace!.finalNorm, h, plan.chunkRows),
    region(null, null, workspace!.finalRstd, 1, plan.chunkRows),
    region('logits', null, workspace!.logits, vocabSize, plan.headRows),
  ];
}

/** Who has left what lies in a part, and what it was called there. */
interface Left {
  readonly by: number;
  readonly as: string;
  /** the kernel that has brought it here, unchanged */
  readonly copiedBy: string | null;
}

/** What the calls of a pass come to: who reads what whom has written, whatever the code says that made them. */
export function graphOf(
  calls: readonly KernelCall[],
  plan: TrainingPlan,
  config: ModelConfig,
): OperationGraph {
  const regions = regionsOf(plan, config);
  const given = givenBy(plan);
  const left = new Map<Part, Left>();
  const operations: Operation[] = [];
  const flows: OperationFlow[] = [];
  for (const call of calls) {
    const access = accessOf(call);
    const read = (block: Block): Left[] =>
      partsOf(block, regions).map(([part]) => {
        const found = left.get(part);
        if (found === undefined)
          throw new Error(`${call.kernel} reads ${part.name}, which nothing has written.`);
        return found;
      });
    if (call.kernel === 'copy') {
      const sources = access.reads.flatMap(read);
      partsOf(access.writes[0]!, regions).forEach(([part], i) => {
        left.set(part, { ...sources[i]!, copiedBy: call.kernel });
      });
      continue;
    }
    const carried = access.carried === null ? [] : read(access.carried);
    const to = operations.length;
    for (const block of access.reads) addFlows(flows, read(block), to, block === access.carried);
    const written = access.writes.flatMap((block) => partsOf(block, regions));
    const [, region] = written[0]!;
    operations.push({
      name: call.kernel === 'ropeForward' ? 'rotation' : region.name!,
      layer: region.layer,
      kernels: [...carried.flatMap(({ copiedBy }) => copiedBy ?? []), call.kernel],
      given: access.given.flatMap((at) => given.get(at) ?? `at ${at}`),
    });
    for (const [part] of written) left.set(part, { by: to, as: part.name, copiedBy: null });
  }
  return { operations, flows };
}

/** What one operation reads of another one is one flow; what it is added to is another. */
function addFlows(flows: OperationFlow[], sources: readonly Left[], to: number, skips: boolean): void {
  for (const { by, as } of sources) {
    const at = flows.findIndex((flow) => flow.from === by && flow.to === to && flow.skips === skips);
    const before = flows[at];
    if (before === undefined) flows.push({ from: by, to, tensors: [as], skips });
    else flows[at] = { ...before, tensors: [...before.tensors, as] };
  }
}

/** The parts that a block reaches, with where they lie. @throws where rows are not as far apart as there */
function partsOf({ at, cols, stride }: Block, regions: readonly Region[]): [Part, Region][] {
  const region = regions.find(({ start, width, rows }) => at >= start && at < start + 4 * width * rows);
  if (region === undefined) throw new Error(`Nothing that is known lies at ${at}.`);
  const { start, width, parts } = region;
  if (stride === null) return parts.map((part) => [part, region]);
  if (stride !== width)
    throw new Error(`Rows of ${region.name} are ${width} apart, and are read as ${stride}.`);
  const from = ((at - start) / 4) % width;
  return parts.filter((part) => part.from < from + cols && part.to > from).map((part) => [part, region]);
}

/** What lies there before a pass begins: the weights, packed or as they are, by Hugging Face's names, and the rest of its input. */
function givenBy(plan: TrainingPlan): ReadonlyMap<Ptr, readonly string[]> {
  const { parameters, weights, head, layers, ids, ropeCos, ropeSin } = plan;
  const namesIn = ({ offset, rows, cols }: Matrix): string[] =>
    parameters
      .filter((parameter) => parameter.offset >= offset && parameter.offset < offset + rows * cols)
      .map(({ name }) => name);
  const matrices = [head, ...layers.flatMap(({ qkv, output, up, down }) => [qkv, output, up, down])];
  return new Map<Ptr, readonly string[]>([
    ...parameters.map(({ name, offset }) => [(weights + 4 * offset) as Ptr, [name]] as const),
    ...matrices.map((matrix) => [matrix.forwardPanels, namesIn(matrix)] as const),
    [ids, ['ids']],
    [ropeCos, ['cos']],
    [ropeSin, ['sin']],
  ]);
}
