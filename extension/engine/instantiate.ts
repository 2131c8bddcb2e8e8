import { instantiateSync } from '@assemblyscript/loader';
import { relaxedSimd } from 'wasm-feature-detect';
import type { Kernels } from './kernels.ts';

/** `relaxed` fuses multiply and add where the processor can; `baseline` gives the same bits on every machine. */
export type KernelBuild = 'baseline' | 'relaxed';

export interface CompiledKernels {
  readonly build: KernelBuild;
  readonly module: WebAssembly.Module;
}

/** @param readAsset gives `kernels.<build>.wasm` */
export async function compileKernels(
  readAsset: (name: string) => Promise<Uint8Array>,
  reproducible: boolean,
): Promise<CompiledKernels> {
  const build = !reproducible && (await relaxedSimd()) ? 'relaxed' : 'baseline';
  const bytes = await readAsset(`kernels.${build}.wasm`);
  return { build, module: await WebAssembly.compile(bytes as BufferSource) };
}

/** Synchronous, because a lane has no event loop to wait in. */
export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  return instantiateSync(module, { env: { memory } }).exports as unknown as Kernels;
}

/** First byte that may be planned: the module's own constants lie below. A throw-away instance tells. */
export function heapBase({ module }: CompiledKernels): number {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  return instantiateKernels(module, memory).heapBase();
}
