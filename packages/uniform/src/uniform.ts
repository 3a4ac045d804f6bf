// The method `uniform`: entropy-coded uniform quantisation, which chooses steps and levels for error and coded bytes together.
import { codedBits } from '@gcompress/coder';
import {
  type Algorithm,
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
import { LAMBDA_RANGE, lambdaAt } from './growing-lambda.ts';
import { normalized } from './normalized.ts';
import { type CompleteOptions, completeOptions, type UniformOptions } from './options.ts';
import { planFor } from './plan.ts';
import { pricedLevels } from './priced-levels.ts';
import { levelsAt, searchStep } from './search.ts';
import type { Found, Search } from './search-terms.ts';
import { fittedSteps, sharingOf } from './steps.ts';

/** Bits kept in reserve for the coder's framing and the error of its size estimate. */
const SLACK_BITS = 16;

/**
 * Uniform quantisation: each entry becomes an integer times a step, and the integers are entropy coded. 0 is always a level. The step is
 * the smallest whose coded levels fit in the given size, or it follows from the price of a bit. Rounding weighs the error of each entry
 * against its coded bits. The steps are trainable, the levels are not.
 *
 * Source: entropy-constrained scalar quantisation; with `trellis` dependent quantisation as in ISO/IEC 15938-17 (neural network
 * compression) and VVC; DeepCABAC, arXiv 1907.11900.
 *
 * @throws GCompressError when an option is unknown or out of range, or when not exactly one size is given.
 */
export const uniform = /* @__PURE__ */ defineMethod<UniformOptions, UniformFactor>({
  name: 'uniform',
  format: uniformFormat,
  accepts: ['importance', 'inputMoments'],
  optionsForBudget: (budget) => budget,

  create(given) {
    return algorithmFor(completeOptions(given));
  },
});

function algorithmFor(options: CompleteOptions): Algorithm<UniformFactor, Record<UniformFactor, Factor>> {
  const { lambda } = options;
  const priced = (price: number) => algorithmFor({ ...options, lambda: price });
  return {
    options: { ...options } as JsonObject,
    plan: (shape) => planFor(shape, options),
    factorize: (matrix, listeners) => factorize(matrix, options, listeners),
    ...(lambda !== undefined && { lastingZeros: true }),
    ...(typeof lambda === 'object' && { atStep: (step: number) => priced(lambdaAt(step, lambda)) }),
    ...(typeof lambda === 'number' && {
      withBitPrice: (factor: number) => priced(Math.min(LAMBDA_RANGE.max, Math.max(Number.MIN_VALUE, lambda * factor))),
    }),
  };
}

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
  // If the room is no larger than the slack, all levels are 0
  const bits = Math.max(room - SLACK_BITS - room * 0.005, 8 * 6);
  const plainPart = partialProgress(listeners, 0, inputMoments ? TO_SEARCH : 1);
  const search = { scales, weights, trellis, stored: trellis, rateWeight, bits } as const;
  const { own, found } = foundPlain(matrix, search, given, options, plainPart);
  reportProgress(plainPart, 1);
  const plain = { ...found, steps: fittedSteps(matrix, found, scales, count, importance) };
  reportProgress(plainPart, 1);
  let chosen: Stepped = plain;
  if (inputMoments) {
    // Compensation rounds entry by entry, a trellis whole paths: compensation starts from levels without a trellis; those with one stay a candidate
    const untied = { ...own, trellis: 0 } as const;
    let start = plain;
    if (trellis !== 0) {
      const pace = pacedProgress(partialProgress(listeners, TO_SEARCH, TO_SEARCH));
      const without = wanted === undefined ? searchStep(matrix, untied, pace) : levelsAt(matrix, untied, wanted, pace);
      start = { ...without, steps: fittedSteps(matrix, without, scales, count, importance) };
    }
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

/**
 * Levels for a size, a step or a price, without compensation. With a price, importance and moments move the error between entries but keep
 * the bits as they would be without them.
 */
function foundPlain(
  matrix: Matrix,
  search: Search,
  { lambda, step }: CompleteOptions,
  { importance, inputMoments }: FactorizeOptions,
  progress: ProgressOptions,
): { readonly own: Search; readonly found: Found } {
  const pace = pacedProgress(progress);
  if (step !== undefined) return { own: search, found: levelsAt(matrix, search, step, pace) };
  if (lambda === undefined) return { own: search, found: searchStep(matrix, search, pace) };
  const price = typeof lambda === 'object' ? lambda.target : lambda;
  const priced = pricedLevels(matrix, { ...search, weights: Float32Array.of(1) }, price, pace);
  if (!importance && !inputMoments) return { own: search, found: priced };
  const own = { ...search, bits: codedBits(priced.levels, matrix.shape, search.stored) };
  return { own, found: importance ? searchStep(matrix, own, pace, priced.step) : priced };
}

/** Progress at the end of the plain search, and after factoring the moments. */
const TO_SEARCH = 0.2;
const TO_ORDER = 0.4;

/** The order in which compensated rounding takes the rows, for inputs with these moments. */
function orderOf(moments: InputMoments, { kernels, warn, signal, onProgress }: FactorizeOptions): RoundingOrder {
  const weakness = momentsWeakness(moments);
  if (weakness) warn(`uniform: ${weakness}.`);
  return roundingOrder(moments, undefined, kernels, partialProgress({ signal, onProgress }, TO_SEARCH, TO_ORDER));
}
