// The encoder: options and algorithm.
import { createRandom, defineMethod, floatFactor, GCompressError, type Matrix, reportProgress } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertSeed } from '@gcompress/core/checks';
import { myMethodFormat } from './format.ts';

/** Options of {@link myMethod}. */
export interface MyMethodOptions {
  /** How often both factors are computed from each other, at least 1. Default 20. */
  readonly iterations?: number;
  /** Seed of the random start, an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
}

/**
 * Replace this with your method. What stands here is the product of a column and a row that is nearest to the matrix, by
 * alternating least squares.
 *
 * @throws GCompressError `invalid-option`, `unknown-option`; `not-smaller` for a shape at which nothing is gained.
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
      // With these, a saved model makes an equal compressor again
      options: { iterations, seed },

      // The shapes of the factors, before there is a matrix; throw where the shape is not possible
      plan([rows, columns]) {
        if (rows + columns >= rows * columns) {
          throw new GCompressError('not-smaller', {
            where: 'myMethod',
            expected: 'a matrix of more values than its factors',
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

      // The work itself; the matrix arrives checked
      factorize(matrix, call) {
        const [rows, columns] = matrix.shape;
        const random = createRandom(seed);
        let row: Float64Array = Float64Array.from({ length: columns }, () => random.normal());
        let column: Float64Array = new Float64Array(rows);
        for (let done = 1; done <= iterations; done++) {
          column = times(matrix, row, 'columns');
          row = times(matrix, column, 'rows');
          // Tells progress and ends when the user aborts: call it at least every 200 ms
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
