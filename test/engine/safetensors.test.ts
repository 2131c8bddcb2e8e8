import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QuantizedMatrix } from '../../extension/engine/quantizedMatrix.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  quantizedEntries,
  type Tensor,
} from '../../extension/engine/safetensors.ts';
import { NihiloError } from '../../extension/protocol/errors.ts';

const shapes = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 3 });
const tensorOf = (shape: readonly number[]): fc.Arbitrary<Tensor> => {
  const count = shape.reduce((product, size) => product * size, 1);
  return fc.float32Array({ minLength: count, maxLength: count }).map((data) => ({ shape, data }));
};
const tensorMaps = fc
  .array(fc.tuple(fc.string({ unit: 'binary', minLength: 1 }), shapes.chain(tensorOf)), { maxLength: 6 })
  .map((entries) => new Map(entries.filter(([name]) => name !== '__metadata__')));

function fileOf(header: unknown, dataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

/** The file that the pieces make. */
function joined(...given: Parameters<typeof encodeSafetensors>): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(encodeSafetensors(...given)));
}

function failureOf(bytes: Uint8Array): NihiloError {
  try {
    decodeSafetensors(bytes, 'model.safetensors');
  } catch (error) {
    if (error instanceof NihiloError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('safetensors', () => {
  it('writes byte for byte the file of the format’s own test: one float32 tensor of shape [1, 2, 3]', () => {
    const header = '{"attn.0":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}}';
    const expected = [
      header.length,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...new TextEncoder().encode(header),
      ...new Uint8Array(24),
    ];
    const bytes = joined(new Map([['attn.0', { shape: [1, 2, 3], data: new Float32Array(6) }]]));
    expect([...bytes]).toEqual(expected);
  });

  it('reads back the same names, shapes and bits, whatever they are and wherever the file lies in memory', () => {
    fc.assert(
      fc.property(tensorMaps, fc.integer({ min: 0, max: 7 }), (tensors, offset) => {
        const bytes = joined(tensors, { format: 'pt' });
        const moved = new Uint8Array(offset + bytes.length).subarray(offset);
        moved.set(bytes);
        const read = decodeSafetensors(moved, 'model.safetensors');
        const bits = ({ shape, data }: Tensor): unknown => [shape, [...new Uint32Array(data.slice().buffer)]];
        const plain = (map: Map<string, Tensor>): unknown =>
          [...map]
            .map(([name, tensor]) => [name, bits(tensor)] as const)
            .sort(([one], [other]) => (one < other ? -1 : 1));
        expect(plain(read)).toEqual(plain(tensors));
      }),
    );
  });

  it('starts the data at a multiple of 8 bytes and names the framework in the metadata', () => {
    fc.assert(
      fc.property(tensorMaps, (tensors) => {
        const bytes = joined(tensors, { format: 'pt' });
        const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
        expect(headerBytes % 8).toBe(0);
        const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes))) as object;
        expect(header).toHaveProperty('__metadata__', { format: 'pt' });
      }),
    );
  });

  it('refuses a file cut anywhere or longer than its tensors as torn', () => {
    fc.assert(
      fc.property(tensorMaps, fc.double({ min: 0, max: 1, noNaN: true }), (tensors, share) => {
        const bytes = joined(tensors);
        const cut = bytes.subarray(0, Math.min(bytes.length - 1, Math.floor(share * bytes.length)));
        expect(failureOf(cut).code).toBe('checkpointTorn');
        expect(failureOf(Uint8Array.from([...bytes, 0])).code).toBe('checkpointTorn');
      }),
    );
  });

  it('accepts any bytes or throws one of its two errors, and nothing else', () => {
    const flipped = fc
      .tuple(tensorMaps, fc.nat(), fc.integer({ min: 1, max: 255 }))
      .map(([tensors, at, mask]) => {
        const bytes = joined(tensors);
        bytes[at % bytes.length]! ^= mask;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), flipped), (bytes) => {
        try {
          decodeSafetensors(bytes, 'model.safetensors');
        } catch (error) {
          expect(error).toBeInstanceOf(NihiloError);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('reads floats of 16 bits, of either kind, as the numbers that they are', () => {
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff);
    const file = fileOf(
      {
        brain: { dtype: 'BF16', shape: [4], data_offsets: [0, 8] },
        half: { dtype: 'F16', shape: [2, 2], data_offsets: [8, 16] },
      },
      16,
    );
    file.set(new Uint8Array(Uint16Array.of(0x3f80, 0xc000, 0x3eab, 0x0001).buffer), file.length - 16);
    file.set(new Uint8Array(halves.buffer), file.length - 8);
    const tensors = decodeSafetensors(file, 'model.safetensors');
    expect(tensors.get('half')).toEqual({
      shape: [2, 2],
      data: Float32Array.of(1, -2, 2 ** -24, 65_504),
    });
    // 171 · 2⁻⁹, and the smallest: its 16 bits above 16 zeros
    expect([...tensors.get('brain')!.data]).toEqual([1, -2, 171 / 512, 2 ** -133]);
    expect(decodeSafetensors(joined(new Map([['half', { shape: [2, 2], data: halves }]])), 'x')).toEqual(
      new Map([['half', tensors.get('half')]]),
    );
  });

  const f32 = (shape: unknown, offsets: unknown): object => ({ dtype: 'F32', shape, data_offsets: offsets });
  it.each([
    ['checkpointForeign', 'a', 'F64', fileOf({ a: { dtype: 'F64', shape: [2], data_offsets: [0, 16] } }, 16)],
    ['checkpointTorn', 'b', 'overlap', fileOf({ a: f32([2], [0, 8]), b: f32([1], [4, 8]) }, 8)],
    ['checkpointTorn', 'b', 'a hole', fileOf({ a: f32([1], [0, 4]), b: f32([1], [8, 12]) }, 12)],
    ['checkpointTorn', 'a', 'a size that is not the shape’s', fileOf({ a: f32([3], [0, 8]) }, 8)],
    ['checkpointTorn', 'a', 'a negative length', fileOf({ a: f32([-1, -2], [0, 8]) }, 8)],
    ['checkpointTorn', 'a', 'a fraction', fileOf({ a: f32([0.5], [0, 2]) }, 2)],
    ['checkpointTorn', 'a', 'offsets backwards', fileOf({ a: f32([1], [4, 0]) }, 4)],
    ['checkpointTorn', 'a', 'one offset', fileOf({ a: f32([1], [0]) }, 4)],
    [
      'checkpointTorn',
      'a',
      'a shape whose product overflows',
      fileOf({ a: f32([2 ** 40, 2 ** 40], [0, 8]) }, 8),
    ],
    ['checkpointTorn', 'a', 'no object', fileOf({ a: 3 }, 0)],
    ['checkpointTorn', 'object', 'a header that is an array', fileOf([], 0)],
    ['checkpointTorn', 'JSON', 'a header that is no JSON', fileOf('{"a":', 0)],
    ['checkpointTorn', 'JSON', 'a header that is no UTF-8', Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0, 0xff])],
    ['checkpointTorn', 'header of at most', 'a header of 2⁶⁴ − 1 bytes', new Uint8Array(16).fill(0xff)],
  ] as const)('says %s naming %s on %s', (code, name, _what, bytes) => {
    const error = failureOf(bytes);
    expect(error.code).toBe(code);
    expect(error.message).toContain('model.safetensors');
    expect(error.message).toContain(name);
    expect(error.message).toMatch(/ should hold .+ and holds .+\. .+\.$/);
  });
});

describe('matrices in whole numbers', () => {
  const sizes = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }));
  const matrices = sizes.chain(([rows, cols]) =>
    fc
      .array(fc.float({ min: -1000, max: 1000, noNaN: true }), {
        minLength: rows * cols,
        maxLength: rows * cols,
      })
      .map((values) => ({ shape: [rows, cols], data: Float32Array.from(values) })),
  );

  it('come back within half of their row’s step, and are the same when they are rounded again', () => {
    fc.assert(
      fc.property(matrices, (matrix) => {
        const written = decodeSafetensors(
          joined(new Map(quantizedEntries('a', QuantizedMatrix.of(matrix)))),
          'f',
        );
        expect([...written.keys()]).toEqual(['a']);
        const { shape, data } = written.get('a')!;
        expect(shape).toEqual(matrix.shape);
        const cols = shape[1]!;
        for (const [i, value] of data.entries()) {
          const row = matrix.data.subarray(i - (i % cols), i - (i % cols) + cols);
          const most = Math.max(...row.map(Math.abs));
          // Half a step, and the rounding of scale and product: three units in the last place of a number up to `most`, or what
          // 127 steps lose where a step is below the smallest number.
          const rounding = Math.max(3 * 2 ** -24 * most, 128 * 2 ** -149);
          expect(Math.abs(value - matrix.data[i]!)).toBeLessThanOrEqual(most / 254 + rounding);
        }
        const again = decodeSafetensors(
          joined(new Map(quantizedEntries('a', QuantizedMatrix.of({ shape, data })))),
          'f',
        ).get('a')!;
        for (const [i, value] of again.data.entries()) {
          expect(Math.abs(value - data[i]!)).toBeLessThanOrEqual(
            3 * 2 ** -24 * Math.abs(value) + 128 * 2 ** -149,
          );
        }
      }),
    );
  });

  it('need a factor for each row', () => {
    const [[, whole], [, scale]] = quantizedEntries(
      'a',
      QuantizedMatrix.of({ shape: [2, 3], data: new Float32Array(6).fill(1) }),
    ) as [ReturnType<typeof quantizedEntries>[0], ReturnType<typeof quantizedEntries>[0]];
    const alone = failureOf(joined(new Map([['a', whole]])));
    const other = { ...scale, shape: [1, 2] };
    const turned = failureOf(joined(new Map(Object.entries({ a: whole, a_scale: other }))));
    for (const { code, message } of [alone, turned]) {
      expect(code).toBe('checkpointForeign');
      expect(message).toContain('a_scale of shape [2, 1]');
    }
  });
});
