// Magnitude pruning as a compression method.
import {
  type Algorithm,
  defineMethod,
  type Factor,
  floatFactor,
  type JsonObject,
  pacedProgress,
  partialProgress,
  reportProgress,
  type Shape2D,
} from '@gcompress/core';
import { assertKnownOptions } from '@gcompress/core/checks';
import { growingAlgorithm } from './growing-algorithm.ts';
import { configFor } from './masks/block-grid.ts';
import { spread } from './masks/masks.ts';
import {
  type CompletePruning,
  completePruning,
  keptFlags,
  PRUNING_OPTIONS,
  type PruningOptions,
  pruningPlan,
} from './options.ts';
import { type PrunedFactor, prunedFormat } from './pruned-format.ts';

const WHERE = 'pruned';
const valueBytes = (entries: number) => entries * Float32Array.BYTES_PER_ELEMENT;

/**
 * Magnitude pruning: the entries, or blocks of them, that are largest are kept as they are, and all others become zero. Of
 * all matrices with as many nonzeros, that with single entries is the nearest. What is kept is trainable, where it is is
 * not. `importance` weighs what zeroing an entry costs: kept is what is largest in `importance·entry²`.
 *
 * @throws GCompressError when called with options that are unknown, out of range, or more than one size.
 *
 * Porting note: the masks of `pruning.Pruning`, as a method of its own. Where sparsity grows, what is pruned stays pruned, while
 * the reference scores the weights under the mask too and may let one come back. There is no threshold, which the reference
 * always leaves at 0.
 */
export const pruned = /* @__PURE__ */ defineMethod<PruningOptions, PrunedFactor>({
  name: 'pruning',
  format: prunedFormat,
  accepts: ['importance'],
  optionsForBudget: (budget) => budget,

  create(options) {
    assertKnownOptions(WHERE, options, PRUNING_OPTIONS);
    return growingAlgorithm(completePruning(WHERE, options), fixedAlgorithm);
  },
});

function fixedAlgorithm(options: CompletePruning): Algorithm<PrunedFactor, Record<PrunedFactor, Factor>> {
  const planFor = (shape: Shape2D) => pruningPlan(WHERE, shape, options, valueBytes);
  return {
    options: { ...options } as unknown as JsonObject,
    plan(shape) {
      const { grid, byteLength } = planFor(shape);
      return {
        factors: {
          values: { shape: [...shape], dtype: 'float32', trainable: true },
          mask: { shape: [...shape], dtype: 'float32', trainable: false },
        },
        config: configFor(grid),
        byteLength,
      };
    },
    factorize(matrix, { importance, ...listeners }) {
      const plan = planFor(matrix.shape);
      reportProgress(listeners, 0);
      const flags = keptFlags(matrix, options, plan, partialProgress(listeners, 0, 0.8), importance);
      const pace = pacedProgress(partialProgress(listeners, 0.8, 1));
      const mask = spread(flags, plan.grid, (visits, done) => pace(visits, done / 2)).data;
      const values = new Float32Array(matrix.data.length);
      for (let entry = 0; entry < values.length; entry++) {
        if (mask[entry] === 1) values[entry] = matrix.data[entry];
        pace(1, 0.5 + entry / (2 * values.length));
      }
      reportProgress(listeners, 1);
      return { values: floatFactor(matrix.shape, values), mask: floatFactor(matrix.shape, mask, false) };
    },
  };
}
