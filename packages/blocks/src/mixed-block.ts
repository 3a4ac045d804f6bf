// The method `mixedBlock`: blocks on the diagonal that a small matrix mixes.
import { createRandom, defineMethod, type JsonObject, reportProgress, type Shape2D } from '@gcompress/core';
import { assertKnownOptions, assertOneOf } from '@gcompress/core/checks';
import { BLOCK_SIZES, type BlockChoice, blocksForShape, completeChoice } from './block-choice.ts';
import { COMMON_OPTIONS, type CommonOptions, completeCommon } from './common-options.ts';
import { fitMixedBlocks } from './fit/fit-mixed-blocks.ts';
import { uniformFactor } from './fit/uniform-factor.ts';
import { type BlockOrder, type MixedBlockFactor, mixedBlockFormat } from './formats/mixed-block-format.ts';

/** Settings of {@link mixedBlock}. */
export interface MixedBlockSettings extends CommonOptions {
  /** Which inputs make up a part, see {@link BlockOrder}. Default `'interleaved'`. */
  readonly order?: BlockOrder;
}

/** Options of {@link mixedBlock}: exactly one of the sizes, and settings. */
export type MixedBlockOptions = BlockChoice & MixedBlockSettings;

const WHERE = 'mixedBlock';

/**
 * Mixed-block compression: N × N blocks `mixerᵢⱼ·blocksⱼ`, which are multiples of N blocks, in mn/N + N² values. Blocks and mixer have the
 * least error.
 *
 * @throws GCompressError when called with options that are unknown, out of range, or more than one size.
 *
 * Porting note: `compression_op.MixedBlockCompressionOp`, which ignores the matrix and draws its factors at random, as with
 * `start: 'random'`. Hyperparameters of the reference give fitted factors here, because they are blended with the matrix, in the
 * interleaved order of its matmul operators. `num_bases` is accepted and has no effect, because the mixers of all bases are summed.
 */
export const mixedBlock = /* @__PURE__ */ defineMethod<MixedBlockOptions, MixedBlockFactor>({
  name: 'mixed-block',
  format: mixedBlockFormat,
  optionsForBudget: ({ ratio, bytes }) => (ratio === undefined ? { bytes } : { ratio }),

  create(given) {
    assertKnownOptions(WHERE, given, [...BLOCK_SIZES, 'order', ...COMMON_OPTIONS]);
    const { order = 'interleaved' } = given;
    const choice = completeChoice(WHERE, given);
    const common = completeCommon(WHERE, given);
    assertOneOf(WHERE, 'order', order, ['interleaved', 'contiguous']);
    const countFor = (shape: Shape2D) =>
      blocksForShape(
        WHERE,
        shape,
        choice,
        common.allowLarger,
        (count) => (shape[0] * shape[1]) / count + count * count,
      );
    return {
      options: { ...choice, order, ...common } as JsonObject,
      plan(shape) {
        const count = countFor(shape);
        return {
          factors: {
            blocks: { shape: [count, shape[0] / count, shape[1] / count], dtype: 'float32', trainable: true },
            mixer: { shape: [count, count], dtype: 'float32', trainable: true },
          },
          config: { blocks: count, order },
        };
      },
      factorize(matrix, listeners) {
        const [rows, cols] = matrix.shape;
        const count = countFor(matrix.shape);
        if (common.start === 'fit') return fitMixedBlocks(matrix, count, order, listeners);
        reportProgress(listeners, 0);
        const random = createRandom(common.seed);
        const factors = {
          blocks: uniformFactor(random, [count, rows / count, cols / count], (rows + cols) / 2),
          mixer: uniformFactor(random, [count, count], count),
        };
        reportProgress(listeners, 1);
        return factors;
      },
    };
  },
});
