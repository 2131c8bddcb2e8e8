import { readFileSync } from 'node:fs';
import type { CompiledKernels, KernelBuild } from '../../extension/engine/instantiate.ts';

export const builds: readonly KernelBuild[] = ['baseline', 'relaxed'];

/** The kernels as they ship. */
export function compiled(build: KernelBuild): CompiledKernels {
  const bytes = readFileSync(new URL(`../../dist/kernels.${build}.wasm`, import.meta.url));
  return { build, module: new WebAssembly.Module(bytes) };
}
