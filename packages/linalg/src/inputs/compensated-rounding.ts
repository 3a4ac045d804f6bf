// Compensated rounding (GPTQ): rounds a matrix row by row, and later rows correct the output errors of earlier rows.
import { GCompressError, type InputMoments, type Kernels, type ProgressOptions } from '@gcompress/core';
import { assertType } from '@gcompress/core/checks';
import { assertMoments } from '../calls/arguments.ts';
import { paced } from '../calls/paced.ts';
import { portableKernels } from '../kernels/portable.ts';
import { block, type Dense, transposed, type View64, viewOf, zeros } from '../views/view.ts';
import { factoredMoments } from './input-metric.ts';

/** Rows of a block; the errors of a block are applied to later blocks by one matrix product. */
const BLOCK = 64;
/** Damping of GPTQ: part of the mean square that is added to each mean square. */
const DAMPING = 0.01;

/** The order in which rows are rounded, and the factor that passes their errors on. */
export interface RoundingOrder {
  /** Indices of the rows `[m]` in the reverse order of rounding: the row of largest mean square is rounded first and stands last. */
  readonly rows: Int32Array;
  /** Lower triangular `L [m, m]` of the damped moments in this order. */
  readonly factor: Dense<Float64Array>;
  /** Cost of a squared error of each row at the outputs, after the best correction by later rows, `[m]` by row. */
  readonly costs: Float64Array;
}

/**
 * The order for {@link roundCompensated}. It depends on the moments alone, so one order serves many roundings.
 *
 * @param damping part of the mean squared input that is added to each mean squared input, above 0. Default 0.01.
 * @throws GCompressError as {@link whitening}.
 */
export function roundingOrder(
  moments: InputMoments,
  damping = DAMPING,
  kernels: Kernels = portableKernels,
  progress: ProgressOptions = {},
): RoundingOrder {
  const where = 'roundingOrder';
  assertMoments(where, moments);
  const { size, values } = moments;
  const rows = Int32Array.from({ length: size }, (_, row) => row).sort(
    (a, b) => values[a * size + a] - values[b * size + b] || b - a,
  );
  return paced(where, kernels, progress, size ** 3 / 3, (pace) => {
    const { factor } = factoredMoments(where, moments, rows, damping, pace);
    const costs = new Float64Array(size);
    for (let i = 0; i < size; i++) costs[rows[i]] = factor.data[i * size + i] ** 2;
    return { rows, factor, costs };
  });
}

/**
 * Rounds one row of a matrix.
 *
 * @param values the row to round, corrected for the errors of the rows before it, `[n]`. Valid during the call only.
 * @param rounded output: the rounded row, `[n]`.
 * @param row index of the row in the matrix.
 */
export type RoundRow = (values: Float64Array, rounded: Float64Array, row: number) => void;

/** The result of {@link roundCompensated}. */
export interface Compensated {
  /** The rounded matrix, `[m, n]`. */
  readonly rounded: Dense<Float64Array>;
  /** `tr(Eᵀ·H·E)` for the error `E = W − rounded` and the damped moments H, whose mean diagonal is `1 + damping`. */
  readonly error: number;
}

/**
 * Compensated rounding of `matrix [m, n]` by any quantiser. Rows are rounded one after the other, and each row is first corrected to cancel
 * the output errors of the rows before it. With `H = L·Lᵀ` in the order of the rows, the corrected row i is `wᵢ + Σ Lⱼᵢ/Lᵢᵢ · eⱼ`, summed over
 * the rows j rounded before it.
 *
 * Source: GPTQ, arXiv 2210.17323, and OBC, arXiv 2208.11580. Their updates by the Cholesky factor of the inverse give the same numbers.
 *
 * @param round called once for each row, in the order of rounding.
 * @param progress listener for the progress, and signal to abort.
 * @throws GCompressError `shape-mismatch` when the order has another number of rows, `invalid-matrix`, `invalid-option`; the signal's reason
 *   when aborted.
 */
export function roundCompensated(
  matrix: Dense,
  order: RoundingOrder,
  round: RoundRow,
  kernels: Kernels = portableKernels,
  progress: ProgressOptions = {},
): Compensated {
  const where = 'roundCompensated';
  const { rows: count, cols } = viewOf(matrix, where);
  assertType(where, 'round', round, 'function');
  assertType(where, 'order', order, 'object', 'Make it by roundingOrder.');
  assertType(`${where} order`, 'rows', order.rows, 'object');
  const factor = viewOf(order.factor, `${where} order`) as View64;
  if (factor.rows !== count) {
    throw new GCompressError('shape-mismatch', {
      where,
      expected: `an order of ${count} rows`,
      actual: `${factor.rows}`,
    });
  }
  return paced(where, kernels, progress, count * cols * (count / 2 + BLOCK / 2 + ROUNDING_WORK), (pace) => {
    const rounded = new Float64Array(count * cols);
    const errors = zeros(count, cols);
    let total = 0;
    for (let end = count; end > 0; end -= Math.min(BLOCK, end)) {
      const from = Math.max(0, end - BLOCK);
      const owed = zeros(end - from, cols);
      if (end < count) {
        const reach = transposed(block(factor, end, from, count - end, end - from));
        pace.multiply(reach, block(errors, end, 0), owed);
      }
      for (let i = end - 1; i >= from; i--) {
        const row = order.rows[i];
        const target = owed.data.subarray((i - from) * cols, (i - from + 1) * cols);
        for (let j = i + 1; j < end; j++) addRow(target, factor.data[j * count + i], errors.data, j * cols);
        const diagonal = factor.data[i * count + i];
        for (let col = 0; col < cols; col++) target[col] = matrix.data[row * cols + col] + target[col] / diagonal;
        const result = rounded.subarray(row * cols, (row + 1) * cols);
        round(target, result, row);
        let squares = 0;
        for (let col = 0; col < cols; col++) {
          squares += (target[col] - result[col]) ** 2;
          errors.data[i * cols + col] = matrix.data[row * cols + col] - result[col];
        }
        total += diagonal * diagonal * squares;
        pace.onWork?.((end - i) * cols + ROUNDING_WORK * cols);
      }
    }
    return { rounded: { shape: [count, cols], data: rounded }, error: total };
  });
}

/** Multiply-adds that take about as long as rounding one entry. */
const ROUNDING_WORK = 16;

function addRow(into: Float64Array, times: number, rows: Float64Array, start: number): void {
  for (let col = 0; col < into.length; col++) into[col] += times * rows[start + col];
}
