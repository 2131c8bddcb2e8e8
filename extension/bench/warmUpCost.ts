import { presetConfig } from '../engine/config.ts';
import { Decoder } from '../engine/decoder.ts';
import { type CompiledKernels, instantiateKernels, type KernelBuild } from '../engine/instantiate.ts';
import type { Kernels, Ptr } from '../engine/kernels.ts';
import { allocateMemory, parameterTable } from '../engine/layout.ts';
import { initialTensors } from '../engine/weights.ts';
import type { Platform } from '../platform/platform.ts';
import { median } from '../training/timing.ts';

type Task = 'matmul' | 'attention' | 'decode';

/** How long after their instantiation kernels run as fast as they ever will. */
export interface WarmUpCost {
  readonly what: Task;
  /**
   * Until the first call that takes no longer than 1 / 0.95 of the median of the last calls; median of several fresh modules.
   * `without`: the work begins at once. `with`: after 30 calls on tiny shapes, whose time counts.
   */
  readonly fullSpeedAfterMs: { readonly without: number; readonly with: number };
}

const tasks: readonly Task[] = ['matmul', 'attention', 'decode'];
const freshModules = 5;
const calls = 150;
const tinyCalls = 30;
const fullSpeed = 0.95;

/** Takes some seconds and blocks the calling thread. */
export async function measureWarmUp(platform: Platform, build: KernelBuild): Promise<WarmUpCost[]> {
  const bytes = await platform.readAsset(`kernels.${build}.wasm`);
  return tasks.map((what) => {
    const after = (warm: boolean): number =>
      median(Array.from({ length: freshModules }, () => fullSpeedAfterMs(what, bytes, build, warm)));
    return { what, fullSpeedAfterMs: { without: after(false), with: after(true) } };
  });
}

function fullSpeedAfterMs(task: Task, bytes: Uint8Array, build: KernelBuild, warm: boolean): number {
  const [tiny, real] = [calling(task, true), calling(task, false)];
  const compiled = { build, module: unseenModule(bytes) };
  const start = performance.now();
  if (warm) {
    const run = tiny(compiled);
    for (let call = 0; call < tinyCalls; call++) run();
  }
  const run = real(compiled);
  const series = Array.from({ length: calls }, () => {
    const begin = performance.now();
    run();
    return { afterMs: begin - start, ms: performance.now() - begin };
  });
  const final = median(series.slice(-calls / 2).map(({ ms }) => ms));
  return series.find(({ ms }) => ms <= final / fullSpeed)!.afterMs;
}

/** V8 keeps the machine code of bytes that it has seen, for all threads: a custom section of random bytes makes them other ones. */
function unseenModule(bytes: Uint8Array): WebAssembly.Module {
  const name = new TextEncoder().encode('unseen');
  const random = crypto.getRandomValues(new Uint8Array(16));
  const section = [0, 1 + name.length + random.length, name.length, ...name, ...random];
  return new WebAssembly.Module(Uint8Array.from([...bytes, ...section]));
}

/** Instantiates the kernels for calls of the task: those of the preset `default`, or as small as can be. */
type Calling = (compiled: CompiledKernels) => () => void;

function calling(task: Task, tiny: boolean): Calling {
  switch (task) {
    case 'matmul':
      return ({ module }) => product(kernelsWithRoom(module), tiny);
    case 'attention':
      return ({ module }) => attention(kernelsWithRoom(module), tiny);
    case 'decode':
      return decoding(tiny);
  }
}

function kernelsWithRoom(module: WebAssembly.Module): Kernels {
  return instantiateKernels(module, allocateMemory(8 * placeBytes, 4_096));
}

/** Room for each operand; what is not touched costs nothing. */
const placeBytes = 2 ** 22;

function place(index: number): Ptr {
  // The module's own constants are in the first page.
  return (65_536 + index * placeBytes) as Ptr;
}

/** out f32[rows, n] = a f32[rows, k] · panels(k, n) */
function product(kernels: Kernels, tiny: boolean): () => void {
  const [rows, n, k] = tiny ? [8, 16, 16] : [128, 512, 128];
  const [out, a, panels, scratch] = [0, 1, 2, 3].map(place) as [Ptr, Ptr, Ptr, Ptr];
  return () => kernels.matmul(out, n, a, k, panels, rows, n, k, false, scratch);
}

/** forward and backward of one sequence; q, k and v beside each other */
function attention(kernels: Kernels, tiny: boolean): () => void {
  const [rows, heads, headDim] = tiny ? [8, 1, 8] : [128, 4, 32];
  const h = heads * headDim;
  const [qkv, out, logSumExp, dQkv, dOut, scratch] = [0, 1, 2, 3, 4, 5].map(place) as [
    Ptr,
    Ptr,
    Ptr,
    Ptr,
    Ptr,
    Ptr,
  ];
  const [k, v] = [qkv + 4 * h, qkv + 8 * h] as [Ptr, Ptr];
  const [dK, dV] = [dQkv + 4 * h, dQkv + 8 * h] as [Ptr, Ptr];
  return () => {
    kernels.attentionForward(out, logSumExp, qkv, k, v, rows, 0, heads, headDim, 3 * h, 3 * h, h, scratch);
    kernels.attentionBackward(
      dQkv,
      dK,
      dV,
      dOut,
      out,
      logSumExp,
      qkv,
      k,
      v,
      rows,
      heads,
      headDim,
      3 * h,
      3 * h,
      h,
      scratch,
    );
  };
}

/** One more token, with a context that grows and begins anew. That the weights are packed before is counted. */
function decoding(tiny: boolean): Calling {
  const config = presetConfig(tiny ? 'pencil' : 'default');
  const tensors = initialTensors(parameterTable(config), 1);
  return (compiled) => {
    const decoder = new Decoder(compiled, config, tensors, 'f32');
    const ids: number[] = [];
    return () => {
      if (ids.length === config.maxPositionEmbeddings) ids.length = 0;
      ids.push(ids.length % config.vocabSize);
      decoder.next(ids);
    };
  };
}
