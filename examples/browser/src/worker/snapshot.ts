// What the page shows of a matrix and its compressed form.
import { type CompressedMatrix, type Matrix, relativeError } from '@gcompress/core';
import { singularValues } from '@gcompress/linalg';
import type { MatrixSnapshot } from './trainer-api.ts';

/**
 * The first weight matrix beside its compressed form, with what can be said of both.
 *
 * @param rank how many singular values low rank is going to keep, while there is no compressed form yet.
 */
export function snapshot(
  dense: Matrix | undefined,
  compressed: CompressedMatrix | undefined,
  rank?: number,
): MatrixSnapshot {
  const decompressed = compressed?.decompress();
  const known = dense ?? decompressed;
  if (!known) throw new Error('a snapshot needs a matrix');
  return {
    shape: known.shape,
    matrix: dense?.data,
    compressed: decompressed?.data,
    spectrum: dense && singularValues(dense),
    compressedSpectrum: decompressed && singularValues(decompressed),
    rank: compressed?.format.id === 'lowrank' ? compressed.factors.b.shape[1] : rank,
    relativeError: dense && decompressed && relativeError(dense, decompressed),
  };
}
