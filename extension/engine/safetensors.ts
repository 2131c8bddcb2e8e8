import { type ErrorCode, NihiloError } from '../protocol/errors.ts';
import { fromBrainFloats, fromHalves } from './halfFloats.ts';
import { QuantizedMatrix } from './quantizedMatrix.ts';
import { say, type Sentence } from '../protocol/sentence.ts';

/** Row-major; `data` holds as many values as the shape says. */
export interface Tensor<Data extends Float32Array | Int8Array | Uint16Array = Float32Array> {
  readonly shape: readonly number[];
  readonly data: Data;
}

/** Numbers of 16 bits are float16. */
export type AnyTensor = Tensor<Float32Array | Int8Array | Uint16Array>;

const lengthBytes = 8;
/** The official reader's limit. */
const mostHeaderBytes = 100_000_000;
const advice = say`Copy the file again, or make the model anew.`;

/**
 * A safetensors file: u64 length of the header, the header as JSON, the tensors in the order of the map.
 * The header is padded with spaces to 8 bytes, so that a reader may map the tensors into memory.
 * @returns the file in pieces; those of the tensors are views, so that nothing is kept twice
 * @source the format section of huggingface/safetensors' README
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, AnyTensor>,
  metadata?: Readonly<Record<string, string>>,
): readonly Uint8Array[] {
  // Without a prototype any string is a name, __proto__ too.
  const header = Object.create(null) as Record<string, unknown>;
  if (metadata !== undefined) header['__metadata__'] = metadata;
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    const begin = end;
    end += data.byteLength;
    header[name] = { dtype: dtypeOf(data), shape, data_offsets: [begin, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const start = new Uint8Array(lengthBytes + headerBytes);
  new DataView(start.buffer).setBigUint64(0, BigInt(headerBytes), true);
  start.fill(0x20, lengthBytes);
  start.set(json, lengthBytes);
  const data = [...tensors.values()].map((tensor) => tensor.data);
  return [start, ...data.map((x) => new Uint8Array(x.buffer, x.byteOffset, x.byteLength))];
}

function dtypeOf(data: AnyTensor['data']): Dtype {
  if (data instanceof Float32Array) return 'F32';
  return data instanceof Int8Array ? 'I8' : 'F16';
}

/**
 * The tensors of a safetensors file, in the order in which they lie there. Their data may be views of `bytes`.
 * @param file names the file in errors
 * @throws {NihiloError} checkpointTorn, when the header or the tensors do not fill the file exactly; checkpointForeign, when they do
 *   but are neither floats of 32 or 16 bits nor int8 with scales
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): Map<string, Tensor> {
  const stored = decodeStored(bytes, file);
  const tensors = new Map<string, Tensor>();
  for (const [name, { shape, data }] of stored) {
    if (isScaleOf(name, stored)) continue;
    tensors.set(name, {
      shape,
      data: data instanceof Int8Array ? quantizedOf(name, { shape, data }, stored, file).floats : data,
    });
  }
  return tensors;
}

/**
 * As decodeSafetensors, of a file that somebody else has written. Whole numbers with scales are a form of ours: what the same names mean
 * elsewhere (a scale a block, a zero that is not 0, a scale's inverse) can't be told from the file, so they are refused.
 * @throws {NihiloError} checkpointTorn; checkpointForeign, when they are not floats of 32 or 16 bits
 */
export function decodeFloats(bytes: Uint8Array, file: string): Map<string, Tensor> {
  const floats = new Map<string, Tensor>();
  for (const [name, { shape, data }] of decodeStored(bytes, file, floatDtypes)) {
    if (data instanceof Float32Array) floats.set(name, { shape, data });
  }
  return floats;
}

/**
 * The matrices in whole numbers, as they lie in the file, and nothing else that it holds.
 * @throws {NihiloError} as decodeSafetensors does
 */
export function decodeQuantized(bytes: Uint8Array, file: string): Map<string, QuantizedMatrix> {
  const stored = decodeStored(bytes, file);
  const matrices = new Map<string, QuantizedMatrix>();
  for (const [name, { shape, data }] of stored) {
    if (data instanceof Int8Array) matrices.set(name, quantizedOf(name, { shape, data }, stored, file));
  }
  return matrices;
}

/** As compressed-tensors, the format of vLLM, names the factors of a matrix in whole numbers. */
const scaleSuffix = '_scale';

type StoredTensor = Tensor<Float32Array | Int8Array>;

function isScaleOf(name: string, stored: ReadonlyMap<string, StoredTensor>): boolean {
  return (
    name.endsWith(scaleSuffix) && stored.get(name.slice(0, -scaleSuffix.length))?.data instanceof Int8Array
  );
}

function quantizedOf(
  name: string,
  { shape, data }: Tensor<Int8Array>,
  stored: ReadonlyMap<string, StoredTensor>,
  file: string,
): QuantizedMatrix {
  const scales = stored.get(name + scaleSuffix);
  const [rows = 0, cols = 0] = shape;
  if (shape.length !== 2 || scales?.shape.join() !== `${rows},1` || !(scales.data instanceof Float32Array)) {
    throw failure('checkpointForeign', file, say`${name + scaleSuffix} of shape [${rows}, 1]`, scales?.shape);
  }
  return new QuantizedMatrix([rows, cols], data, scales.data);
}

