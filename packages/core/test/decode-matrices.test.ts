// Files decoded into dense matrices by the least code.
import { describe, expect, it } from 'vitest';
import { decodeMatrices, type MatrixDecoder } from '../src/decode.ts';
import { createCompressedMatrix } from '../src/hosts.ts';
import { type CompressedFormat, floatFactor, matrix, serialize } from '../src/index.ts';

const plain: CompressedFormat<'w'> = {
  id: 'acme/plain',
  version: 1,
  reconstruct: (_, { w }) => w,
  pack: ({ factors: { w } }) => ({ w: { shape: w.shape, data: w.data } }),
  unpack: ({ shape, tensors: { w } }) => ({ w: floatFactor(shape, w.data as Float32Array) }),
};
const decoder: MatrixDecoder<'w'> = { ...plain, operations: [] };
const a = matrix([2, 3], [1, 2, 3, 4, 5, 6]);
const w = createCompressedMatrix(plain, { shape: a.shape, config: {}, factors: { w: floatFactor(a.shape, a.data) } });
const file = serialize({ first: w, second: w });
const thrown = (code: string) => expect.objectContaining({ code });

describe('decodeMatrices', () => {
  it('gives each matrix by its name', () => {
    expect(decodeMatrices(file, [decoder])).toEqual({ first: a, second: a });
    expect(decodeMatrices(file.slice().buffer as ArrayBuffer, [decoder])).toEqual({ first: a, second: a });
  });

  it.each([
    ['of a format without a decoder', 'unknown-format', () => decodeMatrices(file, [])],
    ['that was cut off', 'file-truncated', () => decodeMatrices(file.slice(0, -1), [decoder])],
    ['of which a byte changed', 'file-checksum', () => decodeMatrices(Uint8Array.from(file).fill(7, -1), [decoder])],
    ['that is no bytes', 'invalid-option', () => decodeMatrices('file' as never, [decoder])],
    ['larger than the limit', 'file-oversized', () => decodeMatrices(file, [decoder], { maxElements: 11 })],
    ['with nothing in the place of a decoder', 'invalid-option', () => decodeMatrices(file, [undefined as never])],
    ['with a decoder in the place of a list', 'invalid-option', () => decodeMatrices(file, decoder as never)],
    ['with a format in the place of a decoder', 'invalid-option', () => decodeMatrices(file, [plain as never])],
  ])('refuses a file %s', (_, code, decode) => {
    expect(decode).toThrow(thrown(code));
  });

  it('takes decoders that read what is stored, without factors', () => {
    const direct: MatrixDecoder = {
      id: plain.id,
      version: 1,
      decode: ({ shape, tensors }, { maxElements = 0 }) => {
        expect(shape).toEqual(a.shape);
        return (tensors.w.data as Float32Array).map((value) => value * maxElements);
      },
    };
    expect(decodeMatrices(file, [direct], { maxElements: 12 }).second.data).toEqual(a.data.map((value) => 12 * value));
  });

  it('refuses a decoder that gives another number of values', () => {
    const short = {
      ...decoder,
      reconstruct: <T>(_: unknown, { w }: Record<'w', T>) => ({ ...w, data: new Float32Array(1) }),
    };
    expect(() => decodeMatrices(file, [short as never])).toThrow(thrown('contract'));
  });
});
