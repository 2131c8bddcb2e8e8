import { readFileSync } from 'node:fs';
import { compileString } from 'assemblyscript/asc';
import { beforeAll, describe, expect, it } from 'vitest';
import { builds } from './arena.ts';
import { expError } from './bounds.ts';

/** The kernels export no exp, which would widen their interface: this probe applies it to memory. */
const probe = `
import { exp } from './exp';
export function apply(at: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) v128.store(at + (i << 2), exp(v128.load(at + (i << 2))));
}`;

const chunk = 1 << 16;

async function compileProbe(relaxed: boolean): Promise<(values: Float32Array) => Float32Array> {
  const source = (name: string): string =>
    readFileSync(new URL(`../../assembly/${name}`, import.meta.url), 'utf8');
  const { binary, stderr } = await compileString(
    { 'exp.ts': source('exp.ts'), 'lanes.ts': source('lanes.ts'), 'probe.ts': probe },
    {
      optimizeLevel: 3,
      runtime: 'stub',
      importMemory: true,
      enable: relaxed ? ['simd', 'relaxed-simd'] : ['simd'],
    },
  );
  if (binary === null) throw new Error(String(stderr));
  const memory = new WebAssembly.Memory({ initial: 1 + (4 * chunk) / 65_536 });
  const { instance } = await WebAssembly.instantiate(Uint8Array.from(binary), { env: { memory } });
  const apply = instance.exports['apply'] as (at: number, count: number) => void;
  const view = new Float32Array(memory.buffer, 65_536, chunk);
  return (values) => {
    view.set(values);
    apply(65_536, 4 * Math.ceil(values.length / 4));
    return view.slice(0, values.length);
  };
}

/** Every `step`-th float32 with a magnitude up to that of `last`, with its sign. */
function* floats(last: number, step: number): Generator<Float32Array> {
  const end = new Uint32Array(Float32Array.of(last).buffer)[0]!;
  const sign = end & 0x80000000;
  const magnitudes = (end & 0x7fffffff) + 1;
  const offset = Math.floor(Math.random() * step);
  for (let first = offset; first < magnitudes; first += step * chunk) {
    const count = Math.min(chunk, Math.ceil((magnitudes - first) / step));
    const words = Uint32Array.from({ length: count }, (_, i) => (first + i * step) | sign);
    yield new Float32Array(words.buffer);
  }
}

describe.each(builds)('exp (%s)', (build) => {
  let exp: (values: Float32Array) => Float32Array;
  beforeAll(async () => {
    exp = await compileProbe(build === 'relaxed');
  }, 120_000);

  it.each([-87.336, 88])(
    'has a relative error of at most 2⁻²³ between 0 and %f (every 1009th float32)',
    (last) => {
      let worst = 0;
      for (const values of floats(last, 1009)) {
        exp(values).forEach(
          (value, i) => (worst = Math.max(worst, Math.abs(value / Math.exp(values[i]!) - 1))),
        );
      }
      expect(worst).toBeLessThanOrEqual(expError);
      expect(worst).toBeGreaterThan(0);
    },
  );

  it('is 1 at 0, 0 below −87.336 and NaN for NaN', () => {
    const values = exp(Float32Array.of(0, -0, -87.34, -1e10, -Infinity, Number.NaN));
    expect([...values]).toEqual([1, 1, 0, 0, 0, Number.NaN]);
  });
});
