// The decoder of Kronecker products.
import { type CompressedFormat, floatFactor, GCompressError, type JsonObject, type Shape2D } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { assertVersion, packedTensor } from '@gcompress/core/storage';

/**
 * The matrix as a sum of Kronecker products, `Ŵ = left₀ ⊗ right₀ + left₁ ⊗ right₁ + …`: each entry of `left` stands for a
 * block of Ŵ, which is that entry times `right`. With blocks `[r, c]` and T terms, a matrix `[m, n]` has the factors
 * `left [T, m/r, n/c]` and `right [T, r, c]`.
 *
 * Stored form, version 1: both as float32; config `terms`, `blockRows`, `blockCols`.
 */
export const kroneckerFormat: CompressedFormat<'left' | 'right'> = {
  id: 'gcompress-kronecker/kronecker',
  version: 1,

  reconstruct(ops, { left, right }, { shape, config }) {
    const { terms, down, across, blockRows, blockCols } = grid(shape, config);
    const entries = ops.transpose(ops.reshape(left, [terms, down * across]));
    // [blocks, entries of a block]; then the two axes of a block go to where they are in the matrix
    const blocks = ops.matMul(entries, ops.reshape(right, [terms, blockRows * blockCols]));
    return ops.reshape(ops.transpose(ops.reshape(blocks, [down, across, blockRows, blockCols]), [0, 2, 1, 3]), shape);
  },

  multiply(ops, x, { left, right }, { shape, config }) {
    const { terms, down, across, blockRows, blockCols } = grid(shape, config);
    const rights = ops.reshape(ops.transpose(right, [1, 0, 2]), [blockRows, terms * blockCols]);
    const inside = ops.reshape(ops.matMul(ops.reshape(x, [-1, blockRows]), rights), [-1, down, terms, blockCols]);
    const regrouped = ops.reshape(ops.transpose(inside, [0, 3, 2, 1]), [-1, terms * down]);
    const outside = ops.matMul(regrouped, ops.reshape(left, [terms * down, across]));
    return ops.reshape(ops.transpose(ops.reshape(outside, [-1, blockCols, across]), [0, 2, 1]), [-1, shape[1]]);
  },

  pack: ({ factors: { left, right } }) => ({
    left: { shape: left.shape, data: left.data },
    right: { shape: right.shape, data: right.data },
  }),

  unpack(packed) {
    assertVersion(packed, 1);
    const { terms, down, across, blockRows, blockCols } = grid(packed.shape, packed.config);
    const left = packedTensor(packed, 'left', 'float32', [terms, down, across]);
    const right = packedTensor(packed, 'right', 'float32', [terms, blockRows, blockCols]);
    return { left: floatFactor(left.shape, left.data), right: floatFactor(right.shape, right.data) };
  },
};

/** The sizes in a config, which may come from a hostile file, and how many blocks the matrix has down and across. */
function grid([rows, cols]: Shape2D, config: JsonObject) {
  const read = (name: string, isValid: (size: number) => boolean) => {
    const size = config[name];
    if (typeof size === 'number' && Number.isSafeInteger(size) && size > 0 && isValid(size)) return size;
    throw new GCompressError('file-header', {
      where: `kronecker config '${name}'`,
      expected: `a size that fits a matrix [${rows}, ${cols}]`,
      actual: describeValue(size),
    });
  };
  const blockRows = read('blockRows', (size) => rows % size === 0);
  const blockCols = read('blockCols', (size) => cols % size === 0);
  const terms = read('terms', (size) => size <= rows * cols);
  return { terms, blockRows, blockCols, down: rows / blockRows, across: cols / blockCols };
}
