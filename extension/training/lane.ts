import { toPlainError } from '../protocol/errors.ts';
import type { ModelConfig } from '../protocol/model.ts';
import { backward } from '../engine/backward.ts';
import { type Chunk, forward, type Pass } from '../engine/forward.ts';
import { headForward, headForwardBackward, type Turns } from '../engine/head.ts';
import { instantiateKernels } from '../engine/instantiate.ts';
import { planTraining, rowsPerChunk, type TrainingPlan, type TrainingSize } from '../engine/layout.ts';
import { type MuonStep, orthogonalise, type OrthogonalTask, orthogonalTasks } from '../engine/muon.ts';
import {
  type AdamStep,
  cutRows,
  differentiate,
  pack,
  update,
  type WeightTask,
  weightTasks,
} from '../engine/weightTasks.ts';
import {
  multiplyBlock,
  orientations,
  packBlock,
  type ProductOperands,
  type ProductShape,
} from './product.ts';
import { endTurns, SharedTurns } from './turns.ts';

/** What the lanes of a team share. Each phase is a list of items; whoever is free takes the next one. */
export interface LaneSetup {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly config: ModelConfig;
  readonly size: TrainingSize;
  readonly control: ArrayBufferLike;
}

/** The last before `quit` are the benchmark's: multiply-adds in registers, and one product in two phases. */
export const phases = [
  'train',
  'evaluate',
  'differentiate',
  'orthogonalise',
  'update',
  'pack',
  'peak',
  'packProduct',
  'product',
  'quit',
] as const;
export type Phase = (typeof phases)[number];

/** Slots of the control block, i32. */
export const slot = {
  generation: 0,
  phase: 1,
  next: 2,
  items: 3,
  idle: 4,
  failed: 5,
  failureBytes: 6,
  count: 8,
} as const;

/** Scalars of the current step, f64, in this order behind the slots. */
const scalarNames = [
  'rows',
  'length',
  'lossScale',
  'accumulate',
  'gradientScale',
  'learningRate',
  'outerLearningRate',
  'beta1',
  'beta2',
  'eps',
  'momentum',
  'weightDecay',
  'embeddingDecay',
  'correction1',
  'correction2',
  'peakCount',
  'productOrientation',
  'productRows',
  'productDepth',
  'productCols',
  'productBlocks',
] as const;
export type Scalars = Record<(typeof scalarNames)[number], number>;

const failureCapacity = 2_048;

/** What the control block has room for. */
export interface ControlSize {
  readonly results: number;
  readonly lanes: number;
  /** blocks of the head's weight gradient */
  readonly turns: number;
}

export function controlSize(plan: TrainingPlan, tasks: readonly WeightTask[]): ControlSize {
  // One result a task, or one a lane.
  const lanes = plan.workspaces.length;
  return { results: Math.max(tasks.length, lanes), lanes, turns: cutRows(plan.head).length };
}

/** The control block: slots, scalars, one result an item, what each lane has cost, turns, and room for the reason of a failure. */
export class Control {
  readonly slots: Int32Array;
  readonly #scalars: Float64Array;
  readonly results: Float64Array;
  /** seconds of processor time that each lane says it has had, now and then; NaN: it can't tell */
  readonly cpuSeconds: Float64Array;
  /** of each block of the head's weight gradient, how many have added to it in this phase */
  readonly turns: Int32Array;
  readonly #failure: Uint8Array;

  constructor(buffer: ArrayBufferLike, { results, lanes, turns }: ControlSize) {
    const scalarsAt = 4 * slot.count;
    const resultsAt = scalarsAt + 8 * scalarNames.length;
    const cpuAt = resultsAt + 8 * results;
    const turnsAt = cpuAt + 8 * lanes;
    this.slots = new Int32Array(buffer, 0, slot.count);
    this.#scalars = new Float64Array(buffer, scalarsAt, scalarNames.length);
    this.results = new Float64Array(buffer, resultsAt, results);
    this.cpuSeconds = new Float64Array(buffer, cpuAt, lanes);
    this.turns = new Int32Array(buffer, turnsAt, turns);
    this.#failure = new Uint8Array(buffer, turnsAt + 4 * turns, failureCapacity);
  }

  static bytes({ results, lanes, turns }: ControlSize): number {
    return 4 * slot.count + 8 * scalarNames.length + 8 * results + 8 * lanes + 4 * turns + failureCapacity;
  }

  set(scalars: Partial<Scalars>): void {
    for (const [name, value] of Object.entries(scalars)) {
      this.#scalars[scalarNames.indexOf(name as keyof Scalars)] = value;
    }
  }

