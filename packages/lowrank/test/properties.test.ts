import { cpuOps, frobeniusNorm, type Matrix, matrix, relativeError } from '@gcompress/core';
import { createCompressedMatrix, padFactor } from '@gcompress/core/hosts';
import { singularValues } from '@gcompress/linalg';
import { anyMatrices, denseMatrices, shapes } from '@gcompress/testkit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { breakEvenRank, lowRank, lowRankFormat, rankFromPercent } from '../src/index.ts';

/** Shapes that low-rank factors can make smaller. */
const compressible = shapes().filter((shape) => breakEvenRank(shape) > 0);
const runs = { numRuns: 60, seed: 1 };

const squares = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value * value, 0);

it('the error equals the norm of the dropped singular values, with both decompositions', () => {
  const cases = fc.tuple(anyMatrices(), fc.nat(), fc.constantFrom('truncated' as const, 'exact' as const));
  const holds = ([a, pick, svd]: [Matrix, number, 'truncated' | 'exact']) => {
    const rank = 1 + (pick % Math.min(...a.shape));
    const { factors, decompress } = lowRank({ rank, svd, allowLarger: true }).compress(a);
    const values = singularValues(a);
    const smallest = Math.sqrt(squares(values.subarray(rank)) / (squares(values) || 1));
    expect(Math.abs(relativeError(a, decompress()) - smallest)).toBeLessThan(1e-6);
    // Each column of b and its row of c have equal norms, not only b and c as a whole
    const product = cpuOps.matMul(cpuOps.transpose(factors.b), factors.b);
    const other = cpuOps.matMul(factors.c, cpuOps.transpose(factors.c));
    for (let j = 0; j < rank; j++) {
      expect(Math.abs(product.data[j * rank + j] - values[j])).toBeLessThanOrEqual(1e-6 * values[0]);
      expect(Math.abs(other.data[j * rank + j] - values[j])).toBeLessThanOrEqual(1e-6 * values[0]);
    }
  };
  fc.assert(fc.property(cases, holds), runs);
});

it('the break-even rank is the largest whose factors have fewer values than the matrix', () => {
  const holds = ([rows, cols]: readonly [number, number]) => {
    const rank = breakEvenRank([rows, cols]);
    expect(rank * (rows + cols)).toBeLessThan(rows * cols);
    expect((rank + 1) * (rows + cols)).toBeGreaterThanOrEqual(rows * cols);
  };
  fc.assert(fc.property(shapes({ maxRows: 5000, maxCols: 5000 }), holds), { numRuns: 1000, seed: 1 });
});

it('a larger percent divisor never gives a larger rank, and every rank lies in 1 … min(m, n)', () => {
  const divisor = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
  const holds = (shape: readonly [number, number], one: number, other: number) => {
    const [high, low] = [Math.min(one, other), Math.max(one, other)].map((percent) => rankFromPercent(shape, percent));
    expect(low).toBeGreaterThanOrEqual(1);
    expect(low).toBeLessThanOrEqual(high);
    expect(high).toBeLessThanOrEqual(Math.min(...shape));
  };
  fc.assert(fc.property(shapes({ maxRows: 500, maxCols: 500 }), divisor, divisor, holds), { numRuns: 500, seed: 1 });
});

it('ratio and bytes are kept, and one more rank would exceed them or not be smaller than the matrix', () => {
  const holds = (shape: readonly [number, number], part: number) => {
    const [rows, cols] = shape;
    const dense = rows * cols * 4;
    const one = (rows + cols) * 4;
    const ratio = 1 + part * (dense / one - 1);
    const bytes = one + Math.floor((1 - part) * (dense - one));
    const sizeOf = (options: { ratio: number } | { bytes: number }) =>
      lowRank(options).plan(shape).factors.b.shape[1] * one;
    const next = (size: number) => Math.min(size + one, dense);
    expect(dense / sizeOf({ ratio })).toBeGreaterThanOrEqual(ratio);
    expect(dense / next(sizeOf({ ratio }))).toBeLessThan(ratio);
    expect(sizeOf({ bytes })).toBeLessThanOrEqual(bytes);
    expect(next(sizeOf({ bytes }))).toBeGreaterThan(bytes);
  };
  const part = fc.double({ min: 0.01, max: 0.99, noNaN: true });
  fc.assert(fc.property(compressible, part, holds), { numRuns: 500, seed: 1 });
});

it('plan answers the stored bytes: exactly for a fixed rank, at most for an energy', () => {
  const holds = (a: Matrix, pick: number, energy: number) => {
    const fixed = lowRank({ rank: 1 + (pick % Math.min(...a.shape)), allowLarger: true });
    expect(fixed.plan(a.shape).byteLength).toBe(fixed.compress(a).byteLength);
    const kept = lowRank({ energy, allowLarger: true });
    expect(kept.compress(a).byteLength).toBeLessThanOrEqual(kept.plan(a.shape).byteLength);
  };
  fc.assert(fc.property(anyMatrices(), fc.nat(), fc.double({ min: 0.05, max: 1, noNaN: true }), holds), runs);
});

it('energy chooses the smallest rank that keeps it', () => {
  const part = fc.double({ min: 0.05, max: 0.999, noNaN: true });
  const holds = (a: Matrix, energy: number) => {
    const compressed = lowRank({ energy, allowLarger: true }).compress(a);
    const [, rank] = compressed.factors.b.shape;
    const values = singularValues(a);
    const kept = (count: number) => squares(values.subarray(0, count)) / squares(values);
    expect(kept(rank)).toBeGreaterThan(energy - 1e-12);
    if (rank > 1) expect(kept(rank - 1)).toBeLessThan(energy + 1e-12);
    expect(1 - relativeError(a, compressed.decompress()) ** 2).toBeGreaterThan(energy - 1e-6);
  };
  fc.assert(
    fc.property(
      denseMatrices().filter((a) => frobeniusNorm(a) > 0),
      part,
      holds,
    ),
    runs,
  );
});

it('trimming removes the padding and nothing else', () => {
  const holds = (a: Matrix, extra: number) => {
    const compressed = lowRank({ energy: 0.9, allowLarger: true }).compress(a);
    const { b, c } = compressed.factors;
    const [rows, rank] = b.shape;
    const padded = {
      b: padFactor(b, [rows, rank + extra]),
      c: padFactor(c, [rank + extra, a.shape[1]]),
    };
    const trimmed = lowRankFormat.trim?.({ ...compressed, factors: padded });
    expect(trimmed?.factors).toEqual(compressed.factors);
  };
  fc.assert(
    fc.property(
      denseMatrices().filter((a) => frobeniusNorm(a) > 0),
      fc.integer({ min: 1, max: 4 }),
      holds,
    ),
    runs,
  );
});

it('trimming a zero matrix keeps rank 1', () => {
  const zero = lowRank({ rank: 3 }).compress(matrix([9, 9], new Float32Array(81)));
  const trimmed = createCompressedMatrix(lowRankFormat, lowRankFormat.trim?.(zero) ?? zero);
  expect(trimmed.factors.b.shape).toEqual([9, 1]);
  expect(trimmed.decompress().data.every((entry) => entry === 0)).toBe(true);
});
