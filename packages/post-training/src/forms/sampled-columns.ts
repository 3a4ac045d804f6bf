// A sample of the columns of a matrix, from which errors and bytes of a large matrix are estimated.
import { type Matrix, matrix } from '@gcompress/core';
import type { ModelWeight } from '@gcompress/packed/weights';

/** Matrices up to this size are taken whole. */
const WHOLE = 2 ** 13;
/** The fewest columns of a sample. */
const COLUMNS = 16;

/** Evenly spaced columns of a matrix. */
export interface SampledColumns {
  readonly matrix: Matrix;
  /** The part of the columns that was taken, below 1. */
  readonly share: number;
  /** The values of the taken columns. */
  take(values: Float64Array): Float64Array;
}

/** The part of the values of large weights that is evaluated, from 0 to 1. */
export function sampledShare(weights: readonly ModelWeight[], values: number | undefined): number {
  const total = weights.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
  return values === undefined || total <= values ? 1 : values / total;
}

/** Takes about this part of the columns with all their rows, so that steps of columns and moments of inputs stay as they are. */
export function sampledColumns({ shape, data }: Matrix, share: number): SampledColumns | undefined {
  const [rows, columns] = shape;
  const wanted = Math.max(COLUMNS, Math.ceil(WHOLE / rows), Math.ceil(share * columns));
  if (wanted >= columns) return undefined;
  const kept = Int32Array.from({ length: wanted }, (_, i) => Math.floor(((i + 0.5) * columns) / wanted));
  const values = new Float32Array(rows * wanted);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < wanted; i++) values[row * wanted + i] = data[row * columns + kept[i]];
  }
  return {
    matrix: matrix([rows, wanted], values),
    share: wanted / columns,
    take: (all) => Float64Array.from(kept, (column) => all[column]),
  };
}

/**
 * The standard deviation of `Σ parts / Σ wholes` over all columns, if these are a sample of them.
 *
 * Source: the ratio estimator, Cochran, Sampling Techniques, 1977, section 6.4.
 *
 * @param weights what each column counts. Default 1.
 * @param share the part of the columns in the sample.
 */
export function ratioDeviation(
  parts: Float64Array,
  wholes: Float64Array,
  { weights, share }: { readonly weights: Float64Array | undefined; readonly share: number },
): number {
  const count = parts.length;
  const [part, whole] = [parts, wholes].map((values) => values.map((value, at) => value * (weights?.[at] ?? 1)));
  const mean = whole.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2 || mean === 0) return 0;
  const ratio = part.reduce((sum, value) => sum + value, 0) / count / mean;
  const squares = part.reduce((sum, value, at) => sum + (value - ratio * whole[at]) ** 2, 0);
  return Math.sqrt(((1 - share) * squares) / (count - 1) / count) / mean;
}
