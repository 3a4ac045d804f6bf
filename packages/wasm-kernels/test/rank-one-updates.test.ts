// Updates of allocated matrices agree with the portable kernels up to rounding, and updates of others to the bit.
import type { View64 } from '@gcompress/core/hosts';
import { block, portableKernels } from '@gcompress/linalg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wasmKernels } from '../src/index.ts';
import { copyOf, difference, normals, normalView } from './helpers.ts';

const kernels = await wasmKernels();
const UPDATES = ['updateThenMultiply', 'updateThenMultiplyTransposed', 'updateThenMultiplySymmetric'] as const;

/** A matrix of the kernels with normal entries. */
function allocated(rows: number, cols: number): View64 {
  const matrix = kernels.allocate?.(rows, cols);
  if (!matrix) throw new Error('These kernels allocate nothing.');
  expect(matrix.data.every((entry) => entry === 0)).toBe(true);
  matrix.data.set(normals(rows * cols, 1));
  return matrix;
}

function expectClose(name: (typeof UPDATES)[number], part: View64, tolerance: number): void {
  const [rows, cols] = [part.rows, part.cols];
  const transposed = name === 'updateThenMultiplyTransposed';
  const [x, y] = [normals(rows, 2), normals(cols, 3)];
  const factor = normals(transposed ? rows : cols, 4);
  const result = new Float64Array(transposed ? cols : rows).fill(9);
  const expected = { part: copyOf(part), result: result.slice() };
  kernels[name](part, x, y, factor, result);
  portableKernels[name](expected.part, x, y, factor, expected.result);
  expect(difference(part.data, expected.part.data)).toBeLessThanOrEqual(tolerance);
  expect(difference(result, expected.result)).toBeLessThanOrEqual(tolerance);
}

describe.each(UPDATES)('%s', (name) => {
  it('agrees for every block of an allocated matrix', () => {
    const sizes = fc.integer({ min: 0, max: 19 });
    fc.assert(
      fc.property(sizes, sizes, fc.nat(5), fc.nat(5), (height, width, row, col) => {
        const matrix = allocated(101, 97);
        expect(matrix.data.buffer.byteLength % 65_536).toBe(0);
        const rows = name === 'updateThenMultiplySymmetric' ? width : height;
        expectClose(name, block(matrix, row, col, rows, width), 1e-14);
      }),
      { numRuns: 60 },
    );
  });

  it('agrees for a whole matrix', () => {
    const size = name === 'updateThenMultiplySymmetric' ? 151 : 203;
    expectClose(name, allocated(151, size), 1e-13);
  });

  it('equals the portable kernel for small matrices, and for matrices that it did not allocate', () => {
    expectClose(name, allocated(9, 9), 0);
    expectClose(name, normalView(150, 150, 'rows', 1), 0);
  });
});

describe('allocate', () => {
  it('keeps matrices apart', () => {
    const [first, second] = [allocated(120, 120), allocated(120, 120)];
    const before = second.data.slice();
    expectClose('updateThenMultiply', first, 1e-13);
    expect(second.data).toEqual(before);
  });

  it('frees the memory of matrices that nothing refers to', () => {
    // 400 matrices of 8 MB
    for (let i = 0; i < 400; i++) expect(kernels.allocate?.(1000, 1000).data.length).toBe(1e6);
  });

  it('throws out-of-memory when the engine has too little memory', () => {
    expect(() => kernels.allocate?.(2 ** 20, 2 ** 20)).toThrow(expect.objectContaining({ code: 'out-of-memory' }));
  });
});
