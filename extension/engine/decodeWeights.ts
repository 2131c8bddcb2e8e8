import type { ModelConfig } from '../protocol/model.ts';
import { type DecodeMatrix, type DecodePlan, embeddingTensor } from './decodePlan.ts';
import type { Kernels, Ptr } from './kernels.ts';
import { elementCount, type ParameterSpec, parameterTable } from './layout.ts';
import { tensorOf, writeRopeTables } from './weights.ts';

/**
 * Everything of the plan that a model's tensors decide, packed once.
 * @throws {NihiloError} checkpointForeign, when a tensor is missing or has another size
 */
export function writeDecodeWeights(
  kernels: Kernels,
  memory: WebAssembly.Memory,
  plan: DecodePlan,
  config: ModelConfig,
  tensors: ReadonlyMap<string, Float32Array>,
): void {
  const specs = new Map(parameterTable(config).map((spec) => [spec.name, spec]));
  const write = (at: Ptr, names: readonly string[]): void => {
    let next: number = at;
    for (const name of names) {
      const tensor = tensorOf(tensors, name, sizeOf(specs, name));
      new Float32Array(memory.buffer, next, tensor.length).set(tensor);
      next += 4 * tensor.length;
    }
  };
  write(plan.embedding, [embeddingTensor]);
  pack(kernels, plan.head, plan.embedding);
  for (const { inputNorm, middleNorm, qkv, output, up, down } of plan.layers) {
    for (const norm of [inputNorm, middleNorm]) write(norm.at, [norm.tensor]);
    for (const matrix of [qkv, output, up, down]) {
      write(plan.staging, matrix.tensors);
      pack(kernels, matrix, plan.staging);
    }
  }
  write(plan.finalNorm.at, [plan.finalNorm.tensor]);
  writeRopeTables(memory, plan, config);
}

function sizeOf(specs: ReadonlyMap<string, ParameterSpec>, name: string): number {
  return elementCount(specs.get(name)!.shape);
}

/** @param weight f32[matrix.rows, matrix.cols] */
function pack(kernels: Kernels, matrix: DecodeMatrix, weight: Ptr): void {
  const { rows, cols } = matrix;
  switch (matrix.format) {
    case 'f32':
      kernels.packForward(matrix.panels, weight, rows, cols, 0, rows);
      kernels.packColumns(matrix.columns, weight, rows, cols);
      return;
    case 'int8':
      kernels.quantizeWeight(matrix.panels, matrix.scales, matrix.sums, weight, rows, cols);
      return;
  }
}
