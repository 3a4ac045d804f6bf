// Pruning with input moments (SparseGPT): kept entries are adjusted to compensate the output errors of pruned entries.
import type { FactorizeOptions, InputMoments, Matrix, ProgressOptions } from '@gcompress/core';
import { momentsWeakness, type RoundingOrder, roundCompensated, roundingOrder } from '@gcompress/linalg';

/** The order in which compensation takes the rows; warns if the moments are too weak. */
export function orderFor(
  moments: InputMoments,
  { kernels, warn }: FactorizeOptions,
  progress: ProgressOptions,
): RoundingOrder {
  const weakness = momentsWeakness(moments);
  if (weakness) warn(`pruning: ${weakness}.`);
  return roundingOrder(moments, undefined, kernels, progress);
}

/** The kept entries (mask 1), adjusted so that the outputs change least; pruned entries are 0. */
export function compensatedValues(
  matrix: Matrix,
  mask: Float32Array,
  order: RoundingOrder,
  { kernels }: FactorizeOptions,
  progress: ProgressOptions,
): Float32Array {
  const columns = matrix.shape[1];
  const keep = (values: Float64Array, rounded: Float64Array, row: number) => {
    for (let column = 0; column < columns; column++)
      rounded[column] = mask[row * columns + column] === 1 ? values[column] : 0;
  };
  return new Float32Array(roundCompensated(matrix, order, keep, kernels, progress).rounded.data);
}
