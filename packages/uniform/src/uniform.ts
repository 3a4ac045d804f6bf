// Uniform levels as a method: integers times a step, both chosen for error and coded bytes together.
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
import { momentsWeakness, roundingOrder } from '@gcompress/linalg';
import { type Stepped, searchCompensated } from './compensated-search.ts';
import { type UniformFactor, uniformFormat } from './format.ts';
import { LAMBDA_RANGE, lambdaAt } from './growing-lambda.ts';
import { normalized } from './normalized.ts';
import { type CompleteOptions, completeOptions, type UniformOptions } from './options.ts';
import { planFor } from './plan.ts';
import { pricedLevels } from './priced-levels.ts';
import { type Found, type Search, searchStep } from './search.ts';

/** Bits that the estimate of the coder may be off, and its framing. */
const SLACK_BITS = 16;
/** The smallest step of float32. */
const SMALLEST_STEP = 2 ** -149;

/**
 * Uniform levels: each entry becomes an integer times a step, and the integers are entropy coded. 0 is always a level. The step is the
 * smallest whose code fits in the given size, or follows from the price of a bit, and rounding weighs the error of each entry against the
 * bits that the coder takes for it.
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
  const scales =
    given.steps === 'column' ? columnScales(matrix, importance) : new Float64Array(matrix.shape[1]).fill(1);
  reportProgress(listeners, 0);
  const weights = importance ? relativeWeights(importance) : Float32Array.of(1);
  reportProgress(listeners, 0);
  const { trellis, rateWeight } = given;
  // Where the room is no larger than the slack, all levels are 0
  const bits = Math.max(room - SLACK_BITS - room * 0.005, 8 * 6);
  const plainPart = partialProgress(listeners, 0, inputMoments ? TO_SEARCH : 1);
  const search = { scales, weights, trellis, stored: trellis, rateWeight, bits } as const;
  const { own, found } = foundPlain(matrix, search, given, options, plainPart);
  reportProgress(plainPart, 1);
  const plain = { ...found, steps: fittedSteps(matrix, found, scales, count, importance) };
  reportProgress(plainPart, 1);
  let chosen: Stepped = plain;
  if (inputMoments) {
    // Compensation rounds entry by entry, which a trellis does not: it begins from levels without one, and the others stay a candidate
    const untied = { ...own, trellis: 0 } as const;
    let start = plain;
    if (trellis !== 0) {
      const without = searchStep(matrix, untied, pacedProgress(partialProgress(listeners, TO_SEARCH, TO_SEARCH)));
      start = { ...without, steps: fittedSteps(matrix, without, scales, count, importance) };
    }
    chosen = compensated(matrix, untied, [start, plain], inputMoments, options);
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
 * Levels for a size or a price, without compensation. With a price, importance and moments change which entries are exact and leave the
 * bits as they would be without them.
 */
function foundPlain(
  matrix: Matrix,
  search: Search,
  { lambda }: CompleteOptions,
  { importance, inputMoments }: FactorizeOptions,
  progress: ProgressOptions,
): { readonly own: Search; readonly found: Found } {
  const pace = pacedProgress(progress);
  if (lambda === undefined) return { own: search, found: searchStep(matrix, search, pace) };
  const price = typeof lambda === 'object' ? lambda.target : lambda;
  const priced = pricedLevels(matrix, { ...search, weights: Float32Array.of(1) }, price, pace);
  if (!importance && !inputMoments) return { own: search, found: priced };
  const own = { ...search, bits: codedBits(priced.levels, matrix.shape, search.stored) };
  return { own, found: importance ? searchStep(matrix, own, pace, priced.step) : priced };
}

/** Progress at which the plain search ends, and at which the moments are factored. */
const TO_SEARCH = 0.2;
const TO_ORDER = 0.4;

/** Levels for the outputs of inputs with these moments. */
function compensated(
  matrix: Matrix,
  search: Search,
  plain: readonly [start: Found & Stepped, rival: Stepped],
  moments: InputMoments,
  { kernels, warn, signal, onProgress }: FactorizeOptions,
): Stepped {
  const weakness = momentsWeakness(moments);
  if (weakness) warn(`uniform: ${weakness}.`);
  const part = (from: number, to: number) => partialProgress({ signal, onProgress }, from, to);
  const order = roundingOrder(moments, undefined, kernels, part(TO_SEARCH, TO_ORDER));
  return searchCompensated(matrix, search, plain, order, kernels, part(TO_ORDER, 1));
}

/** Steps that are the best for these levels: least squares over the matrix, or over each column. */
function fittedSteps(
  { shape: [rows, columns], data }: Matrix,
  { step, levels }: Found,
  scales: Float64Array,
  count: number,
  importance: Matrix | undefined,
): Float32Array {
  const products = new Float64Array(count);
  const squares = new Float64Array(count);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const weight = importance ? importance.data[at] : 1;
      const group = count === 1 ? 0 : column;
      products[group] += weight * levels[at] * data[at];
      squares[group] += weight * levels[at] ** 2;
    }
  }
  return Float32Array.from(products, (product, group) => {
    const fitted = squares[group] > 0 ? product / squares[group] : step * scales[group];
    return fitted > 0 ? Math.max(fitted, SMALLEST_STEP) : 0;
  });
}

/** Root of the mean square of each column, so that every column keeps the same part of its energy. */
function columnScales({ shape: [rows, columns], data }: Matrix, importance: Matrix | undefined): Float64Array {
  const sums = new Float64Array(columns);
  const totals = new Float64Array(columns);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const weight = importance ? importance.data[at] : 1;
      sums[column] += weight * data[at] ** 2;
      totals[column] += weight;
    }
  }
  return sums.map((sum, column) => (totals[column] > 0 ? Math.sqrt(sum / totals[column]) : 0));
}

/** Weights whose mean is 1. */
function relativeWeights({ data }: Matrix): Float32Array {
  const mean = data.reduce((sum, weight) => sum + weight, 0) / data.length;
  return data.map((weight) => weight / mean);
}
