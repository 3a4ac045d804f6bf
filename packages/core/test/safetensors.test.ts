import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PackedTensor } from '../src/index.ts';
import { readSafetensors } from '../src/storage/read-safetensors.ts';
import { writeSafetensors } from '../src/storage/write-safetensors.ts';

const tensors: Record<string, PackedTensor> = {
  'a/codes': { shape: [3], data: Uint8Array.of(1, 2, 3) },
  'a/scale': { shape: [2, 1], data: Float32Array.of(0.5, -2) },
  'b/rows': { shape: [1], data: Uint16Array.of(65535) },
};

/** A file from a header and the bytes behind it; a string is written as it is. */
function fileOf(header: unknown, data: Uint8Array = new Uint8Array(0), announced?: bigint): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + data.length);
  new DataView(file.buffer).setBigUint64(0, announced ?? BigInt(json.length), true);
  file.set(json, 8);
  file.set(data, 8 + json.length);
  return file;
}

function entry(dtype: unknown, shape: unknown, offsets: unknown) {
  return { dtype, shape, data_offsets: offsets };
}

describe('writeSafetensors', () => {
  it('writes a header as the format specifies, largest elements first', () => {
    const file = writeSafetensors(tensors, { format: 'test' });
    const length = Number(new DataView(file.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    expect(JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)))).toEqual({
      __metadata__: { format: 'test' },
      'a/scale': entry('F32', [2, 1], [0, 8]),
      'b/rows': entry('U16', [1], [8, 10]),
      'a/codes': entry('U8', [3], [10, 13]),
    });
    expect(file.length).toBe(8 + length + 13);
  });

  it('does not depend on the order in which tensors were added', () => {
    const reversed = Object.fromEntries(Object.entries(tensors).reverse());
    expect(writeSafetensors(reversed, {})).toEqual(writeSafetensors(tensors, {}));
  });

  it('writes what a view covers, not what is around it', () => {
    const view = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    const read = readSafetensors(writeSafetensors({ x: { shape: [2], data: view } }, {}));
    expect(read.tensors.x.data).toEqual(Float32Array.of(2, 3));
  });

  it.each([[[2]], [[1, 4]], [[-3]], [[1.5, 2]]])('refuses the shape %j for three values', (shape) => {
    const write = () => writeSafetensors({ x: { shape, data: new Uint8Array(3) } }, {});
    expect(write).toThrow(expect.objectContaining({ code: 'contract' }));
  });
});

describe('readSafetensors', () => {
  it('reads what was written', () => {
    const words = fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 9 });
    const types = fc.constantFrom(Float32Array, Int32Array, Uint32Array, Uint16Array, Uint8Array);
    const tensor = fc
      .tuple(words, types)
      .map(([values, Type]) => ({ shape: [values.length], data: Type.from(values) }));
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string({ minLength: 1 }).map((name) => `m/${name}`),
          tensor,
        ),
        (written) => {
          const read = readSafetensors(writeSafetensors(written, { key: 'välue' }));
          expect(read.metadata).toEqual({ key: 'välue' });
          expect(new Map(Object.entries(read.tensors))).toEqual(new Map(Object.entries(written)));
        },
      ),
    );
  });

  it('reads a Node.js Buffer and a view at any offset', () => {
    const file = writeSafetensors(tensors, {});
    const around = new Uint8Array(file.length + 6);
    around.set(file, 3);
    expect(readSafetensors(around.subarray(3, 3 + file.length)).tensors).toEqual(tensors);
    const buffer = Buffer.from(around.buffer, 3, file.length);
    const read = readSafetensors(buffer).tensors;
    expect(read).toEqual(tensors);
    buffer.fill(0);
    expect(read).toEqual(tensors);
  });

  it('reads files of other writers: any order, no metadata, spaces', () => {
    const header = ` {"y": ${JSON.stringify(entry('U8', [1], [4, 5]))}, "x": ${JSON.stringify(entry('I32', [], [0, 4]))}} `;
    const { metadata, tensors: read } = readSafetensors(fileOf(header, Uint8Array.of(7, 0, 0, 0, 9)));
    expect(metadata).toEqual({});
    expect(read).toEqual({ x: { shape: [], data: Int32Array.of(7) }, y: { shape: [1], data: Uint8Array.of(9) } });
  });

  const four = new Uint8Array(4);

  it.each<[what: string, code: string, file: Uint8Array]>([
    ['no bytes', 'file-truncated', new Uint8Array(0)],
    ['half a length', 'file-truncated', new Uint8Array(7)],
    ['a header that is cut off', 'file-truncated', fileOf('{}', four, 100n)],
    ['a header of 2^63 bytes', 'file-oversized', fileOf('{}', four, 2n ** 63n)],
    ['a header that is no JSON', 'file-header', fileOf('{"x":')],
    ['a header that is no UTF-8', 'file-header', fileOf('{}').fill(0xff, 8, 9)],
    ['a header that is an array', 'file-header', fileOf([])],
    ['a header that is null', 'file-header', fileOf(null)],
    ['metadata that is no object', 'file-header', fileOf({ __metadata__: 'x' })],
    ['metadata with a number', 'file-header', fileOf({ __metadata__: { version: 1 } })],
    ['an entry that is no object', 'file-header', fileOf({ x: 1 })],
    ['an unknown dtype', 'file-dtype', fileOf({ x: entry('F64', [1], [0, 4]) }, four)],
    ['a dtype from the prototype', 'file-dtype', fileOf({ x: entry('toString', [1], [0, 4]) }, four)],
    ['a dtype that is a number', 'file-dtype', fileOf({ x: entry(4, [1], [0, 4]) }, four)],
    ['no shape', 'file-header', fileOf({ x: entry('F32', undefined, [0, 4]) }, four)],
    ['a negative side', 'file-header', fileOf({ x: entry('F32', [-1], [0, 4]) }, four)],
    ['a side that is a string', 'file-header', fileOf({ x: entry('F32', ['1'], [0, 4]) }, four)],
    ['a side beyond 2^53', 'file-header', fileOf({ x: entry('F32', [2 ** 60], [0, 4]) }, four)],
    ['three offsets', 'file-header', fileOf({ x: entry('F32', [1], [0, 4, 8]) }, four)],
    ['offsets that do not hold the shape', 'file-header', fileOf({ x: entry('F32', [2], [0, 4]) }, four)],
    ['offsets that run backwards', 'file-header', fileOf({ x: entry('F32', [1], [4, 0]) }, four)],
    ['more values than the limit', 'file-oversized', fileOf({ x: entry('U8', [2 ** 20, 2 ** 20], [0, 2 ** 40]) })],
    ['a huge side of an empty tensor', 'file-oversized', fileOf({ x: entry('U8', [0, 2 ** 50], [0, 0]) })],
    ['data that is cut off', 'file-truncated', fileOf({ x: entry('F32', [2], [0, 8]) }, four)],
    ['bytes that belong to nothing', 'file-overlap', fileOf({ x: entry('U8', [3], [0, 3]) }, four)],
    ['a gap before a tensor', 'file-overlap', fileOf({ x: entry('U8', [3], [1, 4]) }, four)],
    [
      'tensors that share bytes',
      'file-overlap',
      fileOf({ x: entry('U8', [3], [0, 3]), y: entry('U8', [2], [2, 4]) }, four),
    ],
  ])('refuses %s', (_, code, file) => {
    expect(() => readSafetensors(file)).toThrow(expect.objectContaining({ code }));
  });
});
