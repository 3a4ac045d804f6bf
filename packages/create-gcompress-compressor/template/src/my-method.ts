// The encoder: options and algorithm.
import { createRandom, defineMethod, floatFactor, GCompressError, type Matrix, reportProgress } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertSeed } from '@gcompress/core/checks';
import { myMethodFormat } from './format.ts';

/** Options of {@link myMethod}. */
export interface MyMethodOptions {
  /** Rounds of alternating least squares, at least 1. Default 20. */
  readonly iterations?: number;
  /** Seed of the random start, an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
}

/**
 * Replace this with your method. This example finds the best product of a column and a row by alternating least squares.
 *
 * @throws GCompressError `invalid-option`, `unknown-option`; `not-smaller` when the factors would not be smaller than the matrix.
 */
export const myMethod = /* @__PURE__ */ defineMethod<MyMethodOptions, 'column' | 'row'>({
  name: 'gcompress-my-method/my-method',
  format: myMethodFormat,

  create(options) {
    assertKnownOptions('myMethod', options, ['iterations', 'seed']);
    const { iterations = 20, seed = 0 } = options;
    assertNumber('myMethod', 'iterations', iterations, { min: 1, integer: true });
    assertSeed(seed, 'myMethod');

    return {
      // A saved model holds these options and makes an equal compressor from them
      options: { iterations, seed },

      // The shapes of the factors, without a matrix. Throw if a matrix of this shape cannot be compressed
      plan([rows, columns]) {
        if (rows + columns >= rows * columns) {
          throw new GCompressError('not-smaller', {
            where: 'myMethod',
            expected: 'a matrix with more values than its factors',
            actual: `shape [${rows}, ${columns}]`,
          });
        }
        return {
          factors: {
            column: { shape: [rows, 1], dtype: 'float32', trainable: true },
            row: { shape: [1, columns], dtype: 'float32', trainable: true },
          },
        };
      },

      // Runs the algorithm. The matrix has been checked
      factorize(matrix, call) {
        const [rows, columns] = matrix.shape;
        const random = createRandom(seed);
        let row: Float64Array = Float64Array.from({ length: columns }, () => random.normal());
        let column: Float64Array = new Float64Array(rows);
        for (let done = 1; done <= iterations; done++) {
          column = times(matrix, row, 'columns');
          row = times(matrix, column, 'rows');
          // Reports progress, and throws when the user aborts. Call it at least every 200 ms
          reportProgress(call, done / iterations);
        }
        return {
          column: floatFactor([rows, 1], Float32Array.from(column)),
          row: floatFactor([1, columns], Float32Array.from(row)),
        };
      },
    };
  },
});

/**
 * Least-squares fit of the other factor: matrix·vector / ‖vector‖², summed over the columns or the rows. Zero for the zero vector.
 */
function times({ shape: [rows, columns], data }: Matrix, vector: Float64Array, over: 'rows' | 'columns'): Float64Array {
  const sums = new Float64Array(over === 'columns' ? rows : columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      if (over === 'columns') sums[i] += data[i * columns + j] * vector[j];
      else sums[j] += data[i * columns + j] * vector[i];
    }
  }
  const squares = vector.reduce((sum, entry) => sum + entry * entry, 0);
  return squares > 0 ? sums.map((sum) => sum / squares) : sums;
}
