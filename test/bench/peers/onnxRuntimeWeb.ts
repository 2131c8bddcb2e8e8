import { readFileSync } from 'node:fs';
import { serveTrials } from '../../../extension/bench/trialServer.ts';
import { Random } from '../../../extension/engine/random.ts';
import { packageFile } from './install.ts';

export interface ProductSubject {
  readonly rows: number;
  readonly depth: number;
  readonly cols: number;
}

/** What is used of onnxruntime-web; its own types are there only once it is installed. */
interface OnnxRuntime {
  readonly env: { readonly wasm: { numThreads: number } };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => object;
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: object,
    ): Promise<{ run(feeds: Readonly<Record<string, object>>): Promise<object> }>;
  };
}

/** Both operands are inputs, as a training's are: there is nothing that could be packed beforehand. */
async function open({ rows, depth, cols }: ProductSubject) {
  const name = 'onnxruntime-web';
  const ort = (await import(packageFile(name, 'dist/ort.node.min.mjs').href)) as OnnxRuntime;
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(matMulModel(rows, depth, cols), {
    executionProviders: ['wasm'],
    intraOpNumThreads: 1,
  });
  const random = new Random(1);
  const tensor = (dims: readonly [number, number]): object =>
    new ort.Tensor(
      'float32',
      Float32Array.from({ length: dims[0] * dims[1] }, () => random.normal()),
      dims,
    );
  const feeds = { a: tensor([rows, depth]), b: tensor([depth, cols]) };
  const { version } = JSON.parse(readFileSync(packageFile(name, 'package.json'), 'utf8')) as {
    version: string;
  };
  return {
    facts: { version },
    run: async () => {
      const start = performance.now();
      await session.run(feeds);
      return { ms: performance.now() - start };
    },
    close: () => Promise.resolve(),
  };
}

type Field = readonly [number: number, value: number | string | Uint8Array];

/** A protocol buffer: whole numbers below 128 · 128 and length-delimited fields. @source protobuf.dev, "Encoding" */
function message(...fields: readonly Field[]): Uint8Array {
  const bytes = fields.flatMap(([number, value]) => {
    if (typeof value === 'number') return [number << 3, ...varint(value)];
    const content = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    return [(number << 3) | 2, ...varint(content.length), ...content];
  });
  return Uint8Array.from(bytes);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)];
}

/** c[rows, cols] = a[rows, depth] · b[depth, cols] as an ONNX model. @source onnx/onnx.proto */
function matMulModel(rows: number, depth: number, cols: number): Uint8Array {
  const float32 = 1;
  const value = (name: string, ...dims: readonly number[]): Uint8Array => {
    const shape = message(...dims.map((size): Field => [1, message([1, size])]));
    return message([1, name], [2, message([1, message([1, float32], [2, shape])])]);
  };
  const node = message([1, 'a'], [1, 'b'], [2, 'c'], [4, 'MatMul']);
  const graph = message(
    [1, node],
    [2, 'product'],
    [11, value('a', rows, depth)],
    [11, value('b', depth, cols)],
    [12, value('c', rows, cols)],
  );
  return message([1, 8], [7, graph], [8, message([1, ''], [2, 13])]);
}

void serveTrials(open);
