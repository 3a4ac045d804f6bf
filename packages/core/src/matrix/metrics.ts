// Norm and error of matrices.
import { GCompressError } from '../checks/errors.ts';
import { assertMatrix, type Matrix } from './matrix.ts';

/**
 * Frobenius norm `‖A‖_F`, accumulated in float64 and scaled so that neither huge nor tiny entries are lost.
 *
 * @throws GCompressError `invalid-matrix`.
 */
export function frobeniusNorm(a: Matrix): number {
  assertMatrix(a, 'frobeniusNorm');
  let largest = 0;
  for (const entry of a.data) largest = Math.max(largest, Math.abs(entry));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (const entry of a.data) sum += (entry / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/**
 * Relative error `‖A − Â‖_F / ‖A‖_F`; for a zero matrix 0 if the approximation is zero too, infinite otherwise.
 *
 * @throws GCompressError `shape-mismatch`, `invalid-matrix`.
 */
export function relativeError(original: Matrix, approximation: Matrix): number {
  assertMatrix(original, 'relativeError');
  assertMatrix(approximation, 'relativeError');
  if (original.shape[0] !== approximation.shape[0] || original.shape[1] !== approximation.shape[1]) {
    throw new GCompressError('shape-mismatch', {
      where: 'relativeError',
      expected: `two matrices of shape [${original.shape.join(', ')}]`,
      actual: `[${approximation.shape.join(', ')}]`,
    });
  }
  let largest = 0;
  for (const entry of original.data) largest = Math.max(largest, Math.abs(entry));
  const scale = largest || 1;
  let error = 0;
  let norm = 0;
  for (let i = 0; i < original.data.length; i++) {
    const entry = original.data[i] as number;
    error += ((entry - (approximation.data[i] as number)) / scale) ** 2;
    norm += (entry / scale) ** 2;
  }
  if (norm === 0) return error === 0 ? 0 : Number.POSITIVE_INFINITY;
  return Math.sqrt(error / norm);
}

/** Signal-to-noise ratio in dB, `−20·log₁₀` of the {@link relativeError}; infinite when the two are equal. */
export function signalToNoise(original: Matrix, approximation: Matrix): number {
  return -20 * Math.log10(relativeError(original, approximation));
}
