// Allocates matrices for intermediate results, in the memory of the kernels if they provide it.
import type { Kernels } from '@gcompress/core';
import { copyInto, type View, type View64, zeros } from '../views/view.ts';

/** A matrix of zeros for repeated updates. */
export function workMatrix(rows: number, cols: number, kernels: Kernels): View64 {
  return kernels.allocate?.(rows, cols) ?? zeros(rows, cols);
}

/** A row-major copy for repeated updates. */
export function workCopy(view: View, kernels: Kernels): View64 {
  const copy = workMatrix(view.rows, view.cols, kernels);
  copyInto(view, copy);
  return copy;
}
