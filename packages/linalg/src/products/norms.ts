// Euclidean norms of vectors, rows and columns, without overflow or underflow.
import { assertNumbers } from '../calls/arguments.ts';
import { type Dense, viewOf } from '../views/view.ts';

/**
 * Euclidean norm `‖x‖₂`, scaled so that squares neither overflow nor vanish; infinite or NaN if a number is.
 *
 * @throws GCompressError `invalid-matrix` when `x` is not an array.
 */
export function norm(x: ArrayLike<number>): number {
  assertNumbers('norm', x);
  const largest = largestMagnitude(x);
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const ratio = x[i] / largest;
    sum += ratio * ratio;
  }
  return largest * Math.sqrt(sum);
}

/** `√(a² + b²)` without overflow. Not `Math.hypot`, because engines may approximate it differently. */
export function hypotenuse(a: number, b: number): number {
  const squares = a * a + b * b;
  if (squares > 1e-280 && squares < 1e280) return Math.sqrt(squares);
  const larger = Math.max(Math.abs(a), Math.abs(b));
  if (larger === 0) return 0;
  const ratio = Math.min(Math.abs(a), Math.abs(b)) / larger;
  return larger * Math.sqrt(1 + ratio * ratio);
}

/** Largest `|x|`, 0 for no numbers; NaN if one is. */
export function largestMagnitude(x: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < x.length; i++) {
    const magnitude = Math.abs(x[i]);
    if (magnitude > largest) largest = magnitude;
    else if (Number.isNaN(magnitude)) return magnitude;
  }
  return largest;
}

/** Euclidean norm of each row of `a [m, n]`, as `[m]`. */
export function rowNorms(a: Dense): Float64Array {
  const { rows, cols } = viewOf(a, 'rowNorms');
  return Float64Array.from({ length: rows }, (_, i) => norm(a.data.subarray(i * cols, (i + 1) * cols)));
}

/** Euclidean norm of each column of `a [m, n]`, as `[n]`. */
export function columnNorms(a: Dense): Float64Array {
  const { rows, cols } = viewOf(a, 'columnNorms');
  const largest = new Float64Array(cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) largest[j] = Math.max(largest[j], Math.abs(a.data[i * cols + j]));
  }
  const sums = new Float64Array(cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      // Columns of zeros are divided by one
      const ratio = a.data[i * cols + j] / (largest[j] || 1);
      sums[j] += ratio * ratio;
    }
  }
  return sums.map((sum, j) => largest[j] * Math.sqrt(sum));
}
