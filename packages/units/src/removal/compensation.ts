// Least squares: the kernel rows that remain take over what the removed rows computed.
import { type InputMoments, type ProgressOptions, partialProgress } from '@gcompress/core';
import { choleskyFactor, type Dense, multiply, solveLower, solveLowerTransposed } from '@gcompress/linalg';
import type { WeightValues } from '../choice/weight-values.ts';

/** Part of the mean diagonal of the moments that is added to their diagonal. */
const DAMPING = 1e-4;

/** The sum of inputs of a kernel, as `inputSums` of a calibration has it. */
export interface RowSums {
  /** Number of inputs in the sum. */
  readonly count: number;
  /** Sum of each input. */
  readonly values: ArrayLike<number>;
}

/** A kernel as a matrix, and what is known of its inputs. */
export interface CompensatedKernel {
  /** Number of rows, which are the inputs. */
  readonly rows: number;
  readonly columns: number;
  readonly moments: InputMoments;
  /** Sums of the inputs, with which the bias takes part; undefined without a bias. */
  readonly sums: RowSums | undefined;
}

/**
 * Changes the kept rows of a kernel so that its outputs stay as near as possible to the given ones, without the removed rows: for inputs x split into
 * kept and removed ones, `W_k += E[x_kᵀx_k]⁻¹·E[x_kᵀx_r]·W_r`. With sums of the inputs, the bias is one more row, whose input is always 1. This is
 * the reconstruction of He et al., "Channel pruning for accelerating very deep neural networks" (2017), in closed form.
 *
 * @param isKept for each row, whether it stays.
 * @returns the change of the bias, `[columns]`; zeros without sums.
 * @throws the signal's reason when aborted.
 */
export function compensate(
  { data }: WeightValues,
  { rows, columns, moments, sums }: CompensatedKernel,
  isKept: readonly boolean[],
  progress: ProgressOptions,
): Float64Array {
  const all = Array.from({ length: rows }, (_, row) => row);
  const kept = all.filter((row) => isKept[row]);
  const gone = all.filter((row) => !isKept[row]);
  const biasRow = sums ? [rows] : [];
  const unknowns = [...kept, ...biasRow];
  const entry = (a: number, b: number): number => {
    if (a < rows && b < rows) return moments.values[a * rows + b] / moments.count;
    if (a === rows && b === rows) return 1;
    return sums ? sums.values[Math.min(a, b)] / sums.count : 0;
  };
  const system = matrixOf(unknowns, unknowns, entry);
  const size = unknowns.length;
  const damping = (DAMPING * kept.reduce((sum, row) => sum + entry(row, row), 0)) / Math.max(1, kept.length);
  // Dead inputs have zeros in the diagonal, and get no weight
  for (let at = 0; at < kept.length; at++) system.data[at * size + at] += damping || 1;
  const removedRows = matrixOf(
    gone,
    Array.from({ length: columns }, (_, column) => column),
    (row, column) => {
      return data[row * columns + column];
    },
  );
  const right = multiply(matrixOf(unknowns, gone, entry), removedRows);
  const part = (from: number, to: number) => partialProgress(progress, from, to);
  const factor = choleskyFactor(system, undefined, part(0, 0.4));
  const half = solveLower(factor, right, undefined, part(0.4, 0.7));
  const change = solveLowerTransposed(factor, half, undefined, part(0.7, 1));
  for (const [at, row] of kept.entries()) {
    for (let column = 0; column < columns; column++) data[row * columns + column] += change.data[at * columns + column];
  }
  return sums ? change.data.slice(kept.length * columns) : new Float64Array(columns);
}

function matrixOf(
  rows: readonly number[],
  columns: readonly number[],
  entry: (row: number, column: number) => number,
): Dense<Float64Array> {
  const data = new Float64Array(rows.length * columns.length);
  for (const [i, row] of rows.entries()) {
    for (const [j, column] of columns.entries()) data[i * columns.length + j] = entry(row, column);
  }
  return { shape: [rows.length, columns.length], data };
}
