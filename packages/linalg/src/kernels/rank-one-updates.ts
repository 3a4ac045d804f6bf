// Rank-one updates fused with a matrix-vector product, in plain JavaScript.
import type { View64 } from '../views/view.ts';

/*
 * A reflection takes a matrix-vector product and an update of the matrix. Each function here fuses the update of one
 * reflection with the product of the next, four rows (two if symmetric) at a time, because loads and stores limit the speed
 * of plain JavaScript.
 */

/** {@link Kernels.updateThenMultiply}. */
export function updateThenMultiply(
  a: View64,
  x: Float64Array,
  y: Float64Array,
  v: Float64Array,
  z: Float64Array,
): void {
  const { data, rows, cols, offset, rowStride } = a;
  let i = 0;
  for (; i + 3 < rows; i += 4) {
    let p0 = offset + i * rowStride;
    let p1 = p0 + rowStride;
    let p2 = p1 + rowStride;
    let p3 = p2 + rowStride;
    const x0 = x[i];
    const x1 = x[i + 1];
    const x2 = x[i + 2];
    const x3 = x[i + 3];
    let z0 = 0;
    let z1 = 0;
    let z2 = 0;
    let z3 = 0;
    for (let j = 0; j < cols; j++) {
      const yj = y[j];
      const vj = v[j];
      const a0 = data[p0] - x0 * yj;
      const a1 = data[p1] - x1 * yj;
      const a2 = data[p2] - x2 * yj;
      const a3 = data[p3] - x3 * yj;
      data[p0++] = a0;
      data[p1++] = a1;
      data[p2++] = a2;
      data[p3++] = a3;
      z0 += a0 * vj;
      z1 += a1 * vj;
      z2 += a2 * vj;
      z3 += a3 * vj;
    }
    z[i] = z0;
    z[i + 1] = z1;
    z[i + 2] = z2;
    z[i + 3] = z3;
  }
  for (; i < rows; i++) {
    let at = offset + i * rowStride;
    const xi = x[i];
    let sum = 0;
    for (let j = 0; j < cols; j++) {
      const entry = data[at] - xi * y[j];
      data[at++] = entry;
      sum += entry * v[j];
    }
    z[i] = sum;
  }
}

/** {@link Kernels.updateThenMultiplyTransposed}. */
export function updateThenMultiplyTransposed(
  a: View64,
  x: Float64Array,
  y: Float64Array,
  u: Float64Array,
  w: Float64Array,
): void {
  const { data, rows, cols, offset, rowStride } = a;
  w.fill(0, 0, cols);
  let i = 0;
  for (; i + 3 < rows; i += 4) {
    let p0 = offset + i * rowStride;
    let p1 = p0 + rowStride;
    let p2 = p1 + rowStride;
    let p3 = p2 + rowStride;
    const x0 = x[i];
    const x1 = x[i + 1];
    const x2 = x[i + 2];
    const x3 = x[i + 3];
    const u0 = u[i];
    const u1 = u[i + 1];
    const u2 = u[i + 2];
    const u3 = u[i + 3];
    for (let j = 0; j < cols; j++) {
      const yj = y[j];
      const a0 = data[p0] - x0 * yj;
      const a1 = data[p1] - x1 * yj;
      const a2 = data[p2] - x2 * yj;
      const a3 = data[p3] - x3 * yj;
      data[p0++] = a0;
      data[p1++] = a1;
      data[p2++] = a2;
      data[p3++] = a3;
      w[j] += u0 * a0 + u1 * a1 + u2 * a2 + u3 * a3;
    }
  }
  for (; i < rows; i++) {
    let at = offset + i * rowStride;
    const xi = x[i];
    const ui = u[i];
    for (let j = 0; j < cols; j++) {
      const entry = data[at] - xi * y[j];
      data[at++] = entry;
      w[j] += ui * entry;
    }
  }
}

/** {@link Kernels.updateThenMultiplySymmetric}. */
export function updateThenMultiplySymmetric(
  a: View64,
  x: Float64Array,
  y: Float64Array,
  v: Float64Array,
  z: Float64Array,
): void {
  const { data, rows, offset, rowStride } = a;
  z.fill(0, 0, rows);
  let i = 0;
  for (; i + 1 < rows; i += 2) {
    let p0 = offset + i * rowStride;
    let p1 = p0 + rowStride;
    const x0 = x[i];
    const x1 = x[i + 1];
    const y0 = y[i];
    const y1 = y[i + 1];
    const v0 = v[i];
    const v1 = v[i + 1];
    let z0 = 0;
    let z1 = 0;
    for (let j = 0; j < i; j++) {
      const xj = x[j];
      const yj = y[j];
      const vj = v[j];
      const a0 = data[p0] - x0 * yj - y0 * xj;
      const a1 = data[p1] - x1 * yj - y1 * xj;
      data[p0++] = a0;
      data[p1++] = a1;
      z0 += a0 * vj;
      z1 += a1 * vj;
      z[j] += a0 * v0 + a1 * v1;
    }
    const a00 = data[p0] - 2 * x0 * y0;
    const a10 = data[p1] - x1 * y0 - y1 * x0;
    const a11 = data[p1 + 1] - 2 * x1 * y1;
    data[p0] = a00;
    data[p1] = a10;
    data[p1 + 1] = a11;
    z[i] = z0 + a00 * v0 + a10 * v1;
    z[i + 1] = z1 + a10 * v0 + a11 * v1;
  }
  if (i < rows) {
    let at = offset + i * rowStride;
    const xi = x[i];
    const yi = y[i];
    const vi = v[i];
    let sum = 0;
    for (let j = 0; j < i; j++) {
      const entry = data[at] - xi * y[j] - yi * x[j];
      data[at++] = entry;
      sum += entry * v[j];
      z[j] += entry * vi;
    }
    const diagonal = data[at] - 2 * xi * yi;
    data[at] = diagonal;
    z[i] = sum + diagonal * vi;
  }
}
