// Rank-one updates of matrices that lie in WebAssembly memory; others go to the portable kernels.
import type { Kernels } from '@gcompress/core';
import type { View64 } from '@gcompress/core/hosts';
import { portableKernels } from '@gcompress/linalg';
import type { Module } from './module/web-assembly.ts';
import { Workspace } from './module/workspace.ts';

type Updates = Required<
  Pick<Kernels, 'allocate' | 'updateThenMultiply' | 'updateThenMultiplyTransposed' | 'updateThenMultiplySymmetric'>
>;

/** Entries below which a memory of its own costs more than the updates gain. */
const SMALL = 96 * 96;
const BYTES = 8;

/** A matrix in a memory of its own. The memory never grows, so arrays in it stay valid. */
interface Home {
  readonly workspace: Workspace;
  /** Addresses of four vectors as long as the longer side of the matrix. */
  readonly vectors: readonly [number, number, number, number];
}

/** Matrices in WebAssembly memory, and what is done with them there. */
export function rankOneUpdates(module: Module): Updates {
  const homes = new WeakMap<ArrayBufferLike, Home>();
  return {
    allocate(rows, cols) {
      if (rows * cols < SMALL) return rowMajor(new Float64Array(rows * cols), rows, cols);
      const workspace = new Workspace(module);
      const length = BYTES * Math.max(rows, cols);
      const end = BYTES * rows * cols;
      workspace.reserve(end + 4 * length);
      const data = workspace.float64(0, rows * cols);
      homes.set(data.buffer, { workspace, vectors: [end, end + length, end + 2 * length, end + 3 * length] });
      return rowMajor(data, rows, cols);
    },
    updateThenMultiply(a, x, y, v, z) {
      const home = homes.get(a.data.buffer);
      if (!home) {
        portableKernels.updateThenMultiply(a, x, y, v, z);
        return;
      }
      const { workspace, vectors } = home;
      const [xs, ys, vs, zs] = vectors;
      const { rows, cols } = a;
      copyIn(workspace, [xs, x, rows], [ys, y, cols], [vs, v, cols]);
      workspace.loops.updateThenMultiply(addressOf(a), rows, cols, BYTES * a.rowStride, xs, ys, vs, zs);
      z.set(workspace.float64(zs, rows));
    },
    updateThenMultiplyTransposed(a, x, y, u, w) {
      const home = homes.get(a.data.buffer);
      if (!home) {
        portableKernels.updateThenMultiplyTransposed(a, x, y, u, w);
        return;
      }
      const { workspace, vectors } = home;
      const [xs, ys, us, ws] = vectors;
      const { rows, cols } = a;
      copyIn(workspace, [xs, x, rows], [ys, y, cols], [us, u, rows]);
      const sums = workspace.float64(ws, cols).fill(0);
      workspace.loops.updateThenMultiplyTransposed(addressOf(a), rows, cols, BYTES * a.rowStride, xs, ys, us, ws);
      w.set(sums);
    },
    updateThenMultiplySymmetric(a, x, y, v, z) {
      const home = homes.get(a.data.buffer);
      if (!home) {
        portableKernels.updateThenMultiplySymmetric(a, x, y, v, z);
        return;
      }
      const { workspace, vectors } = home;
      const [xs, ys, vs, zs] = vectors;
      const { rows } = a;
      copyIn(workspace, [xs, x, rows], [ys, y, rows], [vs, v, rows]);
      const sums = workspace.float64(zs, rows).fill(0);
      workspace.loops.updateThenMultiplySymmetric(addressOf(a), rows, BYTES * a.rowStride, xs, ys, vs, zs);
      z.set(sums);
    },
  };
}

function rowMajor(data: Float64Array, rows: number, cols: number): View64 {
  return { data, rows, cols, offset: 0, rowStride: cols, colStride: 1 };
}

/** Where a part of a matrix begins, in bytes; the matrix begins at 0. */
function addressOf({ offset }: View64): number {
  return BYTES * offset;
}

/** Copies the beginnings of vectors to addresses. */
function copyIn(workspace: Workspace, ...vectors: readonly (readonly [number, Float64Array, number])[]): void {
  for (const [address, values, length] of vectors) workspace.float64(address, length).set(values.subarray(0, length));
}
