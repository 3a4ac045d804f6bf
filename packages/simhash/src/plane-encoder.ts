import type { Matrix } from '@gcompress/core';
import { columnNorms, multiply, multiplyTransposed, norm } from '@gcompress/linalg';
import type { Encoder } from './encoder.ts';
import { emptySketch, fitScales, type Sketch } from './sketch.ts';

/**
 * Signs for the planes of any projection R `[m, k]`, row-major: at first those of `Rᵀ·A`, as the reference has them; a sweep
 * takes the planes one by one and gives each the best signs beside those of the others.
 */
export function planeEncoder(matrix: Matrix, projection: Float32Array): Encoder {
  const [rows, cols] = matrix.shape;
  const bits = projection.length / rows;
  const normals = { shape: [rows, bits], data: projection } as const;
  const size = norm(projection);
  const sketch = emptySketch(
    matrix,
    bits,
    columnNorms(matrix).map((length) => length / size),
  );
  const sides = multiplyTransposed(normals, matrix).data;
  for (let at = 0; at < sides.length; at++) sketch.signs[at] = sides[at] < 0 ? -1 : 1;
  const product = multiply(normals, { shape: [bits, cols], data: Float64Array.from(sketch.signs) }).data;
  for (let at = 0; at < product.length; at++) sketch.residual[at] -= sketch.scales[at % cols] * product[at];
  fitScales(sketch);
  const planes = transposed(projection, rows, bits);
  return { sketch, sweep: () => chooseSigns(sketch, planes), projection: () => projection };
}

/**
 * Gives the signs of each plane, one of the rows of `planes [k, m]`, the values of least error beside all others; they keep
 * their values where both are as good. Returns whether any changed.
 */
export function chooseSigns({ matrix, signs, scales, residual }: Sketch, planes: ArrayLike<number>): boolean {
  const [rows, cols] = matrix.shape;
  const change = new Float64Array(cols);
  let changed = false;
  for (let at = 0, first = 0; first < planes.length; at += cols, first += rows) {
    const alignment = project(planes, first, residual, cols);
    let square = 0;
    for (let i = 0; i < rows; i++) square += planes[first + i] ** 2;
    let any = false;
    for (let j = 0; j < cols; j++) {
      const sign = signs[at + j];
      const wanted = alignment[j] + scales[j] * square * sign;
      // A scale is negative where moving a plane has turned a column around
      change[j] = wanted * sign * scales[j] < 0 ? -2 * scales[j] * sign : 0;
      if (change[j] === 0) continue;
      signs[at + j] = -sign;
      any = true;
    }
    if (any) subtractOuter(residual, planes, first, change);
    changed ||= any;
  }
  return changed;
}

/** `xᵀ·A [n]` for the plane x `[m]` that begins at `first`. */
export function project(planes: ArrayLike<number>, first: number, a: Float64Array, cols: number): Float64Array {
  const sums = new Float64Array(cols);
  for (let i = first, at = 0; at < a.length; i++) {
    const factor = planes[i];
    for (let j = 0; j < cols; j++, at++) sums[j] += factor * a[at];
  }
  return sums;
}

/** `A −= x·yᵀ` for the plane x `[m]` that begins at `first`. */
export function subtractOuter(a: Float64Array, planes: ArrayLike<number>, first: number, y: Float64Array): void {
  for (let i = first, at = 0; at < a.length; i++) {
    const factor = planes[i];
    for (let j = 0; j < y.length; j++, at++) a[at] -= factor * y[j];
  }
}

/** `a [rows, cols]` with its columns as rows. */
export function transposed(a: Float32Array | Float64Array, rows: number, cols: number): Float64Array {
  const columns = new Float64Array(a.length);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) columns[j * rows + i] = a[at];
  }
  return columns;
}
