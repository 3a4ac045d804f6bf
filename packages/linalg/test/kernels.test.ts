// Portable kernels: fused rank-one updates and rotations.
import { createRandom } from '@gcompress/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { block, portableKernels, type Sweep, viewOf } from '../src/index.ts';

const sides = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), fc.nat(1000));

function normals(length: number, seed: number): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length }, () => random.normal());
}

function expectClose(actual: Float64Array, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    if (Number.isNaN(expected[i])) expect(value).toBeNaN();
    else expect(value).toBeCloseTo(expected[i], 12);
  });
}

describe('updates with the next product', () => {
  it('A − x·yᵀ, then A·v', () => {
    fc.assert(
      fc.property(sides, ([rows, cols, seed]) => {
        const before = normals(rows * cols, seed);
        const [x, y, v] = [normals(rows, seed + 1), normals(cols, seed + 2), normals(cols, seed + 3)];
        const after = before.map((entry, at) => entry - x[Math.floor(at / cols)] * y[at % cols]);
        const z = new Float64Array(rows).fill(9);
        const data = before.slice();
        portableKernels.updateThenMultiply(viewOf({ shape: [rows, cols], data }), x, y, v, z);
        expectClose(data, after);
        expectClose(
          z,
          x.map((_, i) => v.reduce((sum, entry, j) => sum + after[i * cols + j] * entry, 0)),
        );
      }),
    );
  });

  it('A − x·yᵀ, then Aᵀ·u', () => {
    fc.assert(
      fc.property(sides, ([rows, cols, seed]) => {
        const before = normals(rows * cols, seed);
        const [x, y, u] = [normals(rows, seed + 1), normals(cols, seed + 2), normals(rows, seed + 3)];
        const after = before.map((entry, at) => entry - x[Math.floor(at / cols)] * y[at % cols]);
        const w = new Float64Array(cols).fill(9);
        const data = before.slice();
        portableKernels.updateThenMultiplyTransposed(viewOf({ shape: [rows, cols], data }), x, y, u, w);
        expectClose(data, after);
        expectClose(
          w,
          y.map((_, j) => u.reduce((sum, entry, i) => sum + after[i * cols + j] * entry, 0)),
        );
      }),
    );
  });

  it('A − x·yᵀ − y·xᵀ for the lower triangle, then A·v', () => {
    fc.assert(
      fc.property(sides, ([n, , seed]) => {
        const full = normals(n * n, seed).map((_, at, all) => all[at] + all[(at % n) * n + Math.floor(at / n)]);
        const [x, y, v] = [normals(n, seed + 1), normals(n, seed + 2), normals(n, seed + 3)];
        const after = full.map((entry, at) => {
          const [i, j] = [Math.floor(at / n), at % n];
          return entry - x[i] * y[j] - y[i] * x[j];
        });
        const isLower = (at: number) => at % n <= Math.floor(at / n);
        const z = new Float64Array(n).fill(9);
        const data = full.map((entry, at) => (isLower(at) ? entry : Number.NaN));
        portableKernels.updateThenMultiplySymmetric(viewOf({ shape: [n, n], data }), x, y, v, z);
        expectClose(
          data,
          after.map((entry, at) => (isLower(at) ? entry : Number.NaN)),
        );
        expectClose(
          z,
          x.map((_, i) => v.reduce((sum, entry, j) => sum + after[i * n + j] * entry, 0)),
        );
      }),
    );
  });

  it('do not change the rest of a larger matrix', () => {
    const data = new Float64Array(36).fill(1);
    const part = block(viewOf({ shape: [6, 6], data }), 1, 2, 3, 3);
    const ones = new Float64Array(3).fill(1);
    portableKernels.updateThenMultiply(part, ones, ones, ones, new Float64Array(3));
    expect(data.filter((entry) => entry === 0).length).toBe(9);
    expect(data.filter((entry) => entry === 1).length).toBe(27);
  });
});

describe('rotateBack', () => {
  it('undoes sweeps, the last sweep first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 2, max: 9 }), fc.nat(1000), (count, n, seed) => {
        const random = createRandom(seed);
        const sweeps: Sweep[] = Array.from({ length: 3 }, () => {
          const from = random.integer(n - 1);
          const length = 1 + random.integer(n - 1 - from);
          const cosines = Float64Array.from({ length }, () => 2 * random.uniform() - 1);
          return { from, cosines, sines: cosines.map((c) => Math.sqrt(1 - c * c)) };
        });
        const original = normals(count * n, seed + 1);
        const data = original.slice();
        for (let row = 0; row < count; row++) {
          for (const { from, cosines, sines } of sweeps) {
            for (let i = 0; i < cosines.length; i++) {
              const at = row * n + from + i;
              const [p, q] = [data[at], data[at + 1]];
              data[at] = cosines[i] * p + sines[i] * q;
              data[at + 1] = cosines[i] * q - sines[i] * p;
            }
          }
        }
        portableKernels.rotateBack(viewOf({ shape: [count, n], data }), sweeps);
        expectClose(data, original);
      }),
    );
  });
});
