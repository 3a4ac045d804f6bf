// Random views of every kind, and comparisons of what two sets of kernels make of them.
import { createRandom } from '@gcompress/core';
import type { Values, View, View64 } from '@gcompress/core/hosts';
import { block, transposed, viewOf } from '@gcompress/linalg';
import fc from 'fast-check';

/** How a matrix lies in memory. */
export type Layout = 'rows' | 'transposed' | 'part';
export const layouts = fc.constantFrom<Layout>('rows', 'transposed', 'part');
export const sides = fc.integer({ min: 0, max: 21 });

export function normals(length: number, seed: number): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length }, () => random.normal());
}

/** A matrix of independent normal entries. */
export function normalView(rows: number, cols: number, layout: Layout, seed: number): View64 {
  return laidOut(rows, cols, layout, (length) => normals(length, seed));
}

/** The same in float32. */
export function singleView(rows: number, cols: number, layout: Layout, seed: number): View<Float32Array> {
  return laidOut(rows, cols, layout, (length) => Float32Array.from(normals(length, seed)));
}

function laidOut<V extends Values>(rows: number, cols: number, layout: Layout, make: (length: number) => V): View<V> {
  if (layout === 'transposed') return transposed(whole(cols, rows, make));
  return layout === 'rows' ? whole(rows, cols, make) : block(whole(rows + 3, cols + 2, make), 2, 1, rows, cols);
}

/** A view of rows and columns that may be 0, unlike those of a matrix. */
function whole<V extends Values>(rows: number, cols: number, make: (length: number) => V): View<V> {
  if (rows * cols > 0) return viewOf({ shape: [rows, cols], data: make(rows * cols) });
  return { data: make(0), rows, cols, offset: 0, rowStride: cols, colStride: 1 };
}

/** A view of a copy of the whole array that a view looks at. */
export function copyOf(view: View64): View64 {
  return { ...view, data: view.data.slice() };
}

/** Whether two arrays hold the same bits. */
export function sameBits(actual: Float64Array, expected: Float64Array): boolean {
  const bytes = (values: Float64Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return bytes(actual).equals(bytes(expected));
}

/** Largest difference of the arrays behind two views, as a part of the largest entry. */
export function difference(actual: Float64Array, expected: Float64Array): number {
  let worst = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return worst / (largest || 1);
}
