import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CpuTensor, cpuOps, elementCount } from '../src/index.ts';

function float(shape: readonly number[], values: readonly number[]): CpuTensor {
  return { shape, data: Float32Array.from(values) };
}

function int(shape: readonly number[], values: readonly number[]): CpuTensor {
  return { shape, data: Int32Array.from(values) };
}

/** Tensors of this shape whose entries are small integers, on which float32 arithmetic is exact. */
function integers(shape: readonly number[]): fc.Arbitrary<CpuTensor> {
  const length = elementCount(shape);
  return fc
    .array(fc.integer({ min: -50, max: 50 }), { minLength: length, maxLength: length })
    .map((values) => float(shape, values));
}

const side = fc.integer({ min: 1, max: 5 });

describe('matMul', () => {
  it('is the sum over the inner axis', () => {
    const operands = fc.tuple(side, side, side).chain(([m, k, n]) => fc.tuple(integers([m, k]), integers([k, n])));
    fc.assert(
      fc.property(operands, ([a, b]) => {
        const [m, k] = a.shape;
        const n = b.shape[1];
        const product = cpuOps.matMul(a, b);
        expect(product.shape).toEqual([m, n]);
        for (let at = 0; at < m * n; at++) {
          let sum = 0;
          for (let p = 0; p < k; p++) sum += a.data[Math.floor(at / n) * k + p] * b.data[p * n + (at % n)];
          expect(product.data[at]).toBe(sum);
        }
      }),
    );
  });

  it('multiplies each pair of a batch', () => {
    const a = float([2, 2, 1], [1, 2, 3, 4]);
    const b = float([2, 1, 2], [1, 10, 2, 20]);
    expect(cpuOps.matMul(a, b)).toEqual(float([2, 2, 2], [1, 10, 2, 20, 6, 60, 8, 80]));
  });

  it('rounds once, after the sum', () => {
    // In float32, 2^24 + 1 is 2^24, so that adding step by step would lose both ones
    expect(cpuOps.matMul(float([1, 3], [2 ** 24, 1, 1]), float([3, 1], [1, 1, 1])).data[0]).toBe(2 ** 24 + 2);
  });

  it('gives zeros for an empty inner axis', () => {
    expect(cpuOps.matMul(float([2, 0], []), float([0, 3], []))).toEqual(float([2, 3], [0, 0, 0, 0, 0, 0]));
  });

  it.each([
    ['inner axes that differ', float([2, 2], [1, 2, 3, 4]), float([3, 1], [1, 2, 3])],
    ['a vector', float([2], [1, 2]), float([2, 1], [1, 2])],
    ['one batch and one matrix', float([1, 1, 1], [1]), float([1, 1], [1])],
    ['batches that differ', float([2, 1, 1], [1, 2]), float([1, 1, 1], [1])],
    ['two batch axes', float([1, 1, 1, 1], [1]), float([1, 1, 1, 1], [1])],
  ])('refuses %s', (_, a, b) => {
    expect(() => cpuOps.matMul(a, b)).toThrow(expect.objectContaining({ code: 'shape-mismatch' }));
  });
});

describe('add and mul', () => {
  it('repeat sides of length 1 and missing sides, as NumPy does', () => {
    const shapes = fc
      .array(side, { minLength: 1, maxLength: 3 })
      .chain((shape) =>
        fc.tuple(
          fc.constant(shape),
          fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
          fc.integer({ min: 0, max: shape.length }),
        ),
      );
    const operands = shapes.chain(([shape, repeated, dropped]) => {
      const other = shape.map((length, axis) => (repeated[axis] ? 1 : length)).slice(dropped);
      return fc.tuple(integers(shape), integers(other));
    });
    fc.assert(
      fc.property(operands, ([a, b]) => {
        const [sum, product] = [cpuOps.add(a, b), cpuOps.mul(b, a)];
        expect([sum.shape, product.shape]).toEqual([a.shape, a.shape]);
        a.data.forEach((value, at) => {
          const other = b.data[positionIn(b.shape, at, a.shape)];
          expect(sum.data[at]).toBe(value + other);
          expect(product.data[at]).toBe(value * other);
        });
      }),
    );
  });

  it('give int32 for two int32 tensors and float32 otherwise', () => {
    expect(cpuOps.add(int([2], [1, 2]), int([1], [5]))).toEqual(int([2], [6, 7]));
    expect(cpuOps.mul(int([2], [1, 2]), float([2], [0.5, 0.25]))).toEqual(float([2], [0.5, 0.5]));
  });

  it('refuse sides that are neither equal nor 1', () => {
    const [a, b] = [float([2, 3], [1, 2, 3, 4, 5, 6]), float([2], [1, 2])];
    expect(() => cpuOps.add(a, b)).toThrow('add: expected shapes that broadcast, got [2, 3] and [2].');
    expect(() => cpuOps.mul(b, a)).toThrow(expect.objectContaining({ code: 'shape-mismatch' }));
  });
});

