// Householder reflectors: construction and application.
import type { Kernels } from '@gcompress/core';
import { norm } from '../products/norms.ts';
import { block, type View64 } from '../views/view.ts';

/*
 * Householder reflections H = I − u·uᵀ with ‖u‖² = 2, or u = 0 for the identity. The reflectors u of a factorisation are
 * the rows of one matrix; row k is zero before column k.
 */

/** Shorter vectors are scaled up first, because subnormal numbers have too few digits for a reflector of norm √2. */
const SMALLEST = 1e-290;
const ENLARGED = 2 ** 600;

/** Overwrites `x` with the reflector that maps it to a multiple of the first unit vector; returns this multiple. */
export function makeReflector(x: Float64Array): number {
  const first = x[0];
  if (x.every((entry, i) => i === 0 || entry === 0)) {
    x.fill(0);
    return first;
  }
  const length = norm(x);
  if (length < SMALLEST) {
    for (let i = 0; i < x.length; i++) x[i] *= ENLARGED;
    return makeReflector(x) / ENLARGED;
  }
  const sign = first < 0 ? -1 : 1;
  const scale = Math.sqrt(1 + Math.abs(first / length));
  for (let i = 0; i < x.length; i++) x[i] = x[i] / length / scale;
  // Adding with the sign of the first entry avoids cancellation
  x[0] += sign / scale;
  return -sign * length;
}

/**
 * `H₀·H₁ ⋯ H_{r−1}` times each row of `vectors [count, m]`, in place, for `reflectors [r, m]`.
 */
export function applyReflectors(vectors: View64, reflectors: View64, kernels: Kernels): void {
  let projections = new Float64Array(vectors.rows);
  let next = new Float64Array(vectors.rows);
  let previous: Float64Array = new Float64Array(vectors.cols);
  for (let k = reflectors.rows - 1; k >= 0; k--) {
    const reflector = rowOf(reflectors, k);
    const part = block(vectors, 0, k);
    kernels.updateThenMultiply(part, projections, previous.subarray(k), reflector.subarray(k), next);
    previous = reflector;
    [projections, next] = [next, projections];
  }
  kernels.updateThenMultiply(vectors, projections, previous, new Float64Array(vectors.cols), next);
}

/** A row of a row-major matrix, as a subarray. */
export function rowOf(matrix: View64, row: number): Float64Array {
  const start = matrix.offset + row * matrix.rowStride;
  return matrix.data.subarray(start, start + matrix.cols);
}
