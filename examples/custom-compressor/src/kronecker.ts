// The encoder: the Kronecker products nearest to a matrix.
import {
  defineMethod,
  elementCount,
  type Factor,
  floatFactor,
  GCompressError,
  type Matrix,
  matrix,
  type Shape2D,
} from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertSeed, assertShape2D } from '@gcompress/core/checks';
import { truncatedSvd } from '@gcompress/linalg';
import { kroneckerFormat } from './format.ts';

/** Options of {@link kronecker}. */
export interface KroneckerOptions {
  /** Number of Kronecker products that are summed. Default 1. */
  readonly terms?: number;
  /** Shape `[r, c]` of the blocks; must divide that of the matrix. Default: for each side its largest divisor up to its root. */
  readonly block?: Shape2D;
  /** Seed of the decomposition, an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
}

const WHERE = 'kronecker';

/**
 * The sum of `terms` Kronecker products that is nearest to the matrix. With each block of the matrix written as a row, it is a
 * truncated singular value decomposition (Van Loan and Pitsianis, 1993). Both factors are trainable.
 *
 * @throws GCompressError `invalid-option`, `unknown-option`; `not-smaller` for a shape at which nothing is gained.
 */
export const kronecker = /* @__PURE__ */ defineMethod<KroneckerOptions, 'left' | 'right'>({
  name: 'gcompress-kronecker/kronecker',
  format: kroneckerFormat,

  create(options) {
    assertKnownOptions(WHERE, options, ['terms', 'block', 'seed']);
    const { terms = 1, block, seed = 0 } = options;
    assertNumber(WHERE, 'terms', terms, { min: 1, integer: true });
    if (block) assertShape2D(block, `${WHERE} block`);
    assertSeed(seed, WHERE);
    const shapes = (shape: Shape2D) => factorShapes(shape, block ?? [nearRoot(shape[0]), nearRoot(shape[1])], terms);

    return {
      options: { terms, ...(block && { block }), seed },
      plan(shape) {
        const { left, right } = shapes(shape);
        return {
          factors: {
            left: { shape: left, dtype: 'float32', trainable: true },
            right: { shape: right, dtype: 'float32', trainable: true },
          },
          config: { terms, blockRows: right[1], blockCols: right[2] },
        };
      },
      factorize(given, { signal, onProgress }) {
        const { left, right } = shapes(given.shape);
        const { u, s, v } = truncatedSvd(oneBlockARow(given, right), terms, { seed, signal, onProgress });
        return { left: vectors(u, s, left), right: vectors(v, s, right) };
      },
    };
  },
});

/** Shapes of the factors, where they have fewer values than the matrix. */
function factorShapes([rows, cols]: Shape2D, [blockRows, blockCols]: Shape2D, terms: number) {
  if (rows % blockRows !== 0 || cols % blockCols !== 0) {
    throw new GCompressError('invalid-option', {
      where: `${WHERE} block`,
      expected: `a shape that divides [${rows}, ${cols}]`,
      actual: `[${blockRows}, ${blockCols}]`,
    });
  }
  const left = [terms, rows / blockRows, cols / blockCols];
  const right = [terms, blockRows, blockCols];
  const values = elementCount(left) + elementCount(right);
  if (values < rows * cols) return { left, right };
  throw new GCompressError('not-smaller', {
    where: WHERE,
    expected: `factors of fewer than the ${rows * cols} values of a matrix [${rows}, ${cols}]`,
    actual: `${values}`,
    hint: 'Give fewer terms or another block, or leave this matrix as it is.',
  });
}

/** The matrix whose rows are the blocks of another one, each written row by row. */
function oneBlockARow({ shape: [rows, cols], data }: Matrix, [, blockRows, blockCols]: readonly number[]): Matrix {
  const rearranged = new Float32Array(data.length);
  let at = 0;
  for (let top = 0; top < rows; top += blockRows) {
    for (let side = 0; side < cols; side += blockCols) {
      for (let i = 0; i < blockRows; i++, at += blockCols) {
        const start = (top + i) * cols + side;
        rearranged.set(data.subarray(start, start + blockCols), at);
      }
    }
  }
  return matrix([data.length / (blockRows * blockCols), blockRows * blockCols], rearranged);
}

/** The columns of U or V one after the other, each times the root of its singular value. */
function vectors(columns: ArrayLike<number>, values: ArrayLike<number>, shape: readonly number[]): Factor {
  const [terms] = shape;
  const length = elementCount(shape) / terms;
  const entry = (_: unknown, at: number) => {
    const term = Math.floor(at / length);
    return columns[(at % length) * terms + term] * Math.sqrt(values[term]);
  };
  return floatFactor(shape, Float32Array.from({ length: terms * length }, entry));
}

/** The largest divisor of a side that is not above its root. */
function nearRoot(side: number): number {
  let divisor = Math.floor(Math.sqrt(side));
  while (side % divisor !== 0) divisor--;
  return divisor;
}
