// The interface of sums over the inputs of a matrix, and its error for inputs that are not finite.
import { GCompressError, type InputMoments } from '@gcompress/core';
import type { Rows } from '../rows/rows.ts';

/** Sums over rows, in float64. */
export interface Sums {
  /** Rows so far. */
  readonly count: number;
  /** `Σ x` so far, `[size]`. */
  readonly inputs: Float64Array;
  /** Adds rows of `size` values each, or ids. */
  add(rows: Rows): Promise<void>;
  /** `Σ xᵀx` so far. */
  moments(): InputMoments;
}

/** Bytes of the moments `[size, size]` of a matrix. */
export function momentBytes(size: number): number {
  return Float64Array.BYTES_PER_ELEMENT * size ** 2;
}

/** The error for inputs of a layer that are NaN or infinite. */
export function notFinite(weight: string, value: number, input: number): GCompressError {
  return new GCompressError('non-finite', {
    where: `calibrate '${weight}'`,
    expected: 'finite inputs of the layer',
    actual: `${value} as the sum of squares of input ${input}`,
    hint: 'The model computes NaN or infinity for these inputs. Preprocess the inputs as in training.',
  });
}