describe('gather', () => {
  const table = float([3, 2], [1, 2, 3, 4, 5, 6]);

  it('picks slices in the order of the indices, whose axes it keeps', () => {
    expect(cpuOps.gather(table, int([2, 1], [2, 0]))).toEqual(float([2, 1, 2], [5, 6, 1, 2]));
  });

  it('gives its own data', () => {
    const picked = cpuOps.gather(table, int([3], [0, 1, 2]));
    expect(picked.data).toEqual(table.data);
    expect(picked.data.buffer).not.toBe(table.data.buffer);
  });

  it.each([3, -1])('refuses the index %i', (index) => {
    const gather = () => cpuOps.gather(table, int([1], [index]));
    expect(gather).toThrow(`gather: expected indices from 0 to 2, got ${index}.`);
  });

  it('refuses float indices, which no host accepts, and a table without axes', () => {
    const refused = expect.objectContaining({ code: 'shape-mismatch' });
    expect(() => cpuOps.gather(table, float([1], [0]))).toThrow(refused);
    expect(() => cpuOps.gather(float([], [1]), int([1], [0]))).toThrow(refused);
  });
});

describe('reshape', () => {
  it('shares the data', () => {
    const x = float([2, 3], [1, 2, 3, 4, 5, 6]);
    expect(cpuOps.reshape(x, [3, 1, 2])).toEqual({ shape: [3, 1, 2], data: x.data });
    expect(cpuOps.reshape(x, [6]).data).toBe(x.data);
  });

  it.each([[[4]], [[-2, -3]], [[]]])('refuses [%s] for six values', (shape) => {
    const x = float([2, 3], [1, 2, 3, 4, 5, 6]);
    expect(() => cpuOps.reshape(x, shape)).toThrow(expect.objectContaining({ code: 'shape-mismatch' }));
  });
});

describe('transpose', () => {
  it('reverses the axes, and twice gives the same', () => {
    const tensors = fc.array(side, { minLength: 0, maxLength: 4 }).chain(integers);
    fc.assert(
      fc.property(tensors, (x) => {
        const reversed = cpuOps.transpose(x);
        expect(reversed.shape).toEqual([...x.shape].reverse());
        expect(cpuOps.transpose(reversed)).toEqual(x);
      }),
    );
  });

  it('moves axes where the permutation says', () => {
    const x = float([1, 2, 3], [1, 2, 3, 4, 5, 6]);
    expect(cpuOps.transpose(x, [2, 0, 1])).toEqual(float([3, 1, 2], [1, 4, 2, 5, 3, 6]));
  });

  it.each([[[0]], [[0, 0]], [[0, 2]], [[0, 1, 1]]])('refuses the permutation [%s] of two axes', (permutation) => {
    const x = float([2, 2], [1, 2, 3, 4]);
    expect(() => cpuOps.transpose(x, permutation)).toThrow(expect.objectContaining({ code: 'shape-mismatch' }));
  });
});

describe('slice', () => {
  const x = float([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]);

  it('takes a block', () => {
    expect(cpuOps.slice(x, [1, 1], [2, 1])).toEqual(float([2, 1], [5, 8]));
    expect(cpuOps.slice(x, [3, 0], [0, 3])).toEqual(float([0, 3], []));
  });

  it.each([
    ['beyond the end', [2, 0], [2, 3]],
    ['before the start', [-1, 0], [2, 3]],
    ['of a negative size', [1, 0], [-2, 3]],
    ['to the end, from beyond it', [4, 0], [-1, 3]],
    ['with too few begins', [1], [1, 1]],
    ['with too many sizes', [1, 1], [1, 1, 1]],
  ])('refuses a block %s', (_, begin, size) => {
    expect(() => cpuOps.slice(x, begin, size)).toThrow(expect.objectContaining({ code: 'shape-mismatch' }));
  });
});

/** Where the entry of a broadcast result comes from: its position in an operand of this shape. */
function positionIn(shape: readonly number[], at: number, resultShape: readonly number[]): number {
  let rest = at;
  let position = 0;
  let stride = 1;
  for (let back = 1; back <= shape.length; back++) {
    const length = resultShape[resultShape.length - back];
    const own = shape[shape.length - back];
    if (own > 1) position += (rest % length) * stride;
    rest = Math.floor(rest / length);
    stride *= own;
  }
  return position;
}
