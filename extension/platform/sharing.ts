/**
 * Whether threads can share memory: everywhere but on a page that its server has not isolated from others. There a shared
 * WebAssembly.Memory can still be had, but no message takes it to another thread.
 */
export function sharesMemory(): boolean {
  // Absent where there are no pages.
  return globalThis.crossOriginIsolated !== false;
}

/** Bytes that all threads see where memory can be shared, else this thread alone. */
export function sharedBytes(count: number): ArrayBufferLike {
  return sharesMemory() ? new SharedArrayBuffer(count) : new ArrayBuffer(count);
}

/** Threads that can work on one memory, of those that are asked for. */
export function sharingThreads(asked: number): number {
  return sharesMemory() ? asked : 1;
}
