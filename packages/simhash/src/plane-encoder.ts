// Encoder of signs for any given planes, plane by plane.
import type { Matrix, Pace } from '@gcompress/core';
import { columnNorms, multiply, norm } from '@gcompress/linalg';
import type { Encoder } from './encoder.ts';
import { emptySketch, fitScales, type Sketch } from './sketch.ts';

/** The most multiplications of one matrix product: between products, the work can be aborted. */
const PANEL_OPERATIONS = 2 ** 23;

/**
 * Signs for the planes of any projection R `[m, k]`, row-major. The first signs are the signs of `Rᵀ·A`, as in the Python library.
 * A sweep then goes through the planes and chooses the best signs of each one while the signs of the others stay.
 */
export function planeEncoder(matrix: Matrix, projection: Float32Array, pace: Pace): Encoder {
  const [rows, cols] = matrix.shape;
  const bits = projection.length / rows;
  const size = norm(projection);
  const scales = columnNorms(matrix).map((length) => length / size);
  pace(matrix.data.length, 0);
  const sketch = emptySketch(matrix, bits, scales);
  pace(matrix.data.length, 0);
  const planes = transposed(projection, rows, bits);
  pace(projection.length, 0);
  for (let first = 0, width = panelOf(matrix.data.length); first < bits; first += width) {
    const count = Math.min(width, bits - first);
    const panel = { shape: [count, rows] as const, data: planes.subarray(first * rows, (first + count) * rows) };
    const sides = multiply(panel, matrix).data;
    for (let at = 0, to = first * cols; at < sides.length; at++, to++) sketch.signs[to] = sides[at] < 0 ? -1 : 1;
    pace(count * matrix.data.length, first / bits / 2);
  }
  const signs = { shape: [bits, cols], data: new Float64Array(sketch.signs) } as const;
  for (let first = 0, height = panelOf(bits * cols); first < rows; first += height) {
    const count = Math.min(height, rows - first);
    const panel = { shape: [count, bits] as const, data: projection.subarray(first * bits, (first + count) * bits) };
    const product = multiply(panel, signs).data;
    for (let at = 0, to = first * cols; at < product.length; at++, to++) {
      sketch.residual[to] -= sketch.scales[at % cols] * product[at];
    }
    pace(count * bits * cols, (1 + first / rows) / 2);
  }
  fitScales(sketch);
  return {
    sketch,
    sweep: (report) => chooseSigns(sketch, planes, report),
    projection: () => projection,
    signs: () => sketch.signs,
  };
}

/** Rows of one matrix product, when a row takes this many multiplications. */
function panelOf(operations: number): number {
  return Math.max(4, Math.floor(PANEL_OPERATIONS / operations));
}

/**
 * For each plane, a row of `planes [k, m]`: chooses the signs of least error while all other signs stay. A sign changes only if the
 * error falls. Returns whether a sign changed.
 */
export function chooseSigns(
  { matrix, signs, scales, residual }: Sketch,
  planes: ArrayLike<number>,
  pace: Pace,
): boolean {
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
      // A scale is negative if a moved plane has reversed the column
      change[j] = wanted * sign * scales[j] < 0 ? -2 * scales[j] * sign : 0;
      if (change[j] === 0) continue;
      signs[at + j] = -sign;
      any = true;
    }
    if (any) subtractOuter(residual, planes, first, change);
    changed ||= any;
    pace(2 * residual.length, first / planes.length);
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

/** Columns that are transposed together: the cache lines that they write to fit in a cache. */
const BAND = 16;

/** The transpose of `a [rows, cols]`. */
export function transposed(a: Float32Array | Float64Array, rows: number, cols: number): Float64Array {
  const columns = new Float64Array(a.length);
  for (let first = 0; first < cols; first += BAND) {
    const end = Math.min(cols, first + BAND);
    for (let i = 0; i < rows; i++) {
      for (let j = first; j < end; j++) columns[j * rows + i] = a[i * cols + j];
    }
  }
  return columns;
}
