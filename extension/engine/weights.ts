import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { ModelConfig } from '../protocol/model.ts';
import type { Ptr } from './kernels.ts';
import { elementCount, type ParameterSpec, type PlacedParameter, type WeightPlan } from './layout.ts';
import { Random } from './random.ts';

/** The parameters of one block (weights, or a moment of theirs) by name: views of the memory, which change with it. */
export function tensorViews(
  memory: WebAssembly.Memory,
  parameters: readonly PlacedParameter[],
  base: Ptr,
): Map<string, Float32Array> {
  return new Map(
    parameters.map(({ name, offset, count }) => [
      name,
      new Float32Array(memory.buffer, base + 4 * offset, count),
    ]),
  );
}

/** The same, copied out. */
export function readTensors(
  memory: WebAssembly.Memory,
  parameters: readonly PlacedParameter[],
  base: Ptr,
): Map<string, Float32Array> {
  const views = tensorViews(memory, parameters, base);
  return new Map([...views].map(([name, view]) => [name, view.slice()]));
}

/** @throws {NihiloError} checkpointForeign, when a tensor is missing or has another size */
export function writeTensors(
  memory: WebAssembly.Memory,
  parameters: readonly PlacedParameter[],
  base: Ptr,
  tensors: ReadonlyMap<string, Float32Array>,
): void {
  for (const { name, offset, count } of parameters) {
    new Float32Array(memory.buffer, base + 4 * offset, count).set(tensorOf(tensors, name, count));
  }
}

/** @throws {NihiloError} checkpointForeign, when it is missing or has another size */
export function tensorOf(
  tensors: ReadonlyMap<string, Float32Array>,
  name: string,
  count: number,
): Float32Array {
  const tensor = tensors.get(name);
  if (tensor?.length === count) return tensor;
  throw new NihiloError(
    'checkpointForeign',
    say`The checkpoint should hold ${count} values of ${name} and holds ${tensor?.length ?? say`none`}. Train again.`,
  );
}

/** Random numbers from a seed: the same seed gives the same numbers. */
export function initialTensors(
  parameters: readonly ParameterSpec[],
  seed: number,
): Map<string, Float32Array> {
  const random = new Random(seed);
  return new Map(
    parameters.map(({ name, shape, initialiser }) => {
      const count = elementCount(shape);
      const values = new Float32Array(count);
      switch (initialiser.kind) {
        case 'ones':
          values.fill(1);
          break;
        case 'zeros':
          break;
        case 'normal':
          for (let i = 0; i < count; i++) values[i] = initialiser.std * random.normal();
          break;
      }
      return [name, values];
    }),
  );
}

/** cos and sin of position / θ^(2i / headDim). @source Su et al. 2021 (RoFormer), eq. 15 */
export function writeRopeTables(
  memory: WebAssembly.Memory,
  plan: Pick<WeightPlan, 'ropeCos' | 'ropeSin'>,
  config: ModelConfig,
): void {
  const half = config.hiddenSize / config.numAttentionHeads / 2;
  const cos = new Float32Array(memory.buffer, plan.ropeCos, config.maxPositionEmbeddings * half);
  const sin = new Float32Array(memory.buffer, plan.ropeSin, config.maxPositionEmbeddings * half);
  for (let position = 0; position < config.maxPositionEmbeddings; position++) {
    for (let i = 0; i < half; i++) {
      const angle = position / config.ropeTheta ** (i / half);
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    }
  }
}
