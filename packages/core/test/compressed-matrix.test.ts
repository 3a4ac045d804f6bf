import { describe, expect, it } from 'vitest';
import { createCompressedMatrix } from '../src/hosts.ts';
import { type CompressedFormat, type CompressedMatrix, floatFactor, fromRows, type Matrix } from '../src/index.ts';
import { rankOne, rankOneFormat } from './rank-one.ts';

const compressed = rankOne([1, 2, 3], [10, 20]);
const dense = fromRows([
  [10, 20],
  [20, 40],
  [30, 60],
]);

describe('createCompressedMatrix', () => {
  it('decompresses', () => {
    expect(compressed.decompress()).toEqual(dense);
  });

  it('multiplies and looks up through the matrix when the format has no way around it', () => {
    expect(compressed.matMul(fromRows([[1, 1, 1]]))).toEqual(fromRows([[60, 120]]));
    expect(compressed.lookup([2, 0, 2])).toEqual(
      fromRows([
        [30, 60],
        [10, 20],
        [30, 60],
      ]),
    );
  });

  it('multiplies and looks up as the format does when it can', () => {
    const used: string[] = [];
    const format: CompressedFormat<'column' | 'row'> = {
      ...rankOneFormat,
      reconstruct() {
        throw new Error('not needed');
      },
      multiply(ops, x, { column, row }) {
        used.push('multiply');
        return ops.matMul(ops.matMul(x, column), row);
      },
      lookup(ops, ids, { column, row }) {
        used.push('lookup');
        return ops.matMul(ops.gather(column, ids), row);
      },
    };
    const clever = rankOne([1, 2, 3], [10, 20], format);
    expect(clever.matMul(fromRows([[1, 1, 1]]))).toEqual(fromRows([[60, 120]]));
    expect(clever.lookup(Uint8Array.of(1))).toEqual(fromRows([[20, 40]]));
    expect(used).toEqual(['multiply', 'lookup']);
  });

  it.each([
    [undefined, 'multiply'],
    [true, 'multiply'],
    [false, 'reconstruct'],
  ])('multiplies by the format only where multiplyPays does not deny it (%s: %s)', (pays, expected) => {
    const used: string[] = [];
    const seen: unknown[] = [];
    const format: CompressedFormat<'column' | 'row'> = {
      ...rankOneFormat,
      reconstruct(ops, factors, form) {
        used.push('reconstruct');
        return rankOneFormat.reconstruct(ops, factors, form);
      },
      multiply(ops, x, { column, row }) {
        used.push('multiply');
        return ops.matMul(ops.matMul(x, column), row);
      },
      ...(pays !== undefined && {
        multiplyPays(form) {
          seen.push(form);
          return pays;
        },
      }),
    };
    expect(rankOne([1, 2, 3], [10, 20], format).matMul(fromRows([[1, 1, 1]]))).toEqual(fromRows([[60, 120]]));
    expect(used).toEqual([expected]);
    expect(seen).toEqual(pays === undefined ? [] : [{ shape: [3, 2], config: { made: 'for a test' } }]);
  });

  it('counts the packed bytes once', () => {
    let packings = 0;
    const format: CompressedFormat<'column' | 'row'> = {
      ...rankOneFormat,
      pack() {
        packings++;
        return { codes: { shape: [6], data: new Uint8Array(6) }, scale: { shape: [1], data: new Float32Array(1) } };
      },
    };
    const packed = rankOne([1, 2, 3], [10, 20], format);
    expect(packed.byteLength).toBe(10);
    expect(packed.compressionRatio).toBe(24 / 10);
    expect(packings).toBe(1);
    expect(packed.pack()).toMatchObject({
      format: 'acme/rank-one',
      version: 2,
      shape: [3, 2],
      config: { made: 'for a test' },
    });
  });

  it('warns when it is not smaller than the dense matrix', () => {
    expect(rankOne([1, 2, 3], [1, 2, 3]).warnings).toEqual([]);
    expect(compressed.warnings).toEqual([]);
    expect(rankOne([1, 2], [1, 2]).warnings).toEqual([
      'acme/rank-one: 16 bytes are not fewer than the 16 of the dense matrix [2, 2].',
    ]);
  });

  it('gives each caller a matrix of its own, also when the format answers with a factor', () => {
    const dense: CompressedFormat<'flat'> = {
      id: 'acme/dense',
      version: 1,
      reconstruct: (ops, { flat }, { shape }) => ops.reshape(flat, shape),
      pack: ({ factors }) => ({ flat: factors.flat }),
      unpack: () => ({ flat: floatFactor([0], new Float32Array(0)) }),
    };
    const factors = { flat: floatFactor([4], Float32Array.of(1, 2, 3, 4)) };
    const stored = createCompressedMatrix(dense, { shape: [2, 2], config: {}, factors });
    stored.decompress().data.fill(0);
    expect(stored.decompress().data).toEqual(Float32Array.of(1, 2, 3, 4));
  });
});

