// The method `pruned`: magnitude pruning.
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
import { rowImportance } from '@gcompress/linalg';
import { compensatedValues, orderFor } from './compensated.ts';
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
/** With input moments: progress once the rows are ordered, and once the mask is known. */
const TO_ORDER = 0.3;
const TO_MASK = 0.6;

const valueBytes = (entries: number) => entries * Float32Array.BYTES_PER_ELEMENT;

/**
 * Magnitude pruning: keeps the largest entries, or blocks of entries, and sets all other entries to zero. With single entries, the result
 * is the nearest matrix with this number of nonzeros. The kept values are trainable, their positions are not. `importance` weighs the cost
 * of pruning: the entries with the largest `importance·entry²` are kept. With `inputMoments`, the cost is the output error, and the kept
 * entries are adjusted to compensate it (SparseGPT, arXiv 2301.00774).
 *
 * @throws GCompressError when an option is unknown or out of range, or when more than one size is given.
 *
 * Porting note: the masks of `pruning.Pruning`, as a method of its own. If sparsity grows, pruned entries stay
 * pruned here; the reference also scores weights under the mask and may restore them. There is no threshold, because the reference always
 * leaves it at 0.
 */
export const pruned = /* @__PURE__ */ defineMethod<PruningOptions, PrunedFactor>({
  name: 'pruning',
  format: prunedFormat,
  accepts: ['importance', 'inputMoments'],
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
    factorize(matrix, factorizeOptions) {
      const plan = planFor(matrix.shape);
      const { inputMoments, signal, onProgress } = factorizeOptions;
      const all = { signal, onProgress };
      const order = inputMoments && orderFor(inputMoments, factorizeOptions, partialProgress(all, 0, TO_ORDER));
      const own = factorizeOptions.importance;
      const importance = order ? rowImportance(order, matrix.shape[1], own) : own;
      const listeners = order ? partialProgress(all, TO_ORDER, TO_MASK) : all;
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
      if (order) {
        const rest = partialProgress(all, TO_MASK, 1);
        values.set(compensatedValues(matrix, mask, order, factorizeOptions, rest));
      }
      return { values: floatFactor(matrix.shape, values), mask: floatFactor(matrix.shape, mask, false) };
    },
  };
}
