// Properties of `dictLearn` on arbitrary matrices and on trained weights.
import { elementCount, type Matrix, matrix, relativeError, type Shape2D } from '@gcompress/core';
import { goldenMatrix, trainedMatrix } from '@gcompress/fixtures';
import { anyMatrices, denseMatrices, shapes } from '@gcompress/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DictLearnOptions, dictLearn } from '../src/index.ts';
import { expectedError, sizesForShape, storedBytes } from '../src/sizes.ts';

const runs = { numRuns: 40, seed: 1 };

const optionChoices = fc.constantFrom<DictLearnOptions>(
  { atoms: 6, nonzeros: 2 },
  { atoms: 3, nonzeros: 3 },
  { atoms: 6, nonzeros: 2, signalLength: 4 },
  { atoms: 16, nonzeros: 1, signalLength: 3, valueBits: 5 },
  { percent: 300 },
);

it('zero rows stay zero and no other row becomes zero because of them', () => {
  const holds = (a: Matrix, zeros: readonly number[], options: DictLearnOptions) => {
    const [rows, cols] = a.shape;
    const chosen = new Set(zeros.map((row) => row % rows));
    const data = a.data.map((entry, at) => (chosen.has(Math.floor(at / cols)) ? 0 : entry)) as Float32Array;
    const approximation = dictLearn({ ...options, allowLarger: true })
      .compress(matrix(a.shape, data))
      .decompress();
    for (const row of chosen) {
      expect(approximation.data.subarray(row * cols, (row + 1) * cols).every((entry) => entry === 0)).toBe(true);
    }
    expect(relativeError(matrix(a.shape, data), approximation)).toBeLessThanOrEqual(1);
  };
  fc.assert(
    fc.property(denseMatrices(), fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), optionChoices, holds),
    runs,
  );
});

it('as many atoms as rows reproduce the matrix with one nonzero for each row', () => {
  const holds = (a: Matrix) => {
    const compressed = dictLearn({ allowLarger: true, atoms: a.shape[0], nonzeros: 1, iterations: 0 }).compress(a);
    expect(relativeError(a, compressed.decompress())).toBeLessThan(1e-6);
  };
  fc.assert(fc.property(anyMatrices(), holds), runs);
});

it('more nonzeros over the same atoms never make the error larger', () => {
  const holds = (a: Matrix, atoms: number) => {
    const errors = Array.from({ length: atoms }, (_, i) =>
      relativeError(
        a,
        dictLearn({ allowLarger: true, atoms, nonzeros: i + 1, iterations: 0 })
          .compress(a)
          .decompress(),
      ),
    );
    for (let i = 1; i < atoms; i++) expect(errors[i]).toBeLessThanOrEqual(errors[i - 1] + 1e-6);
  };
  fc.assert(fc.property(anyMatrices(), fc.integer({ min: 2, max: 6 }), holds), runs);
});

it('the stored form of every matrix fits its budget', () => {
  const holds = (a: Matrix, ratio: number) => {
    let compressor: ReturnType<typeof dictLearn>;
    try {
      compressor = dictLearn({ allowLarger: true, ratio, iterations: 1 });
      compressor.plan(a.shape);
    } catch {
      return;
    }
    expect(compressor.compress(a).compressionRatio).toBeGreaterThanOrEqual(ratio);
  };
  const large = shapes({ maxRows: 40, maxCols: 20 });
  fc.assert(fc.property(anyMatrices(large), fc.double({ min: 1.1, max: 20, noNaN: true }), holds), runs);
});

it('more bytes never have a larger expected error', () => {
  const holds = (shape: Shape2D, part: number) => {
    const dense = 4 * elementCount(shape);
    const errors = [0.2, 0.2 + 0.6 * part, 0.8].map((share) =>
      expectedError(sizesForShape(shape, { bytes: Math.ceil(share * dense) + 60 })),
    );
    expect(errors[1]).toBeLessThanOrEqual(errors[0]);
    expect(errors[2]).toBeLessThanOrEqual(errors[1]);
  };
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(shapes({ maxRows: 300, maxCols: 300 }), part, holds), { numRuns: 12, seed: 1 });
});

describe('on trained weights', () => {
  const fc2 = trainedMatrix('fc2');
  const weights = matrix(fc2.shape, fc2.data);

  it.each([4, 8, 10, 20])('the error at ratio %d is near the expected error of the sizes', (ratio) => {
    const sizes = sizesForShape(weights.shape, { ratio });
    const compressed = dictLearn({ allowLarger: true, ratio }).compress(weights);
    const error = relativeError(weights, compressed.decompress());
    expect(error).toBeGreaterThan(0.5 * Math.sqrt(expectedError(sizes)));
    expect(error).toBeLessThan(1.5 * Math.sqrt(expectedError(sizes)));
    expect(compressed.byteLength).toBeLessThanOrEqual(storedBytes(weights.shape, sizes));
  });

  it('pieces of rows have a far smaller error than whole rows in as many bytes', () => {
    const rows = dictLearn({ allowLarger: true, atoms: 30, nonzeros: 6 }).compress(weights);
    const pieces = dictLearn({ allowLarger: true, bytes: rows.byteLength }).compress(weights);
    expect(pieces.byteLength).toBeLessThanOrEqual(rows.byteLength);
    const [ofRows, ofPieces] = [rows, pieces].map((each) => relativeError(weights, each.decompress()));
    expect(ofPieces).toBeLessThan(0.2 * ofRows);
  });
});

it('one zero row does not make the result zero, as it does in the Python library', () => {
  const { shape, data } = goldenMatrix('normal-24x16');
  const withZeroRow = matrix(shape, data.map((entry, at) => (at < 16 ? 0 : entry)) as Float32Array);
  const compressed = dictLearn({ allowLarger: true, percent: 200 }).compress(withZeroRow);
  expect(relativeError(withZeroRow, compressed.decompress())).toBeLessThan(0.2);
  const zero = dictLearn({ allowLarger: true, percent: 200 }).compress(matrix([3, 5], new Float32Array(15)));
  expect(zero.decompress().data.every((entry) => entry === 0)).toBe(true);
  expect(zero.byteLength).toBeLessThan(30);
});
