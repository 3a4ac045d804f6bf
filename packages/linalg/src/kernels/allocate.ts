// Matrices for intermediate results, where kernels want them.
import type { Kernels } from '@gcompress/core';
import { copyInto, type View, type View64, zeros } from '../views/view.ts';

/** A matrix of zeros that will be updated again and again. */
export function workMatrix(rows: number, cols: number, kernels: Kernels): View64 {
  return kernels.allocate?.(rows, cols) ?? zeros(rows, cols);
}

/** A row-major copy that will be updated again and again. */
export function workCopy(view: View, kernels: Kernels): View64 {
  const copy = workMatrix(view.rows, view.cols, kernels);
  copyInto(view, copy);
  return copy;
}
