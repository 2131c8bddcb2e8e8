import { contexts } from './contexts.ts';
import type { Address } from './kernels.ts';

/** Shape of the counting model: the constants of assembly/counts/model.ts. */
const contextCount = contexts.length;
const orderCount = contexts.filter(({ kind }) => kind === 'order').length;
export const sourceCount = 2 * contextCount;
export const chainCount = 3;
export const chainRoom = 48;
export const outsideInput = 2 * contextCount;
export const chainInput = outsideInput + 1;
export const constantInput = chainInput + chainCount;
export const inputCount = (constantInput + 1 + 3) & ~3;
export const levelCount = 14;
export const cellsPerSource = levelCount * levelCount * 6;
export const tokenLevelCount = 6;
export const bucketCount = levelCount * tokenLevelCount;
export const adjustmentCells = 33;
const outsideClasses = 13;
const hashedAdjustments = 16_384;
const mostDepth = 32;
export const frameBytes = 4_096;
/** (longest order in the project, in the file), each from none on */
const orderPairs = (orderCount + 1) ** 2;
/** depth up to 11, lexical state, in a word, in brackets, at a line's start */
const places = 12 * 4 * 2 * 2 * 2;

/** Rows of each set of weights, see assembly/counts/rows.ts. */
export function setRows(vocabSize: number): readonly number[] {
  const known = contextCount - orderCount + 1;
  return [vocabSize, orderPairs * 12, vocabSize + 1, known * known * 2, places, outsideClasses * orderPairs];
}

export const finalRows = orderPairs + places;

export function adjustmentRows(vocabSize: number): number {
  return vocabSize + hashedAdjustments;
}

/** Most tokens that wait in a search for the likeliest. */
export const searchRoom = 4_096;
/** Most tokens of a text that are supposed beyond the end of a document. */
export const mostSupposed = 1_024;
/** Most tokens of a document that is the current one aside of another. */
const mostAside = 4_096;

export function asideTokens({ documentTokens }: Pick<CountsSize, 'documentTokens'>): number {
  return Math.min(mostAside, documentTokens);
}

export interface CountsSize {
  readonly vocabSize: number;
  /** of all tokens together */
  readonly tokenBytes: number;
  /** most tokens that are counted in the project */
  readonly projectTokens: number;
  /** most tokens of a document */
  readonly documentTokens: number;
}

/** The fields of `Tally` in assembly/counts/model.ts, in their order; each is 4 bytes. */
const tallyFields = [
  'table',
  'buckets',
  'arena',
  'arenaNext',
  'arenaEnd',
  'free0',
  'free1',
  'free2',
  'free3',
  'free4',
] as const;
type TallyField = (typeof tallyFields)[number];

/** The fields of `Model`, in their order; each is 4 bytes: addresses of the regions below, and numbers. */
const modelFields = [
  'vocabSize',
  'root',
  'codes',
  'depths',
  'children',
  'byteStarts',
  'bytes',
  'project',
  'file',
  'document',
  'documentHashes',
  'documentLength',
  'text',
  'textLength',
  'state',
  'hashes',
  'found',
  'followers',
  'cells',
  'weights',
  'setStarts',
  'finalWeights',
  'adjustments',
  'shares',
  'chains',
  'frames',
  'outside',
  'hasOutside',
  'scratch',
  'learningRate',
  'finalLearningRate',
  'chainRate',
  'adjustmentRate',
  'cellLimit',
] as const;
export type ModelField = (typeof modelFields)[number];

const f32 = 4;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** What lies in memory, bytes. The adaptive part is in one piece, from `cells` to `shares`. */
function regionBytes({ vocabSize, tokenBytes, documentTokens }: CountsSize, stateBytes: number) {
  const aside = asideTokens({ documentTokens });
  return {
    model: 4 * modelFields.length,
    project: 4 * tallyFields.length,
    file: 4 * tallyFields.length,
    asideFile: 4 * tallyFields.length,
    codes: 4 * vocabSize,
    depths: vocabSize,
    children: 8 * vocabSize,
    byteStarts: 4 * (vocabSize + 1),
    bytes: tokenBytes,
    document: 2 * documentTokens,
    documentHashes: 8 * contextCount * documentTokens,
    asideDocument: 2 * aside,
    asideHashes: 8 * contextCount * aside,
    text: 2 * (documentTokens + mostSupposed),
    state: stateBytes,
    savedState: stateBytes,
    hashes: 8 * contextCount,
    found: 4 * sourceCount,
    setStarts: 4 * 8,
    chains: chainCount * chainRoom,
    frames: frameBytes * (mostDepth + 1),
    outside: f32 * vocabSize,
    scratch: 4 * (mostDepth + 1),
    tokens: 2 * documentTokens,
    ids: 4 * searchRoom,
    probabilities: 8 * Math.max(searchRoom, vocabSize),
    heap: 32 * (searchRoom + 1),
    followers: 4 * vocabSize,
    cells: 2 * f32 * (sourceCount * cellsPerSource + 1),
    weights: f32 * inputCount * sum(setRows(vocabSize)),
    finalWeights: f32 * 8 * finalRows,
    adjustments: f32 * adjustmentCells * adjustmentRows(vocabSize),
    shares: f32 * chainCount * sourceCount * bucketCount,
  };
}
export type Region = keyof ReturnType<typeof regionBytes>;

