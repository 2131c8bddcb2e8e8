import { describe, expect, it } from 'vitest';
import { kernelBytes, builds } from './arena.ts';

const sectionIds = { import: 2, global: 6, start: 8 } as const;

/** Contents of the sections of a module, by id. @source WebAssembly core specification, 5.5.2 */
function sections(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  let at = 8;
  while (at < bytes.length) {
    const id = bytes[at]!;
    const size = leb(bytes, at + 1);
    found.set(id, bytes.subarray(size.end, size.end + size.value));
    at = size.end + size.value;
  }
  return found;
}

function leb(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  let at = start;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, end: at };
  }
}

describe.each(builds)('kernels.%s.wasm', (build) => {
  const bytes = kernelBytes(build);
  const module = new WebAssembly.Module(bytes);

  it('imports env.memory, shared, and nothing else', () => {
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
    const section = sections(bytes).get(sectionIds.import)!;
    const text = '\x01\x03env\x06memory\x02';
    expect(new TextDecoder().decode(section.subarray(0, text.length))).toBe(text);
    const limits = section[text.length]!;
    expect(limits & 0b10, 'shared').toBe(0b10);
  });

  it('exports functions only', () => {
    const kinds = new Set(WebAssembly.Module.exports(module).map(({ kind }) => kind));
    expect([...kinds]).toEqual(['function']);
  });

  it('has no start function and no globals: nothing runs at instantiation, nothing is kept between calls', () => {
    const present = sections(bytes);
    expect(present.has(sectionIds.start)).toBe(false);
    expect(present.has(sectionIds.global)).toBe(false);
    expect(present.has(sectionIds.import)).toBe(true);
  });

  it('uses fused multiply-add only in the relaxed build', () => {
    // f32x4.relaxed_madd is 0xfd followed by 0x105 as LEB128.
    const fused = [0xfd, 0x85, 0x02];
    const uses = bytes.some((_, at) => fused.every((byte, i) => bytes[at + i] === byte));
    expect(uses).toBe(build === 'relaxed');
  });
});

it('both builds export the same functions', () => {
  const [baseline, relaxed] = builds.map((build) =>
    WebAssembly.Module.exports(new WebAssembly.Module(kernelBytes(build))),
  );
  expect(relaxed).toEqual(baseline);
});
