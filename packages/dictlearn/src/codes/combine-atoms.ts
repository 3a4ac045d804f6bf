// The matrix of sparse codes, without the working form.
import type { Layout } from './layout.ts';
import type { SparseCodes } from './sparse-codes.ts';

/**
 * The values of the matrix `[m, n]`, row-major: each signal is the sum of its atoms times the values of its code. Sums are accumulated in
 * float64 in the order of the nonzeros, as `matMul` of core does, so that the bits are those of the working form.
 *
 * @param atoms `[k, L]`, row-major.
 */
export function combineAtoms(
  { counts, positions, values }: SparseCodes,
  { rows, cols, pieces, signalLength }: Layout,
  atoms: Float32Array,
): Float32Array {
  const matrix = new Float32Array(rows * cols);
  const signal = new Float64Array(signalLength);
  for (let number = 0, at = 0; number < counts.length; number++) {
    signal.fill(0);
    for (const end = at + counts[number]; at < end; at++) {
      const value = values[at];
      const from = positions[at] * signalLength;
      for (let i = 0; i < signalLength; i++) signal[i] += value * atoms[from + i];
    }
    // The last piece of a row may reach beyond it
    const col = (number % pieces) * signalLength;
    matrix.set(signal.subarray(0, cols - col), Math.floor(number / pieces) * cols + col);
  }
  return matrix;
}
