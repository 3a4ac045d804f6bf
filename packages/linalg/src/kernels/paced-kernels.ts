// Wraps kernels to cut their work into short pieces, so that progress and aborts are timely.

import type { Kernels } from '@gcompress/core';
import type { Sweep } from '@gcompress/core/hosts';
import { block, mirrorUpper, transposed, type View, type View64, zeros } from '../views/view.ts';
import { pacedHeldMatrix } from './paced-held-matrix.ts';
import { DEPTH } from './products.ts';

/** The most multiply-adds of one call: some 50 ms on a slow machine. */
const PIECE = 2 ** 25;
/** The fewest rows of a product that make packing the other matrix worthwhile. */
const LEAST_ROWS = 48;

/**
 * The same kernels, called with pieces of the work; `onWork` receives the multiply-adds of each piece. Sums are cut at the
 * same terms as in the portable kernels, so their results stay the same to the last bit.
 */
export function pacedKernels(kernels: Kernels, onWork: (work: number) => void): Kernels {
  const multiply = (a: View, b: View, c: View64, accumulate = false): void => {
    // Cut the longer side of C: its matrix is packed once, the other matrix once for each piece
    if (c.rows < c.cols) multiplyTall(transposed(b), transposed(a), transposed(c), accumulate);
    else multiplyTall(a, b, c, accumulate);
  };
  const multiplyTall = (a: View, b: View, c: View64, accumulate: boolean): void => {
    const depth = depthFor(c.cols, a.cols);
    for (let from = 0; from < a.cols; from += depth) {
      const terms = Math.min(depth, a.cols - from);
      const rows = Math.max(LEAST_ROWS, multipleBelow(PIECE / (c.cols * terms), 12));
      for (let row = 0; row < c.rows; row += rows) {
        const size = Math.min(rows, c.rows - row);
        const part = block(b, from, 0, terms, b.cols);
        kernels.multiply(block(a, row, from, size, terms), part, block(c, row, 0, size), accumulate || from > 0);
        onWork(size * c.cols * terms);
      }
    }
  };
  const gram = (a: View, c: View64): void => {
    if (a.rows * a.cols * a.cols <= PIECE) {
      kernels.gram(a, c);
      onWork((a.rows * a.cols * a.cols) / 2);
      return;
    }
    const width = Math.max(LEAST_ROWS, multipleBelow(PIECE / (DEPTH * a.cols), 12));
    for (let from = 0; from < a.rows; from += DEPTH) {
      const part = block(a, from, 0, Math.min(DEPTH, a.rows - from), a.cols);
      for (let col = 0; col < a.cols; col += width) {
        const size = Math.min(width, a.cols - col);
        const own = block(part, 0, col, part.rows, size);
        const above = transposed(block(part, 0, 0, part.rows, col));
        if (col > 0) kernels.multiply(above, own, block(c, 0, col, col, size), from > 0);
        const diagonal = zeros(size, size);
        kernels.gram(own, diagonal);
        addInto(diagonal, block(c, col, col, size, size), from > 0);
        onWork(part.rows * size * (col + size / 2));
      }
    }
    mirrorUpper(c);
  };
  const rotateBack = (vectors: View64, sweeps: readonly Sweep[]): void => {
    const all = sweeps.reduce((sum, { cosines }) => sum + cosines.length, 0);
    const rows = Math.max(4, multipleBelow(PIECE / (4 * all), 4));
    for (let row = 0; row < vectors.rows; row += rows) {
      const part = block(vectors, row, 0, Math.min(rows, vectors.rows - row));
      for (let end = sweeps.length; end > 0; ) {
        let start = end;
        let rotations = 0;
        while (start > 0 && 4 * part.rows * rotations < PIECE) rotations += sweeps[--start].cosines.length;
        kernels.rotateBack(part, sweeps.slice(start, end));
        onWork(4 * part.rows * rotations);
        end = start;
      }
    }
  };
  const { allocate, holdSingle } = kernels;
  return {
    onWork,
    multiply,
    gram,
    rotateBack,
    updateThenMultiply(a, ...vectors) {
      kernels.updateThenMultiply(a, ...vectors);
      onWork(2 * a.rows * a.cols);
    },
    updateThenMultiplyTransposed(a, ...vectors) {
      kernels.updateThenMultiplyTransposed(a, ...vectors);
      onWork(2 * a.rows * a.cols);
    },
    updateThenMultiplySymmetric(a, ...vectors) {
      kernels.updateThenMultiplySymmetric(a, ...vectors);
      onWork(2 * a.rows * a.cols);
    },
    ...(allocate && { allocate: allocate.bind(kernels) }),
    ...(holdSingle && {
      holdSingle: (a) => pacedHeldMatrix(holdSingle.call(kernels, a), a.rows * a.cols, onWork),
    }),
  };
}

/** Terms of the sums of one piece: all, unless a piece would then have too few rows. */
function depthFor(width: number, terms: number): number {
  if (width * terms * LEAST_ROWS <= PIECE) return terms;
  return Math.max(DEPTH, multipleBelow(PIECE / (2 * LEAST_ROWS * width), DEPTH));
}

function multipleBelow(value: number, unit: number): number {
  return Number.isFinite(value) ? unit * Math.floor(value / unit) : unit;
}

function addInto(from: View64, into: View64, accumulate: boolean): void {
  for (let i = 0; i < from.rows; i++) {
    let at = into.offset + i * into.rowStride;
    for (let j = 0; j < from.cols; j++, at += into.colStride) {
      into.data[at] = (accumulate ? into.data[at] : 0) + from.data[i * from.cols + j];
    }
  }
}
