// Sizes and errors on golden matrices, compared with the Python library.
import { relativeError } from '@gcompress/core';
import { golden, goldenMatrix } from '@gcompress/fixtures';
import { describe, expect, it } from 'vitest';
import { dictLearn } from '../src/index.ts';
import { sizesFromPercent } from '../src/sizes.ts';

interface DictLearnCase {
  readonly name: string;
  readonly matrix: string;
  /** The percent divisor. */
  readonly rank: number;
  readonly iterations: number;
  readonly atoms: number;
  readonly nonzeros: number;
  readonly relativeError: number;
}

/**
 * The relative error of float32. The Python library keeps its dictionary in float64; here, dictionary, codes and products are rounded
 * to 24 bits. A smaller relative error is nothing but this rounding.
 */
const STORAGE = 2 ** -23;

const cases = golden<DictLearnCase[]>('dictlearn');

it.each(cases)('the sizes of $name equal the Python library', ({ matrix, rank, atoms, nonzeros }) => {
  const { shape } = goldenMatrix(matrix);
  expect(sizesFromPercent(shape, rank)).toEqual({ atoms, nonzeros });
  const { factors, config } = dictLearn({ allowLarger: true, percent: rank }).plan(shape);
  expect([factors.atoms.shape, config.nonzeros]).toEqual([[atoms, shape[1]], nonzeros]);
});

it.each(cases)('the error of $name is at most the error of the Python library', (expected) => {
  const original = goldenMatrix(expected.matrix);
  const { rank: percent, iterations } = expected;
  const compressed = dictLearn({ allowLarger: true, percent, iterations, tolerance: 0 }).compress(original);
  expect(relativeError(original, compressed.decompress())).toBeLessThanOrEqual(
    Math.max(expected.relativeError, STORAGE),
  );
});

describe('percent', () => {
  it('gives the sizes of the Python library', () => {
    const compressor = dictLearn({ percent: 200, allowLarger: true });
    expect(compressor.plan([20, 5]).factors.atoms.shape).toEqual([11, 5]);
    expect(compressor.plan([20, 5]).config.nonzeros).toBe(3);
  });

  it('keeps the scale that one iteration of the Python library loses', () => {
    const original = goldenMatrix('trained-300x100');
    const compressed = dictLearn({ allowLarger: true, percent: 200, iterations: 2 }).compress(original);
    const best = cases.filter(({ matrix, rank }) => matrix === 'trained-300x100' && rank === 200);
    const smallest = Math.min(...best.map((each) => each.relativeError));
    expect(relativeError(original, compressed.decompress())).toBeLessThan(smallest);
  });

  it('below 100 counts as 100', () => {
    expect(sizesFromPercent([20, 5], 7)).toEqual(sizesFromPercent([20, 5], 100));
    expect(sizesFromPercent([20, 5], 100)).toEqual({ atoms: 21, nonzeros: 5 });
  });
});

it('dictLearn passes the checks of the Python tests', () => {
  // Rank 5, exactly representable: Python reaches 0.1 with 32 iterations
  const rows = Array.from({ length: 20 }, (_, i) => [1, (i * 7) % 5, i % 2 ? 0 : i, (i * i) % 7, i % 3 ? 0 : 1]);
  const data = Float32Array.from(
    rows.flatMap((row) => row.map((_, j) => row.reduce((sum, x, l) => sum + x * Math.cos(j * l), 0))),
  );
  const original = { shape: [20, 5] as const, data };
  const errorAt = (percent: number) =>
    relativeError(original, dictLearn({ allowLarger: true, percent }).compress(original).decompress());
  expect(errorAt(100)).toBeLessThan(1e-6);
  expect(errorAt(125)).toBeLessThanOrEqual(errorAt(200));
});
