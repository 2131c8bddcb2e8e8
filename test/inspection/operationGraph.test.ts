import { describe, expect, it } from 'vitest';
import { forward, normWeight, type Pass, rowAt } from '../../extension/engine/forward.ts';
import { instantiateKernels } from '../../extension/engine/instantiate.ts';
import { allocateMemory, planTraining } from '../../extension/engine/layout.ts';
import { writeRopeTables, writeTensors } from '../../extension/engine/weights.ts';
import { pack, weightTasks } from '../../extension/engine/weightTasks.ts';
import { accessOf, type KernelCall, watched } from '../../extension/inspection/kernelCalls.ts';
import { graphOf, type Region, regionsOf } from '../../extension/inspection/operationGraph.ts';
import { RecordedModel } from '../../extension/inspection/recordedModel.ts';
import type { ModelConfig } from '../../extension/protocol/model.ts';
import type { OperationGraph } from '../../extension/protocol/operations.ts';
import { compiled } from '../engine/compiled.ts';
import { oddConfig, randomTensors, tinyConfig } from '../engine/tinyModel.ts';
import { randomIntegers, uniform } from '../reference/random.ts';

const next = uniform(23);
const whole = (least: number, most: number): number => randomIntegers(next, 1, least, most)[0]!;

function randomConfig(): ModelConfig {
  const heads = whole(1, 3);
  const hiddenSize = 4 * heads * whole(1, 3);
  return {
    ...tinyConfig,
    vocabSize: whole(20, 90),
    hiddenSize,
    intermediateSize: 4 * hiddenSize,
    numAttentionHeads: heads,
    numHiddenLayers: whole(1, 3),
  };
}

const configs = [tinyConfig, oddConfig, ...Array.from({ length: 4 }, randomConfig)];
const tokens = 5;
/** Nothing that a pass computes. */
const untouched = 1.2345e20;

/** A pass whose calls are known, and can be made again one by one. */
class Machine {
  readonly graph: OperationGraph;
  readonly regions: readonly Region[];
  readonly calls: readonly KernelCall[];
  /** index of the call by which each operation was made */
  readonly madeBy: readonly number[];
  readonly #memory: WebAssembly.Memory;
  readonly #pass: Pass;

