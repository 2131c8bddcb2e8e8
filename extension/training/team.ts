import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { ModelConfig } from '../protocol/model.ts';
import type { Platform, WorkerHandle } from '../platform/platform.ts';
import { sharedBytes } from '../platform/sharing.ts';
import { type CompiledKernels, heapBase } from '../engine/instantiate.ts';
import { allocateMemory, planTraining, type TrainingPlan, type TrainingSize } from '../engine/layout.ts';
import { weightTasks } from '../engine/weightTasks.ts';
import {
  chunkCount,
  Control,
  controlSize,
  Lane,
  type LaneSetup,
  type Phase,
  phases,
  type Scalars,
  slot,
} from './lane.ts';
import { awaitChange, patienceMs } from './waiting.ts';

/**
 * The threads of a training over one shared memory. The constructing thread is lane 0: it announces a phase, works like the others,
 * and waits until all are idle with `Atomics.wait`: in a worker, or on the main thread of a program that does nothing else.
 */
export class Team {
  /** what its lanes compute with */
  readonly compiled: CompiledKernels;
  readonly memory: WebAssembly.Memory;
  readonly #lane: Lane;
  readonly #others: readonly WorkerHandle<never, never>[];
  readonly #ownCpuSeconds: () => number | null;

  private constructor(
    compiled: CompiledKernels,
    lane: Lane,
    memory: WebAssembly.Memory,
    others: readonly WorkerHandle<never, never>[],
    ownCpuSeconds: () => number | null,
  ) {
    this.compiled = compiled;
    this.#lane = lane;
    this.memory = memory;
    this.#others = others;
    this.#ownCpuSeconds = ownCpuSeconds;
  }

  /** @throws {NihiloError} memoryTooSmall, memoryUnavailable */
  static create(
    platform: Platform,
    compiled: CompiledKernels,
    config: ModelConfig,
    size: TrainingSize,
    memoryLimitMb: number,
  ): Team {
    const plan = planTraining(config, size, heapBase(compiled));
    const memory = allocateMemory(plan.bytes, memoryLimitMb);
    const control = sharedBytes(Control.bytes(controlSize(plan, weightTasks(plan))));
    const setup: LaneSetup = { module: compiled.module, memory, config, size, control };
    const lane = new Lane(setup, 0);
    const others = Array.from({ length: size.lanes - 1 }, (_, i) => {
      const handle = platform.spawn<never, never>('lane', { setup, index: i + 1 });
      handle.onFailure((reason) => lane.control.fail(reason));
      return handle;
    });
    const before = platform.threadCpuSeconds() ?? Number.NaN;
    return new Team(compiled, lane, memory, others, () => {
      const seconds = platform.threadCpuSeconds();
      return seconds === null ? null : seconds - before;
    });
  }

  /** All lanes need nothing more of this thread, which `run` may block from then on. */
  async started(): Promise<void> {
    await Promise.all(this.#others.map((handle) => handle.started));
  }

  get plan(): TrainingPlan {
    return this.#lane.plan;
  }

  get lanes(): number {
    return this.#others.length + 1;
  }

  /** Seconds of processor time of all threads since the team was put together; null where the machine does not tell. */
  get cpuSeconds(): number | null {
    const own = this.#ownCpuSeconds();
    if (own === null) return null;
    return this.#lane.control.cpuSeconds.subarray(1).reduce((sum, seconds) => sum + seconds, own);
  }

  /** One result for each item of the last phase that has results. */
  get results(): Float64Array {
    return this.#lane.control.results;
  }

  get taskCount(): number {
    return this.#lane.tasks.length;
  }

  floats(at: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, count);
  }

  integers(at: number, count: number): Int32Array {
    return new Int32Array(this.memory.buffer, at, count);
  }

  /** Runs a phase over all its items on all lanes; returns when the last is done. @throws {NihiloError} workerFailed */
  run(phase: Phase, scalars: Partial<Scalars> = {}): void {
    const { control } = this.#lane;
    const { slots } = control;
    control.set(scalars);
    Atomics.store(slots, slot.phase, phases.indexOf(phase));
    Atomics.store(slots, slot.items, this.#items(phase));
    Atomics.store(slots, slot.next, 0);
    control.turns.fill(0);
    Atomics.store(slots, slot.idle, 0);
    Atomics.add(slots, slot.generation, 1);
    Atomics.notify(slots, slot.generation);
    if (phase === 'quit') return;
    try {
      this.#lane.work();
    } catch (error) {
      control.fail(error);
    }
    this.#awaitOthers(slots);
  }

  async dispose(): Promise<void> {
    this.run('quit');
    await Promise.all(this.#others.map((handle) => handle.terminate()));
  }

  #items(phase: Phase): number {
    switch (phase) {
      case 'train':
      case 'evaluate':
        return chunkCount(this.#lane.control.scalars);
      case 'differentiate':
      case 'update':
      case 'pack':
        return this.taskCount;
      case 'orthogonalise':
        return this.#lane.orthogonalTasks.length;
      case 'peak':
        return this.lanes;
      case 'packProduct':
      case 'product':
        return this.#lane.control.scalars.productBlocks;
      case 'quit':
        return 0;
    }
  }

  #awaitOthers(slots: Int32Array): void {
    const { control } = this.#lane;
    for (;;) {
      const idle = Atomics.load(slots, slot.idle);
      if (control.failed)
        throw new NihiloError(
          'workerFailed',
          say`A training thread failed (${control.failure}). Train again; if it happens twice, report it.`,
        );
      if (idle >= this.#others.length) return;
      if (!awaitChange(slots, slot.idle, idle, patienceMs)) {
        control.fail(new Error(`no answer from a training thread for ${patienceMs / 1_000} s`));
      }
    }
  }
}
