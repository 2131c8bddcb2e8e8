import type { CountKernels } from '../../extension/counts/kernels.ts';
import { compiled } from '../engine/compiled.ts';

export function instantiateCounts(memory: WebAssembly.Memory): CountKernels {
  const { module } = compiled('baseline');
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as CountKernels;
}
