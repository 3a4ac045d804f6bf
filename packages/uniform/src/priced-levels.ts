// Quantises a matrix at a given price of a bit (lambda): the coded size follows from the matrix.
import { roundForRate } from '@gcompress/coder';
import type { Matrix, Pace } from '@gcompress/core';
import { balanceOf, largest, oneMagnitude, scaled, searchStep, smallestStep } from './search.ts';
import type { Found, Search } from './search-terms.ts';

/**
 * Levels that make `‖W − Ŵ‖² + lambda·bits` small, in one pass over the matrix. The step balances error and bits at this price. Each entry
 * takes the level with the least total cost of error and bits, by the coder's adaptive probabilities. If the bits exceed `search.bits`, the
 * smallest step that fits is searched instead.
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

/** Root mean square of the column scales: dividing by it makes the average column step match the price. */
function meanScale({ scales }: Search): number {
  return Math.sqrt(scales.reduce((sum, scale) => sum + scale * scale, 0) / scales.length);
}
