// Copies matrices into WebAssembly memory as float32, scaled and laid out for its loops.
import type { View, View64 } from '@gcompress/core/hosts';
import { STRIP } from './packing.ts';

/** Matrices with entries outside 2⁻³⁰ to 2³⁰ are scaled to about 1, because float32 must hold sums of squares. */
const USUAL = 2 ** 30;

/** The power of two that scales a matrix so that float32 holds its squares; 1 for usual matrices. */
export function scaleOf({ data, rows, cols, offset, rowStride, colStride }: View): number {
  let largest = 0;
  for (let i = 0; i < rows; i++) {
    let at = offset + i * rowStride;
    for (let j = 0; j < cols; j++, at += colStride) {
      const entry = data[at];
      if (entry > largest) largest = entry;
      else if (-entry > largest) largest = -entry;
    }
  }
  if (largest === 0 || (largest < USUAL && largest > 1 / USUAL)) return 1;
  let scale = 1;
  while (largest * scale >= 1) scale /= 2;
  while (largest * scale < 0.5) scale *= 2;
  return scale;
}

/** Columns copied together: they are neighbours in memory if the matrix is stored column by column. */
const STRIPE = 16;

/** Copies `scale` times a view into rows of `width`; the padding is already zero. */
export function copyScaled(view: View, into: Float32Array, width: number, scale: number): void {
  const { data, rows, cols, offset, rowStride, colStride } = view;
  if (colStride === 1 && scale === 1) {
    for (let i = 0; i < rows; i++) {
      const start = offset + i * rowStride;
      into.set(data.subarray(start, start + cols), i * width);
    }
    return;
  }
  const stripe = rowStride === 1 ? STRIPE : cols;
  for (let col = 0; col < cols; col += stripe) {
    const count = Math.min(stripe, cols - col);
    for (let i = 0; i < rows; i++) {
      let at = offset + i * rowStride + col * colStride;
      for (let j = i * width + col; j < i * width + col + count; j++, at += colStride) into[j] = data[at] * scale;
    }
  }
}

/** Copies `count` rows from `row` on; in each group of {@link STRIP} rows of `width`, entries of the same four columns are stored together. */
export function packRows(from: View64, row: number, count: number, into: Float32Array, width: number): void {
  const { data, cols, offset, rowStride, colStride } = from;
  into.fill(0);
  for (let i = 0; i < count; i++) {
    let at = offset + (row + i) * rowStride;
    const inStrip = i % STRIP;
    const start = (i - inStrip) * width + STRIP * inStrip;
    for (let j = 0; j < cols; j++, at += colStride) into[start + STRIP * (j & ~3) + (j & 3)] = data[at];
  }
}
