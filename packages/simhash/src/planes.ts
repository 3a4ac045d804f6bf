// The orthogonal planes of a stored matrix as rotations, for hosts that multiply without forming the projection.
import type { MatrixForm } from '@gcompress/core';
import { assertShape2D, assertType } from '@gcompress/core/checks';
import { fileError } from '@gcompress/core/storage';
import { readConfig } from './config.ts';
import { assertProjectionSize, drawRotations, type PlaneBlock, planeBlocks } from './projection.ts';

export type { PlaneBlock } from './projection.ts';

/** Orthogonal planes without the projection R `[m, k]`: block b of its columns is `length` times the first `planes` columns of a rotation. */
export interface OrthogonalPlanes {
  /** The blocks of columns in order. */
  readonly blocks: readonly PlaneBlock[];
  /**
   * One or two rotations `[m, m]`, each as pairs of axes in order. The rotation Q turns each pair (a, b) by 45°: `xₐ, x_b` become
   * `(xₐ + x_b) / √2, (x_b − xₐ) / √2`. So `Qᵀ·x` takes the pairs from the last to the first and exchanges their axes.
   */
  readonly rotations: readonly Int32Array[];
}

/**
 * Draws the planes of a stored matrix with `planes: 'orthogonal'`. `Rᵀ·x` then takes `O(m log m)` steps for each rotation.
 *
 * @throws GCompressError `file-header` for an invalid config or other planes, `file-oversized` for a projection that is too large,
 * `invalid-option` when the argument is not the form of a matrix.
 */
export function orthogonalPlanes(form: MatrixForm): OrthogonalPlanes {
  assertType('orthogonalPlanes', 'form', form, 'object');
  assertShape2D(form.shape, 'orthogonalPlanes');
  assertType('orthogonalPlanes', 'config', form.config, 'object');
  const { planes, seed, bits } = readConfig(form.config);
  if (planes !== 'orthogonal') throw fileError('file-header', 'simhash config', "planes 'orthogonal'", `'${planes}'`);
  assertProjectionSize(planes, form.shape, bits);
  const [rows] = form.shape;
  return { blocks: planeBlocks(rows, bits), rotations: drawRotations(seed, rows, bits) };
}
