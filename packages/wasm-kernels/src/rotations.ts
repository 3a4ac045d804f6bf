// Applies sweeps of plane rotations to eight vectors at a time.
import type { Kernels } from '@gcompress/core';
import type { Sweep, View64 } from '@gcompress/core/hosts';
import type { Workspace } from './module/workspace.ts';

/** Vectors that go through all sweeps together. */
const TOGETHER = 8;
/** Rotations that lie in memory at a time: 1 MiB, which stays in the second-level cache. */
const MOST_ROTATIONS = 2 ** 16;
const BYTES = 8;

/** `rotateBack` of {@link Kernels}, in a workspace from `open`. */
export function rotations(open: () => Workspace): Pick<Kernels, 'rotateBack'> {
  return {
    rotateBack(vectors, sweeps) {
      let end = sweeps.length;
      while (end > 0) {
        let start = end;
        let count = 0;
        do count += sweeps[--start].cosines.length;
        while (start > 0 && count + sweeps[start - 1].cosines.length <= MOST_ROTATIONS);
        rotatePart(open(), vectors, sweeps.slice(start, end), count);
        end = start;
      }
    },
  };
}

function rotatePart(workspace: Workspace, vectors: View64, sweeps: readonly Sweep[], count: number): void {
  const pairs = BYTES * TOGETHER * vectors.cols;
  const table = pairs + BYTES * 2 * count;
  workspace.reserve(table + BYTES * sweeps.length);
  const turns = workspace.float64(pairs, 2 * count);
  const ranges = workspace.int32(table, 2 * sweeps.length);
  let at = 0;
  for (let s = sweeps.length - 1, range = 0; s >= 0; s--) {
    const { from, cosines, sines } = sweeps[s];
    ranges[range++] = from;
    ranges[range++] = cosines.length;
    for (let i = cosines.length - 1; i >= 0; i--) {
      turns[at++] = cosines[i];
      turns[at++] = sines[i];
    }
  }
  const group = workspace.float64(0, TOGETHER * vectors.cols);
  for (let row = 0; row < vectors.rows; row += TOGETHER) {
    const size = Math.min(TOGETHER, vectors.rows - row);
    // The last group may still hold vectors of the group before; they are rotated too, but not copied out
    copyGroup(vectors, row, size, (to, from) => {
      group[to] = vectors.data[from];
    });
    workspace.loops.rotateBack(0, table, sweeps.length, pairs);
    copyGroup(vectors, row, size, (from, to) => {
      vectors.data[to] = group[from];
    });
  }
}

/** Calls back with each index in a group and the index of the same entry in the vectors. */
function copyGroup(vectors: View64, row: number, size: number, copy: (group: number, own: number) => void): void {
  const { cols, offset, rowStride, colStride } = vectors;
  for (let i = 0; i < size; i++) {
    let own = offset + (row + i) * rowStride;
    for (let j = i; j < TOGETHER * cols; j += TOGETHER, own += colStride) copy(j, own);
  }
}
