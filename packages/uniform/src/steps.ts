// Steps of columns: their ratios to the common step, and the least-squares steps for given levels.
import type { Matrix } from '@gcompress/core';
import type { CompleteOptions } from './options.ts';
import type { Found } from './search-terms.ts';

/** The smallest positive float32. */
const SMALLEST_STEP = 2 ** -149;
/** Least importance of a column, as a part of the mean: it bounds the steps of unimportant columns. */
const LEAST_IMPORTANCE = 1e-3;

/** Ratios of column steps, and the weights of entries' errors. */
export interface Sharing {
  /** Step of each column in units of the common step, `[n]`; 0 for a column of zeros. */
  readonly scales: Float64Array;
  /** Weights of the squared errors measured in steps, with mean 1: one for each entry, or one for all. */
  readonly weights: Float32Array;
}

/** Column scales and error weights for the option `steps`, see `UniformSettings`. */
export function sharingOf(matrix: Matrix, steps: CompleteOptions['steps'], importance: Matrix | undefined): Sharing {
  const scales = scalesOf(matrix, steps, importance);
  if (!importance) return { scales, weights: Float32Array.of(1) };
  const columns = scales.length;
  const weights = new Float32Array(importance.data);
  // An error of one step grows with the column's step
  for (let at = 0; steps === 'importance' && at < weights.length; at++) weights[at] *= scales[at % columns] ** 2;
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  for (let at = 0; at < weights.length; at++) weights[at] /= mean;
  return { scales, weights };
}

function scalesOf(matrix: Matrix, steps: CompleteOptions['steps'], importance: Matrix | undefined): Float64Array {
  const [, columns] = matrix.shape;
  if (steps === 'column') return columnScales(matrix, importance);
  if (steps === 'matrix' || !importance) return new Float64Array(columns).fill(1);
  const means = columnMeans(importance);
  const mean = means.reduce((sum, own) => sum + own, 0) / columns;
  return means.map((own) => 1 / Math.sqrt(Math.max(own, LEAST_IMPORTANCE * mean)));
}

/** Least-squares steps for these levels, over the whole matrix (`count` 1) or over each column. */
export function fittedSteps(
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

/** Root mean square of each column: steps in proportion to it give every column the same relative error. */
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

function columnMeans({ shape: [rows, columns], data }: Matrix): Float64Array {
  const sums = new Float64Array(columns);
  for (let at = 0; at < data.length; at++) sums[at % columns] += data[at] / rows;
  return sums;
}