describe('arguments', () => {
  it.each<[string, Matrix, string]>([
    ['too few columns', fromRows([[1, 2]]), 'shape-mismatch'],
    ['data that does not fill it', { shape: [1, 3], data: new Float32Array(2) }, 'invalid-matrix'],
    ['no rows', { shape: [0, 3], data: new Float32Array(0) }, 'invalid-matrix'],
  ])('matMul refuses x with %s', (_, x, code) => {
    expect(() => compressed.matMul(x)).toThrow(expect.objectContaining({ code }));
  });

  it.each([[[3]], [[0, -1]], [[0.5]], [[Number.NaN]]])('lookup refuses the ids %j', (ids) => {
    expect(() => compressed.lookup(ids)).toThrow('lookup: expected row numbers from 0 to 2, got');
  });

  it('lookup refuses no ids at all', () => {
    expect(() => compressed.lookup([])).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });
});

describe('a format that breaks its promise is named', () => {
  const transposed: CompressedFormat<'column' | 'row'> = {
    ...rankOneFormat,
    reconstruct: (ops, { column, row }) => ops.transpose(ops.matMul(column, row)),
  };
  const flat: CompressedFormat<'column' | 'row'> = {
    ...rankOneFormat,
    reconstruct: (ops, { column, row }) => ops.reshape(ops.matMul(column, row), [6]),
  };

  it.each([
    ['another shape', transposed],
    ['another rank', flat],
  ])('%s', (_, format) => {
    const broken = rankOne([1, 2, 3], [10, 20], format);
    expect(() => broken.decompress()).toThrow(expect.objectContaining({ code: 'contract' }));
  });

  it('a reconstruction of integers is refused', () => {
    const integer: CompressedFormat<'codes'> = {
      id: 'acme/integer',
      version: 1,
      reconstruct: (_, { codes }) => codes,
      pack: () => ({}),
      unpack: () => ({ codes }),
    };
    const codes = { shape: [1, 1], dtype: 'int32', trainable: false, data: Int32Array.of(1) } as const;
    const broken = createCompressedMatrix(integer, { shape: [1, 1], config: {}, factors: { codes } });
    expect(() => broken.decompress()).toThrow('expected a float32 result of shape [1, 1]');
  });
});

it('nothing is allocated for a shape beyond the limit', () => {
  const { factors, config, format } = compressed;
  const huge: CompressedMatrix = createCompressedMatrix(format, { shape: [2 ** 20, 2 ** 20], config, factors });
  const refused = expect.objectContaining({ code: 'file-oversized' });
  expect(() => huge.decompress()).toThrow(refused);
  expect(() => huge.lookup([0])).toThrow(refused);
});

describe('a result that a caller gets', () => {
  const format: CompressedFormat<'column' | 'row'> = {
    ...rankOneFormat,
    // Answers with its arguments themselves
    multiply: (_, x) => x,
    lookup: (_, __, { column }) => column,
    reconstruct: (_, { column }) => column,
  };

  it('shares no memory with the factors or the arguments, whichever of them is changed', () => {
    const packed = rankOne([1, 2, 3], [4]);
    const first = packed.pack();
    first.tensors.column.data.fill(9);
    expect(packed.factors.column.data).toEqual(Float32Array.of(1, 2, 3));
    expect(packed.pack().tensors.column.data).toEqual(Float32Array.of(1, 2, 3));
    const second = packed.pack();
    packed.factors.row.data.fill(7);
    expect(second.tensors.row.data).toEqual(Float32Array.of(4));

    const same = rankOne([1], [1], format);
    const x = fromRows([[5]]);
    for (const result of [same.matMul(x), same.lookup([0]), same.decompress()]) result.data.fill(8);
    expect(x.data).toEqual(Float32Array.of(5));
    expect(same.factors.column.data).toEqual(Float32Array.of(1));
  });

  it.each([5, null, undefined, 'abc', '012', {}, [], ['1'], [Symbol('s')], [1n], () => [0], Promise.resolve([0])])(
    'refuses %o as ids',
    (ids) => {
      const lookup = () => rankOne([1, 2, 3], [4]).lookup(ids as number[]);
      expect(lookup).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    },
  );
});