/** @returns the matrix under the names that `decodeSafetensors` and `decodeQuantized` know */
export function quantizedEntries(
  name: string,
  { shape, whole, scales }: QuantizedMatrix,
): [string, AnyTensor][] {
  return [
    [name, { shape, data: whole }],
    [name + scaleSuffix, { shape: [shape[0], 1], data: scales }],
  ];
}

/** @param known the dtypes that may be in it */
function decodeStored(bytes: Uint8Array, file: string, known = allDtypes): Map<string, StoredTensor> {
  const headerBytes = headerLength(bytes, file);
  const start = lengthBytes + headerBytes;
  const entries = readHeader(bytes.subarray(lengthBytes, start), file, known);
  entries.sort((one, other) => one.begin - other.begin || one.end - other.end);
  const tensors = new Map<string, StoredTensor>();
  let end = 0;
  for (const entry of entries) {
    if (entry.begin !== end) {
      throw failure('checkpointTorn', file, say`${entry.name} to begin at byte ${end}`, entry.begin);
    }
    end = entry.end;
    if (start + end > bytes.length) break;
    const data = bytes.subarray(start + entry.begin, start + end);
    tensors.set(entry.name, { shape: entry.shape, data: dtypes[entry.dtype].decode(data) });
  }
  if (start + end !== bytes.length)
    throw failure('checkpointTorn', file, say`${start + end} bytes`, bytes.length);
  return tensors;
}

type Dtype = 'F32' | 'F16' | 'BF16' | 'I8';

/** What can be read, each without a loss. */
const dtypes: Readonly<
  Record<Dtype, { readonly bytes: number; decode(bytes: Uint8Array): Float32Array | Int8Array }>
> = {
  F32: { bytes: 4, decode: floats },
  F16: { bytes: 2, decode: (bytes) => fromHalves(pairs(bytes)) },
  BF16: { bytes: 2, decode: (bytes) => fromBrainFloats(pairs(bytes)) },
  I8: { bytes: 1, decode: ({ buffer, byteOffset, length }) => new Int8Array(buffer, byteOffset, length) },
};
const floatDtypes: readonly Dtype[] = ['F32', 'F16', 'BF16'];
const allDtypes: readonly Dtype[] = [...floatDtypes, 'I8'];

interface Entry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function headerLength(bytes: Uint8Array, file: string): number {
  if (bytes.length < lengthBytes)
    throw failure('checkpointTorn', file, say`a header`, `${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const most = Math.min(mostHeaderBytes, bytes.length - lengthBytes);
  if (length > most) throw failure('checkpointTorn', file, say`a header of at most ${most} bytes`, length);
  return length;
}

function readHeader(json: Uint8Array, file: string, known: readonly Dtype[]): Entry[] {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (error) {
    throw failure('checkpointTorn', file, say`a header in JSON`, (error as Error).message, error);
  }
  if (!isRecord(header)) throw failure('checkpointTorn', file, say`a header that is an object`, header);
  const named = Object.entries(header).filter(([name]) => name !== '__metadata__');
  return named.map(([name, entry]) => readEntry(name, entry, file, known));
}

function readEntry(name: string, entry: unknown, file: string, known: readonly Dtype[]): Entry {
  if (!isRecord(entry)) throw failure('checkpointTorn', file, say`an object for ${name}`, entry);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!isOneOf(known, dtype)) {
    throw failure('checkpointForeign', file, say`${name} with one of the dtypes ${known.join(', ')}`, dtype);
  }
  if (!isCounts(shape))
    throw failure('checkpointTorn', file, say`${name} with a shape of whole numbers`, shape);
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw failure('checkpointTorn', file, say`${name} with two data_offsets`, offsets);
  }
  const [begin, end] = offsets as [number, number];
  const size = dtypes[dtype].bytes * shape.reduce((product, length) => product * length, 1);
  if (end - begin !== size) {
    throw failure(
      'checkpointTorn',
      file,
      say`${size} bytes for ${name} of shape [${shape.join(', ')}]`,
      end - begin,
    );
  }
  return { name, dtype, shape, begin, end };
}

/** A view where the machine allows it: a checkpoint need not be in memory twice. */
function floats(bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

function pairs(bytes: Uint8Array): Uint16Array {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 2);
}

function isOneOf(known: readonly Dtype[], value: unknown): value is Dtype {
  return known.includes(value as Dtype);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function failure(
  code: ErrorCode,
  file: string,
  expected: Sentence,
  got: unknown,
  cause?: unknown,
): NihiloError {
  const shown = typeof got === 'string' || typeof got === 'number' ? String(got) : JSON.stringify(got);
  const sentence = say`${file} should hold ${expected} and holds ${shown?.slice(0, 120) ?? say`nothing`}. ${advice}`;
  return new NihiloError(code, sentence, { cause });
}
