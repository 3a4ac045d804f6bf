import { assertKnownOptions, defineMethod, floatFactor, type JsonObject } from '@gcompress/core';
import { configFor } from './block-grid.ts';
import { pruningFromHParams } from './from-hparams.ts';
import { spread } from './masks.ts';
import { completePruning, keptFlags, PRUNING_OPTIONS, type PruningOptions, pruningPlan } from './options.ts';
import { type PrunedFactor, prunedFormat } from './pruned-format.ts';

const valueBytes = (entries: number) => entries * Float32Array.BYTES_PER_ELEMENT;

/**
 * Magnitude pruning: the entries, or blocks of them, that are largest are kept as they are, and all others become zero. Of
 * all matrices with as many nonzeros, that with single entries is the nearest. What is kept is trainable, where it is is
 * not.
 *
 * @throws GCompressError when called with options that are unknown, out of range, or more than one size.
 *
 * Porting note: the masks of `pruning.Pruning`, as a method of its own. A mask is made once, when the matrix is compressed;
 * there is no threshold, which the reference always leaves at 0.
 */
export const pruned = /* @__PURE__ */ defineMethod<PruningOptions, PrunedFactor>({
  name: 'pruning',
  format: prunedFormat,

  create(options) {
    const where = 'pruned';
    assertKnownOptions(where, options, PRUNING_OPTIONS);
    const complete = completePruning(where, options);
    return {
      options: { ...complete } as JsonObject,
      plan(shape) {
        const { grid } = pruningPlan(where, shape, complete, valueBytes);
        return {
          factors: {
            values: { shape: [...shape], dtype: 'float32', trainable: true },
            mask: { shape: [...shape], dtype: 'float32', trainable: false },
          },
          config: configFor(grid),
        };
      },
      factorize(matrix) {
        const plan = pruningPlan(where, matrix.shape, complete, valueBytes);
        const mask = spread(keptFlags(matrix, complete, plan), plan.grid).data;
        const values = matrix.data.map((value, entry) => (mask[entry] === 1 ? value : 0));
        return { values: floatFactor(matrix.shape, values), mask: floatFactor(matrix.shape, mask, false) };
      },
    };
  },

  optionsFromHParams: pruningFromHParams,
});