  constructor(config: ModelConfig, tensors: ReadonlyMap<string, Float32Array>) {
    const { module } = compiled('baseline');
    const probe = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const size = { tokens, chunks: 1, lanes: 1, optimizer: 'adamw' } as const;
    const plan = planTraining(config, size, instantiateKernels(module, probe).heapBase());
    const memory = allocateMemory(plan.bytes, 64);
    const kernels = instantiateKernels(module, memory);
    this.#memory = memory;
    this.#pass = { kernels, config, plan, workspace: plan.workspaces[0]! };
    writeRopeTables(memory, plan, config);
    writeTensors(memory, plan.parameters, plan.weights, tensors);
    for (const task of weightTasks(plan)) if (task.kind !== 'norms') pack(this.#pass, task);
    const ids = randomIntegers(uniform(7), tokens, 0, config.vocabSize - 1);
    new Int32Array(memory.buffer, plan.ids, tokens).set(ids);
    this.regions = regionsOf(plan, config);
    this.calls = this.#watch();
    this.graph = graphOf(this.calls, plan, config);
    this.madeBy = this.calls.flatMap(({ kernel }, i) => (kernel === 'copy' ? [] : [i]));
  }

  #watch(): readonly KernelCall[] {
    const { kernels, calls } = watched(this.#pass.kernels);
    const { plan, config, workspace } = this.#pass;
    const { hiddenSize: h, vocabSize, rmsNormEps } = config;
    forward({ ...this.#pass, kernels }, { index: 0, rowStart: 0, sequences: 1, length: tokens });
    const norm = normWeight(plan, 2 * config.numHiddenLayers);
    const last = rowAt(plan.finalInput, tokens - 1, h);
    const { finalNorm, finalRstd, logits, scratch } = workspace;
    kernels.rmsnormForward(finalNorm, finalRstd, last, norm, 1, h, rmsNormEps);
    const { forwardPanels } = plan.head;
    kernels.matmul(logits, vocabSize, finalNorm, h, forwardPanels, 1, vocabSize, h, false, scratch);
    return calls;
  }

  /** Makes all calls again, from a memory in which nothing has been computed; `look` is called behind each. */
  replay(look: (call: number) => void): void {
    for (const region of this.regions) this.values(region).fill(untouched);
    this.calls.forEach(({ kernel, args }, i) => {
      const call = this.#pass.kernels[kernel] as (...args: readonly unknown[]) => unknown;
      call(...args);
      look(i);
    });
  }

  values({ start, width, rows }: Region): Float32Array {
    return new Float32Array(this.#memory.buffer, start, width * rows);
  }

  /** All memory but what kernels keep their own numbers in, the last that was laid out. */
  image(): Uint8Array {
    return new Uint8Array(this.#memory.buffer, 0, this.#pass.workspace.scratch).slice();
  }

  /** Columns that a call writes, by its description, as parts of regions. */
  writtenBy(call: number): { readonly region: Region; readonly part: Region['parts'][number] }[] {
    return accessOf(this.calls[call]!).writes.flatMap(({ at, cols, stride }) => {
      const region = this.regions.find(
        ({ start, width, rows }) => at >= start && at < start + 4 * width * rows,
      )!;
      const from = ((at - region.start) / 4) % region.width;
      return region.parts
        .filter((part) => stride === null || (part.from < from + cols && part.to > from))
        .map((part) => ({ region, part }));
    });
  }

  /** Numbers of a part, token by token. */
  numbersOf(region: Region, part: Region['parts'][number]): number[] {
    return [...this.values(region)].filter((_, i) => {
      const column = i % region.width;
      return column >= part.from && column < part.to;
    });
  }

  /** What each operation has written, as it has left it. @param disturb is called behind each call */
  outputs(disturb: (call: number) => void = () => {}): string[] {
    const written: string[] = [];
    this.replay((call) => {
      const made = this.writtenBy(call).map(({ region, part }) => this.numbersOf(region, part));
      if (this.madeBy.includes(call)) written.push(String(made));
      disturb(call);
    });
    return written;
  }
}

/** Operations that a part of what one has written reaches. */
function reachedFrom({ flows }: OperationGraph, from: number, tensor: string): Set<number> {
  const reached = new Set(
    flows.filter((flow) => flow.from === from && flow.tensors.includes(tensor)).map(({ to }) => to),
  );
  // In the order in which they ran.
  for (const flow of flows) if (reached.has(flow.from)) reached.add(flow.to);
  return reached;
}

describe.each(configs.map((config) => [`${config.numHiddenLayers} × ${config.hiddenSize}`, config] as const))(
  'the graph of operations of a model of %s',
  (_, config) => {
    const tensors = randomTensors(config, 3);
    const machine = new Machine(config, tensors);
    const { graph } = machine;

    it('says of every call where it writes: no other byte of the memory changes, and all of those do', () => {
      let before = machine.image();
      let isFirst = true;
      machine.replay((call) => {
        const written = machine.writtenBy(call);
        const image = machine.image();
        if (!isFirst) {
          const allowed = new Uint8Array(image.length);
          for (const { region, part } of written) {
            for (let row = 0; row < region.rows; row++) {
              const start = region.start + 4 * (row * region.width + part.from);
              allowed.fill(1, start, start + 4 * (part.to - part.from));
            }
          }
          const stray = image.findIndex((byte, i) => byte !== before[i] && allowed[i] === 0);
          expect(stray, machine.calls[call]!.kernel).toBe(-1);
        }
        isFirst = false;
        before = image;
        for (const { region, part } of written) {
          const rows = ['finalNorm', 'logits'].includes(region.name ?? '') ? 1 : tokens;
          const numbers = machine.numbersOf(region, part).slice(0, rows * (part.to - part.from));
          if (region.name !== null) expect(numbers).not.toContain(Math.fround(untouched));
        }
      });
    });

    it('says who reads what: another number in what one operation has written changes those that it flows to, and no other', () => {
      const undisturbed = machine.outputs();
      expect(undisturbed).toHaveLength(graph.operations.length);
      graph.operations.forEach((operation, from) => {
        const call = machine.madeBy[from]!;
        for (const { region, part } of machine.writtenBy(call)) {
          const disturbed = machine.outputs((at) => {
            if (at !== call) return;
            machine.values(region).forEach((value, i, all) => {
              const column = i % region.width;
              if (column >= part.from && column < part.to) all[i] = value + 0.3 + 0.1 * Math.sin(i);
            });
          });
          const changed = disturbed.flatMap((values, i) => (values === undisturbed[i] ? [] : [i]));
          const expected = [...reachedFrom(graph, from, part.name)].sort((a, b) => a - b);
          expect(changed, `${operation.name} ${operation.layer}: ${part.name}`).toEqual(expected);
        }
      });
    });

    it('says what is given: another weight changes the operations that read it, and what flows from them', () => {
      const undisturbed = machine.outputs();
      for (const [name, values] of tensors) {
        const other = new Map(tensors).set(
          name,
          values.map((value, i) => value + 0.2 + 0.1 * Math.sin(i)),
        );
        const disturbed = new Machine(config, other).outputs();
        const changed = disturbed.flatMap((values, i) => (values === undisturbed[i] ? [] : [i]));
        // One product makes query, key and value, each of its own weights.
        const made = { q_proj: 'query', k_proj: 'key', v_proj: 'value' }[name.split('.').at(-2)!];
        const expected = new Set<number>();
        graph.operations.forEach(({ given, name: own }, i) => {
          if (!given.includes(name)) return;
          expected.add(i);
          for (const to of reachedFrom(graph, i, made ?? own)) expected.add(to);
        });
        expect(changed, name).toEqual([...expected].sort((a, b) => a - b));
      }
    });

    it('is what the Inspector’s model tells of its own run', () => {
      const model = new RecordedModel(compiled('baseline'), config, tensors);
      model.run([1, 2, 3]);
      const before = [...model.output(config.numHiddenLayers - 1, 2)];
      expect(model.operations()).toEqual(graph);
      expect([...model.output(config.numHiddenLayers - 1, 2)]).toEqual(before);
    });
  },
);

it('has the two ways around of a layer: around attention, and around the neurons', () => {
  const model = new RecordedModel(
    compiled('baseline'),
    { ...tinyConfig, numHiddenLayers: 1 },
    randomTensors({ ...tinyConfig, numHiddenLayers: 1 }, 1),
  );
  model.run([1, 2, 3]);
  const { operations, flows } = model.operations();
  const said = flows.map(({ from, to, tensors, skips }) => {
    const [source, target] = [operations[from]!.name, operations[to]!.name];
    return `${source} ${skips ? '⇢' : '→'} ${target}: ${tensors.join(', ')}`;
  });
  expect(said).toEqual([
    'embedding → inputNorm: embedding',
    'inputNorm → queryKeyValue: inputNorm',
    'queryKeyValue → rotation: query, key',
    'rotation → attention: query, key',
    'queryKeyValue → attention: value',
    'attention → middle: attention',
    'embedding ⇢ middle: embedding',
    'middle → middleNorm: middle',
    'middleNorm → up: middleNorm',
    'up → activated: up',
    'activated → output: activated',
    'middle ⇢ output: middle',
    'output → finalNorm: output',
    'finalNorm → logits: finalNorm',
  ]);
  expect(operations.map(({ kernels }) => kernels.join(' '))).toEqual([
    'embeddingForward',
    'rmsnormForward',
    'matmul',
    'ropeForward',
    'attentionForward',
    'copy matmul',
    'rmsnormForward',
    'matmul',
    'relu2Forward',
    'copy matmul',
    'rmsnormForward',
    'matmul',
  ]);
});

it('is not told of a pass with a kernel that nobody has described', () => {
  expect(() => accessOf({ kernel: 'adamw', args: [] })).toThrow('adamw');
});
