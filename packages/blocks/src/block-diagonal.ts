// The method `blockDiagonal`: a matrix of blocks on the diagonal.
import {
  createRandom,
  defineMethod,
  type Factor,
  floatFactor,
  type JsonObject,
  type Matrix,
  reportProgress,
  type Shape2D,
} from '@gcompress/core';
import { assertKnownOptions } from '@gcompress/core/checks';
import { BLOCK_SIZES, type BlockChoice, blocksForShape, completeChoice } from './block-choice.ts';
import { COMMON_OPTIONS, type CommonOptions, completeCommon } from './common-options.ts';
import { uniformFactor } from './fit/uniform-factor.ts';
import {
  assertIdentitySize,
  type BlockDiagonalFactor,
  blockDiagonalFormat,
  identityFactor,
} from './formats/block-diagonal-format.ts';

/** Options of {@link blockDiagonal}: exactly one of the sizes, and settings. */
export type BlockDiagonalOptions = BlockChoice & CommonOptions;

const WHERE = 'blockDiagonal';

/**
 * Block-diagonal compression: keeps only the N blocks `[m/N, n/N]` on the diagonal, with N times fewer values and multiplications. The
 * blocks are taken from the matrix, which gives the least error. Everything outside is lost, so this is a structure for training rather
 * than an approximation of a trained matrix.
 *
 * @throws GCompressError when called with options that are unknown, out of range, or more than one size.
 *
 * Porting note: `compression_op.BlockCompressionOp`, which ignores the matrix and draws its blocks at random, as with
 * `start: 'random'`. Hyperparameters of the reference give fitted blocks here, because they are blended with the matrix. A side that N does
 * not divide is refused; the reference leaves the last rows or columns zero, or fails.
 */
export const blockDiagonal = /* @__PURE__ */ defineMethod<BlockDiagonalOptions, BlockDiagonalFactor>({
  name: 'block-diagonal',
  format: blockDiagonalFormat,
  optionsForBudget: ({ ratio, bytes }) => (ratio === undefined ? { bytes } : { ratio }),

  create(given) {
    assertKnownOptions(WHERE, given, [...BLOCK_SIZES, ...COMMON_OPTIONS]);
    const choice = completeChoice(WHERE, given);
    const common = completeCommon(WHERE, given);
    const countFor = (shape: Shape2D) =>
      blocksForShape(WHERE, shape, choice, common.allowLarger, (count) => (shape[0] * shape[1]) / count);
    return {
      options: { ...choice, ...common } as JsonObject,
      plan(shape) {
        const count = countFor(shape);
        assertIdentitySize(count, shape);
        return {
          factors: {
            blocks: { shape: blocksShape(shape, count), dtype: 'float32', trainable: true },
            identity: { shape: [count, count], dtype: 'float32', trainable: false },
          },
          config: { blocks: count },
        };
      },
      factorize(matrix, listeners) {
        reportProgress(listeners, 0);
        const count = countFor(matrix.shape);
        const [rows, cols] = matrix.shape;
        const fan = (rows + cols) / (2 * count);
        const shape = blocksShape(matrix.shape, count);
        const blocks =
          common.start === 'random'
            ? uniformFactor(createRandom(common.seed), shape, fan)
            : diagonalBlocks(matrix, count);
        reportProgress(listeners, 1);
        return { blocks, identity: identityFactor(count) };
      },
    };
  },
});

function blocksShape([rows, cols]: Shape2D, count: number): number[] {
  return [count, rows / count, cols / count];
}

function diagonalBlocks({ shape, data }: Matrix, count: number): Factor {
  const [rows, cols] = shape;
  const width = cols / count;
  const blocks = new Float32Array(rows * width);
  for (let i = 0; i < rows; i++) {
    const first = i * cols + Math.floor((i * count) / rows) * width;
    blocks.set(data.subarray(first, first + width), i * width);
  }
  return floatFactor(blocksShape(shape, count), blocks);
}
