// Checks with huge and tiny entries.
import { isGCompressError, type Matrix } from '@gcompress/core';
import * as fc from 'fast-check';
import { ensure } from '../assertions/assertions.ts';
import type { Check } from '../assertions/check.ts';
import { denseMatrices, scaleBy } from '../samples/arbitraries.ts';
import { copyOf, createFor, type Workbench } from '../samples/workbench.ts';

/** Exponents of two that scale a matrix from the smallest float32 numbers to the largest. */
const SMALLEST = -149;
const LARGEST = 127;

/** Matrices at every scale of float32: the result is finite, or the matrix is refused. */
export const scaleCheck: Check<Workbench> = {
  name: 'a finite matrix of any scale never becomes infinite without a word',
  run: ({ subject }) => {
    const matrices = denseMatrices(fc.constantFrom(...subject.shapes));
    const exponents = fc.oneof(
      fc.integer({ min: SMALLEST, max: LARGEST }),
      fc.integer({ min: LARGEST - 3, max: LARGEST }),
    );
    return fc.assert(
      fc.asyncProperty(matrices, exponents, async (matrix, exponent) => {
        const scaled = withLargest(matrix, exponent);
        const made = createFor(subject.create, scaled.shape);
        if ('refused' in made) return;
        try {
          const compressed = await made.compressor.compress(copyOf(scaled));
          const infinite = compressed.decompress().data.find((entry) => !Number.isFinite(entry));
          ensure(infinite === undefined, `entries up to 2^${exponent} become ${infinite}`);
        } catch (error) {
          if (!isGCompressError(error, 'non-finite')) throw error;
          // Only entries near the limit may be too large
          ensure(exponent > LARGEST / 2, `entries of at most 2^${exponent} are refused: ${error.message}`);
        }
      }),
      { numRuns: subject.propertyRuns, seed: subject.seed },
    );
  },
};

/** The matrix scaled so that its largest entry is just below `2^(exponent + 1)`. */
function withLargest(matrix: Matrix, exponent: number): Matrix {
  const largest = matrix.data.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  if (largest === 0) return matrix;
  const unit = scaleBy(matrix, 1 / largest);
  return { shape: matrix.shape, data: unit.data.map((entry) => entry * (2 - 2 ** -23) * 2 ** exponent) };
}
