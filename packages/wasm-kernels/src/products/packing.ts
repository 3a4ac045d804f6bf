// Copies strips of strided views into packed memory.
import type { View } from '@gcompress/core/hosts';

/** Rows of a strip of the left matrix, and columns of a panel of the right one. */
export const STRIP = 4;

/** A size rounded up to whole multiples of `unit`. */
export function roundUp(size: number, unit: number): number {
  return unit * Math.ceil(size / unit);
}

/**
 * Copies `rows × terms` of a view from (`row`, `from`) on, in strips of {@link STRIP} rows whose entries of the same column lie together;
 * zeros fill the last strip. The columns of B are the rows of its transpose.
 */
export function packStrips(
  view: View,
  row: number,
  rows: number,
  from: number,
  terms: number,
  into: Float64Array,
): void {
  const { data, offset, rowStride, colStride } = view;
  let at = 0;
  let i = 0;
  for (; i + STRIP <= rows; i += STRIP) {
    let p0 = offset + (row + i) * rowStride + from * colStride;
    let p1 = p0 + rowStride;
    let p2 = p1 + rowStride;
    let p3 = p2 + rowStride;
    for (let p = 0; p < terms; p++, at += STRIP) {
      into[at] = data[p0];
      into[at + 1] = data[p1];
      into[at + 2] = data[p2];
      into[at + 3] = data[p3];
      p0 += colStride;
      p1 += colStride;
      p2 += colStride;
      p3 += colStride;
    }
  }
  if (i === rows) return;
  into.fill(0, at, at + STRIP * terms);
  for (; i < rows; i++) {
    let source = offset + (row + i) * rowStride + from * colStride;
    for (let p = 0, to = at++; p < terms; p++, to += STRIP, source += colStride) into[to] = data[source];
  }
}
