// Eigenvalues and eigenvectors of a symmetric matrix, by tridiagonalisation and QR iteration.
import type { Kernels, ProgressOptions } from '@gcompress/core';
import { assertNumber } from '@gcompress/core/checks';
import type { Sweep } from '@gcompress/core/hosts';
import { paced } from '../calls/paced.ts';
import { workCopy } from '../kernels/allocate.ts';
import { portableKernels } from '../kernels/portable.ts';
import { hypotenuse, largestMagnitude } from '../products/norms.ts';
import { scaleInPlace, unitScale } from '../products/scale.ts';
import { copied, type Dense, denseOf, squareViewOf, transposed, type View } from '../views/view.ts';
import { applyReflectors } from './reflectors.ts';
import { assertConverging, descendingOrder, ROTATION_WORK, unitRows } from './spectrum.ts';
import { tridiagonalize } from './tridiagonal.ts';
import { eigenWork } from './work.ts';

/** Eigenvalues and eigenvectors of a symmetric matrix `[n, n]`. */
export interface SymmetricEigen {
  /** All eigenvalues `[n]`, the largest first. */
  readonly values: Float64Array;
  /** Orthonormal eigenvectors of the first `count` eigenvalues, as columns `[n, count]`. */
  readonly vectors: Dense<Float64Array>;
}

/**
 * All eigenvalues of symmetric `a [n, n]`, and the eigenvectors of the `count` largest. Only the lower triangle of `a` is read.
 * Householder tridiagonalisation, then implicit QR iteration with Wilkinson's shift. Errors of the eigenvalues are of the
 * order of `2⁻⁵³·‖a‖`, so eigenvalues far smaller than the largest have a larger relative error.
 *
 * @param count number of eigenvectors. Default: all.
 * @param progress listener for the progress, and signal to abort.
 * @throws GCompressError `invalid-matrix`, `shape-mismatch`, `invalid-option`, or `non-finite` for NaN and infinities; the
 * signal's reason when aborted.
 */
export function symmetricEigen(
  a: Dense,
  count?: number,
  kernels: Kernels = portableKernels,
  progress: ProgressOptions = {},
): SymmetricEigen {
  const where = 'symmetricEigen';
  const view = squareViewOf(a, where);
  const n = view.rows;
  const wanted = count ?? n;
  assertNumber(where, 'count', wanted, { min: 0, max: n, integer: true });
  return paced(where, kernels, progress, eigenWork(n, wanted), (pace) => solveEigen(view, wanted, pace));
}

function solveEigen(a: View, count: number, kernels: Kernels): SymmetricEigen {
  const { diagonal, subdiagonal, reflectors } = tridiagonalize(workCopy(a, kernels), kernels);
  const sweeps = diagonalizeTridiagonal(diagonal, subdiagonal, kernels);
  const order = descendingOrder(diagonal);
  const vectors = unitRows(order.slice(0, count), a.rows, kernels);
  kernels.rotateBack(vectors, sweeps);
  applyReflectors(vectors, reflectors, kernels);
  return {
    values: Float64Array.from(order, (i) => diagonal[i]),
    vectors: denseOf(copied(transposed(vectors))),
  };
}

/** Lengths below this count as zero, because dividing by them would lose digits. The largest numbers are about 1. */
const NOTHING = 1e-200;

/** QR iteration; the diagonal becomes the eigenvalues. */
function diagonalizeTridiagonal(d: Float64Array, e: Float64Array, { onWork }: Kernels): Sweep[] {
  const sweeps: Sweep[] = [];
  const scale = unitScale(d, e);
  scaleInPlace(d, scale);
  scaleInPlace(e, scale);
  const negligible = Number.EPSILON * Math.max(largestMagnitude(d), largestMagnitude(e));
  let end = d.length - 1;
  while (end > 0) {
    let start = end;
    while (start > 0 && !(Math.abs(e[start - 1]) <= negligible)) start--;
    if (start === end) {
      end--;
      continue;
    }
    assertConverging(sweeps.length, d.length, 'symmetricEigen');
    sweeps.push(sweep(d, e, start, end));
    onWork?.(ROTATION_WORK * (end - start));
  }
  scaleInPlace(d, 1 / scale);
  return sweeps;
}

function sweep(d: Float64Array, e: Float64Array, start: number, end: number): Sweep {
  const cosines = new Float64Array(end - start);
  const sines = new Float64Array(end - start);
  const half = (d[end - 1] - d[end]) / 2;
  const last = e[end - 1];
  const root = hypotenuse(half, last);
  let f = d[start] - d[end] + last * (last / (half + (half < 0 ? -root : root)));
  let g = e[start];
  for (let i = start; i < end; i++) {
    const r = hypotenuse(f, g);
    const c = r < NOTHING ? 1 : f / r;
    const s = r < NOTHING ? 0 : g / r;
    cosines[i - start] = c;
    sines[i - start] = s;
    if (i > start) e[i - 1] = r;
    const w = s * (d[i] - d[i + 1]) - 2 * c * e[i];
    d[i] -= s * w;
    d[i + 1] += s * w;
    e[i] = -(c * w + e[i]);
    f = e[i];
    if (i + 1 < end) {
      g = s * e[i + 1];
      e[i + 1] *= c;
    }
  }
  return { from: start, cosines, sines };
}
