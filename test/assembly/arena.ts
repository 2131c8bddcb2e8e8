import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { instantiateKernels, type KernelBuild } from '../../extension/engine/instantiate.ts';
import type { Kernels, Ptr } from '../../extension/engine/kernels.ts';

export const builds: readonly KernelBuild[] = ['baseline', 'relaxed'];

export function kernelBytes(build: KernelBuild): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(readFileSync(new URL(`../../dist/kernels.${build}.wasm`, import.meta.url)));
}

const pages = 1024;
const guardWords = 16;
/** A quiet NaN that no arithmetic produces: an element that keeps it was not written, a result that meets it was read too far. */
const sentinel = 0x7fc0dead;

/** f32 or i32 values in the kernels' memory. */
interface Region {
  readonly at: Ptr;
  readonly values: Float32Array;
  readonly words: Uint32Array;
}

/** Operands of one call, each between guard words. */
export class Arena {
  readonly kernels: Kernels;
  readonly #memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  readonly #base: number;
  #next: number;
  #guards: Uint32Array[] = [];

  constructor(build: KernelBuild) {
    this.kernels = instantiateKernels(new WebAssembly.Module(kernelBytes(build)), this.#memory);
    this.#base = (this.kernels.heapBase() + 15) & ~15;
    this.#next = this.#base;
  }

  /** Forgets every region. */
  reset(): this {
    this.#next = this.#base;
    this.#guards = [];
    return this;
  }

  /** Holds the values rounded to float32. */
  floats(values: ArrayLike<number>): Region {
    const region = this.unwritten(values.length);
    region.values.set(values);
    return region;
  }

  integers(values: ArrayLike<number>): Region {
    const region = this.unwritten(values.length);
    region.words.set(values);
    return region;
  }

  /** Every element is the sentinel. */
  unwritten(count: number): Region {
    this.#guard();
    const at = this.#next;
    this.#next += 4 * count;
    this.#guard();
    this.#next = (this.#next + 15) & ~15;
    const words = new Uint32Array(this.#memory.buffer, at, count).fill(sentinel);
    return { at: at as Ptr, values: new Float32Array(this.#memory.buffer, at, count), words };
  }

  scratch(bytes: number): Ptr {
    return this.unwritten(bytes / 4).at;
  }

  #guard(): void {
    this.#guards.push(new Uint32Array(this.#memory.buffer, this.#next, guardWords).fill(sentinel));
    this.#next += 4 * guardWords;
  }

  /** No call wrote beside its operands. */
  expectGuardsIntact(): void {
    expect(this.#guards.every((guard) => guard.every((word) => word === sentinel))).toBe(true);
  }
}

/** Elements of a row-major matrix with a row stride; `count` of each row from `first` on. */
export function columns(
  values: Float32Array,
  stride: number,
  first: number,
  count: number,
): { inside: Float32Array; outside: Uint32Array } {
  const belongs = (at: number): boolean => at % stride >= first && at % stride < first + count;
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return { inside: values.filter((_, at) => belongs(at)), outside: words.filter((_, at) => !belongs(at)) };
}

/** A matrix [rows, cols] with `stride` elements a row; between the rows lies NaN. */
export function strided(values: Float64Array, cols: number, stride: number): Float64Array {
  const rows = values.length / cols;
  const out = new Float64Array(rows * stride).fill(Number.NaN);
  for (let row = 0; row < rows; row++) out.set(values.subarray(row * cols, (row + 1) * cols), row * stride);
  return out;
}

export function expectUntouched(words: Uint32Array): void {
  expect(words.every((word) => word === sentinel)).toBe(true);
}

/** [0, count) in `parts` ranges, the first ones larger; boundaries are multiples of `step`. */
export function ranges(count: number, parts: number, step = 1): readonly (readonly [number, number])[] {
  const boundary = (part: number): number => Math.min(count, step * Math.ceil((part * count) / parts / step));
  return Array.from({ length: parts }, (_, part) => [boundary(part), boundary(part + 1)] as const);
}

export const partCounts = [1, 2, 3, 8];
