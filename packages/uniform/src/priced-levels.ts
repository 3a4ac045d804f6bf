// Levels at a price of a bit: the size follows from the matrix.
import { roundForRate } from '@gcompress/coder';
import type { Matrix, Pace } from '@gcompress/core';
import {
  balanceOf,
  type Found,
  largest,
  oneMagnitude,
  type Search,
  scaled,
  searchStep,
  smallestStep,
} from './search.ts';

/**
 * The levels for which `‖W − Ŵ‖² + lambda·bits` is small: the step is the one at which error and bits are in balance at this price, and each
 * entry takes the level whose error and bits, as the coder's adaptive probabilities would have them, cost least together. One pass over
 * the matrix. Where the bits would not fit in `search.bits`, the smallest step that fits is searched.
 */
export function pricedLevels(matrix: Matrix, search: Search, lambda: number, pace: Pace): Found {
  const { shape, data } = matrix;
  const most = largest(data, search.scales);
  if (most === 0) return { step: 0, levels: new Int32Array(data.length) };
  const exact = oneMagnitude(matrix, search, most);
  if (exact) return exact;
  const balance = balanceOf(search);
  const step = Math.max(Math.sqrt(lambda / balance) / meanScale(search), smallestStep(most));
  const rounding = { states: search.trellis, bitCost: search.rateWeight * balance };
  const values = scaled(matrix, search.scales, step);
  const { values: levels, bits } = roundForRate({ shape, values, weights: search.weights }, rounding, pace);
  return bits <= search.bits ? { step, levels } : searchStep(matrix, search, pace);
}

/** Root of the mean square of the columns' scales, so that steps of columns have the price on average. */
function meanScale({ scales }: Search): number {
  return Math.sqrt(scales.reduce((sum, scale) => sum + scale * scale, 0) / scales.length);
}
