// Uniform levels as a method: integers times a step, both chosen for error and coded bytes together.
import {
  defineMethod,
  type Factor,
  type FactorizeOptions,
  floatFactor,
  type InputMoments,
  type JsonObject,
  type Matrix,
  type ProgressOptions,
  pacedProgress,
  partialProgress,
  reportProgress,
} from '@gcompress/core';
import { momentsWeakness, type RoundingOrder, roundingOrder } from '@gcompress/linalg';
import { compensatedAt, type Stepped, searchCompensated } from './compensated-search.ts';
import { type UniformFactor, uniformFormat } from './format.ts';
import { normalized } from './normalized.ts';
import { type CompleteOptions, completeOptions, type UniformOptions } from './options.ts';
import { planFor } from './plan.ts';
import { levelsAt, type Search, searchStep } from './search.ts';
import { fittedSteps, sharingOf } from './steps.ts';

/** Bits that the estimate of the coder may be off, and its framing. */
const SLACK_BITS = 16;

/**
 * Uniform levels: each entry becomes an integer times a step, and the integers are entropy coded. 0 is always a level. The step is the
 * smallest whose code fits in the given size, and rounding weighs the error of each entry against the bits that the coder takes for it.
 * The steps are trainable, the levels are not.
 *
 * Source: entropy-constrained scalar quantisation; with `trellis` dependent quantisation as in ISO/IEC 15938-17 (neural network
 * compression) and VVC; DeepCABAC, arXiv 1907.11900.
 *
 * @throws GCompressError when called with options that are unknown, out of range, or more than one size.
 */
export const uniform = /* @__PURE__ */ defineMethod<UniformOptions, UniformFactor>({
  name: 'uniform',
  format: uniformFormat,
  accepts: ['importance', 'inputMoments'],
  optionsForBudget: (budget) => budget,

  create(given) {
    const options = completeOptions(given);
    return {
      options: { ...options } as JsonObject,
      plan: (shape) => planFor(shape, options),
      factorize: (matrix, listeners) => factorize(matrix, options, listeners),
    };
  },
});

function factorize(matrix: Matrix, given: CompleteOptions, options: FactorizeOptions): Record<UniformFactor, Factor> {
  const { factors, byteLength } = planFor(matrix.shape, given);
  const { importance, inputMoments, signal, onProgress } = options;
  const listeners = { signal, onProgress };
  const count = factors.steps.shape[1];
  const room = 8 * (byteLength - 4 * count);
  reportProgress(listeners, 0);
  const { scales, weights } = sharingOf(matrix, given.steps, importance);
  reportProgress(listeners, 0);
  const { trellis, rateWeight, step: wanted } = given;
  // Where the room is no larger than the slack, all levels are 0
  const bits = Math.max(room - SLACK_BITS - room * 0.005, 8 * 6);
  const search = { scales, weights, trellis, stored: trellis, rateWeight, bits } as const;
  const plainPart = partialProgress(listeners, 0, inputMoments ? TO_SEARCH : 1);
  const plainLevels = (own: Search, part: ProgressOptions) => {
    const pace = pacedProgress(part);
    const found = wanted === undefined ? searchStep(matrix, own, pace) : levelsAt(matrix, own, wanted, pace);
    reportProgress(part, 1);
    const steps = fittedSteps(matrix, found, scales, count, importance);
    reportProgress(part, 1);
    return { ...found, steps };
  };
  const plain = plainLevels(search, plainPart);
  let chosen: Stepped = plain;
  if (inputMoments) {
    // Compensation rounds entry by entry, which a trellis does not: it begins from levels without one, and the others stay a candidate
    const untied = { ...search, trellis: 0 } as const;
    const start = trellis === 0 ? plain : plainLevels(untied, partialProgress(listeners, TO_SEARCH, TO_SEARCH));
    const order = orderOf(inputMoments, options);
    const rest = partialProgress(listeners, TO_ORDER, 1);
    chosen =
      wanted === undefined
        ? searchCompensated(matrix, untied, [start, plain], order, options.kernels, rest)
        : compensatedAt(matrix, untied, start, order, options.kernels, rest);
  }
  const normal = normalized(chosen.levels);
  reportProgress(listeners, 1);
  const levels = floatFactor(factors.levels.shape, normal.levels, false);
  reportProgress(listeners, 1);
  return {
    levels,
    steps: floatFactor(
      factors.steps.shape,
      chosen.steps.map((step) => step * normal.unit),
    ),
  };
}

/** Progress at which the plain search ends, and at which the moments are factored. */
const TO_SEARCH = 0.2;
const TO_ORDER = 0.4;

/** The order in which rows are rounded for the outputs of inputs with these moments. */
function orderOf(moments: InputMoments, { kernels, warn, signal, onProgress }: FactorizeOptions): RoundingOrder {
  const weakness = momentsWeakness(moments);
  if (weakness) warn(`uniform: ${weakness}.`);
  return roundingOrder(moments, undefined, kernels, partialProgress({ signal, onProgress }, TO_SEARCH, TO_ORDER));
}