  get scalars(): Scalars {
    return Object.fromEntries(scalarNames.map((name, i) => [name, this.#scalars[i]!])) as Scalars;
  }

  /** The first reason wins; everybody who waits is woken. */
  fail(error: unknown): void {
    if (Atomics.compareExchange(this.slots, slot.failed, 0, 1) === 0) {
      const plain = toPlainError(error);
      const text = new TextEncoder().encode(plain.stack ?? plain.message).subarray(0, failureCapacity);
      this.#failure.set(text);
      Atomics.store(this.slots, slot.failureBytes, text.length);
      // Whoever sees the failure finds its reason.
      Atomics.store(this.slots, slot.failed, 2);
    }
    endTurns(this.turns);
    Atomics.notify(this.slots, slot.idle);
    Atomics.notify(this.slots, slot.generation);
  }

  get failed(): boolean {
    return Atomics.load(this.slots, slot.failed) === 2;
  }

  get failure(): string {
    return new TextDecoder().decode(this.#failure.slice(0, Atomics.load(this.slots, slot.failureBytes)));
  }
}

/** One thread's share of the work: same code on the coordinating thread and on the others. */
export class Lane {
  readonly plan: TrainingPlan;
  readonly tasks: readonly WeightTask[];
  readonly orthogonalTasks: readonly OrthogonalTask[];
  readonly control: Control;
  readonly #pass: Pass;
  readonly #turns: Turns;

  constructor(setup: LaneSetup, index: number) {
    const kernels = instantiateKernels(setup.module, setup.memory);
    this.plan = planTraining(setup.config, setup.size, kernels.heapBase());
    this.tasks = weightTasks(this.plan);
    this.orthogonalTasks = orthogonalTasks(this.plan);
    const control = new Control(setup.control, controlSize(this.plan, this.tasks));
    this.control = control;
    this.#turns = new SharedTurns(control.turns, () => control.failed);
    const workspace = this.plan.workspaces[index]!;
    this.#pass = { kernels, config: setup.config, plan: this.plan, workspace };
  }

  /** Takes items of the current phase until none is left. */
  work(): void {
    const { slots, scalars } = this.control;
    const phase = phases[Atomics.load(slots, slot.phase)]!;
    const items = Atomics.load(slots, slot.items);
    for (;;) {
      const item = Atomics.add(slots, slot.next, 1);
      if (item >= items || this.control.failed) return;
      this.#run(phase, item, scalars);
    }
  }

  #run(phase: Phase, item: number, scalars: Scalars): void {
    switch (phase) {
      case 'train':
        this.#forwardBackward(chunkOf(item, scalars), scalars);
        return;
      case 'evaluate':
        this.#evaluate(chunkOf(item, scalars));
        return;
      case 'differentiate': {
        const rows = {
          rows: scalars.rows,
          chunks: chunkCount(scalars),
          accumulate: scalars.accumulate !== 0,
        };
        this.control.results[item] = differentiate(this.#pass, this.tasks[item]!, rows);
        return;
      }
      case 'orthogonalise':
        orthogonalise(this.#pass, this.orthogonalTasks[item]!, scalars satisfies MuonStep);
        return;
      case 'update':
        update(this.#pass, this.tasks[item]!, scalars satisfies AdamStep);
        return;
      case 'pack':
        pack(this.#pass, this.tasks[item]!);
        return;
      case 'peak': {
        const start = performance.now();
        this.#pass.kernels.peak(scalars.peakCount);
        this.control.results[item] = performance.now() - start;
        return;
      }
      case 'packProduct':
      case 'product': {
        const run = phase === 'product' ? multiplyBlock : packBlock;
        run(this.#pass.kernels, productShape(scalars), this.#productOperands(), [
          item,
          scalars.productBlocks,
        ]);
        return;
      }
      case 'quit':
        return;
    }
  }

  /** Of a training that does not run: its gradients and moments are the operands. */
  #productOperands(): ProductOperands {
    const { plan, workspace } = this.#pass;
    const { gradients: out, firstMoment: a, secondMoment: b, weights: panels } = plan;
    return { out, a, b, panels, scratch: workspace.scratch };
  }

  #forwardBackward(chunk: Chunk, scalars: Scalars): void {
    forward(this.#pass, chunk);
    const step = { lossScale: scalars.lossScale, accumulate: scalars.accumulate !== 0 };
    headForwardBackward(this.#pass, chunk, step, this.#turns);
    backward(this.#pass, chunk);
  }

  #evaluate(chunk: Chunk): void {
    forward(this.#pass, chunk);
    headForward(this.#pass, chunk);
  }
}

function productShape(scalars: Scalars): ProductShape {
  return {
    orientation: orientations[scalars.productOrientation]!,
    rows: scalars.productRows,
    depth: scalars.productDepth,
    cols: scalars.productCols,
  };
}

/** Sequences of a chunk, the last one apart. */
function sequencesPerChunk(length: number): number {
  return Math.max(1, Math.floor(rowsPerChunk / length));
}

export function chunkCount({ rows, length }: Scalars): number {
  return Math.ceil(rows / length / sequencesPerChunk(length));
}

function chunkOf(item: number, { rows, length }: Scalars): Chunk {
  const first = item * sequencesPerChunk(length);
  const sequences = Math.min(sequencesPerChunk(length), rows / length - first);
  return { index: item, rowStart: first * length, sequences, length };
}