export interface CountsPlan {
  readonly at: Readonly<Record<Region, Address>>;
  readonly bytes: number;
  /** [start, end) of what learning changes beside the counts */
  readonly adaptive: readonly [Address, Address];
  readonly project: TallyPlan;
  readonly file: TallyPlan;
  readonly asideFile: TallyPlan;
}

interface TallyPlan {
  readonly table: Address;
  readonly buckets: number;
  readonly arena: Address;
  readonly arenaBytes: number;
}

/**
 * Measured on five repositories: of the 23 contexts of a token 7 to 10 are new, lists take 20 to 35 bytes a token, and every 300th token or so
 * is the 64th different one behind its context.
 */
const newContextsPerToken = 10;
const listBytesPerToken = 40;
const tokensPerDenseContext = 300;
/** Contexts of a bucket of 8 that it is planned for. */
const bucketLoad = 7;

export function planCounts(size: CountsSize, heapBase: number, stateBytes: number): CountsPlan {
  let end = heapBase;
  const take = (bytes: number): Address => {
    const at = Math.ceil(end / 64) * 64;
    end = at + bytes;
    return at as Address;
  };
  const regions = Object.entries(regionBytes(size, stateBytes));
  const at = Object.fromEntries(regions.map(([name, bytes]) => [name, take(bytes)])) as Record<
    Region,
    Address
  >;
  const adaptive = [at.cells, end as Address] as const;
  const tally = (tokens: number): TallyPlan => {
    const buckets = 2 * Math.ceil((tokens * newContextsPerToken) / bucketLoad / 2 + 8);
    // A bucket and its neighbour are two cache lines of one pair.
    take(64);
    end = Math.ceil(end / 128) * 128;
    const table = take(64 * buckets);
    const dense = (tokens / tokensPerDenseContext) * (4 * size.vocabSize + 32);
    const arenaBytes = 16 * Math.ceil((tokens * listBytesPerToken + dense) / 16 + 64);
    return { table, buckets, arena: take(arenaBytes), arenaBytes };
  };
  const [project, file] = [tally(size.projectTokens), tally(size.documentTokens)];
  const asideFile = tally(asideTokens(size));
  return { at, bytes: end, adaptive, project, file, asideFile };
}

/** Writes the structures that the kernels read. */
export function writeStructures(
  memory: WebAssembly.Memory,
  plan: CountsPlan,
  numbers: Partial<Record<ModelField, number>>,
): void {
  const view = new DataView(memory.buffer);
  for (const name of ['project', 'file', 'asideFile'] as const) {
    const { table, buckets, arena, arenaBytes } = plan[name];
    const fields: Partial<Record<TallyField, number>> = {
      table,
      buckets,
      arena,
      arenaNext: arena,
      arenaEnd: arena + arenaBytes,
    };
    tallyFields.forEach((field, i) => view.setUint32(plan.at[name] + 4 * i, fields[field] ?? 0, true));
  }
  modelFields.forEach((field, i) => {
    const at = plan.at.model + 4 * i;
    if (field in plan.at) view.setUint32(at, plan.at[field as Region], true);
    else writeNumber(view, at, field, numbers[field] ?? 0);
  });
}

const fractions: ReadonlySet<ModelField> = new Set([
  'learningRate',
  'finalLearningRate',
  'chainRate',
  'adjustmentRate',
  'cellLimit',
]);

function writeNumber(view: DataView, at: number, field: ModelField, value: number): void {
  if (fractions.has(field)) view.setFloat32(at, value, true);
  else view.setInt32(at, value, true);
}

export function writeField(
  memory: WebAssembly.Memory,
  plan: CountsPlan,
  field: ModelField,
  value: number,
): void {
  writeNumber(new DataView(memory.buffer), plan.at.model + 4 * modelFields.indexOf(field), field, value);
}

/** A whole number. */
export function readField(memory: WebAssembly.Memory, plan: CountsPlan, field: ModelField): number {
  return new DataView(memory.buffer).getInt32(plan.at.model + 4 * modelFields.indexOf(field), true);
}
