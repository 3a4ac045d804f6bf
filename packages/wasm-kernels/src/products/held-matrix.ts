// A matrix that stays in WebAssembly memory as float32, for many products with it.
import { GCompressError } from '@gcompress/core';
import type { HeldMatrix, View, View64 } from '@gcompress/core/hosts';
import type { Workspace } from '../module/workspace.ts';
import { copyScaled, packRows, scaleOf } from './held-copies.ts';
import { roundUp, STRIP } from './packing.ts';

/** Rows of X multiplied at once. */
const BATCH = 16;
/** Entries of A between two visits to C: 128 KiB, which stay in the second-level cache. */
const PANEL = 2 ** 15;
/** Rows must not start a multiple of this many entries apart, which causes cache conflicts. Columns are also padded to whole tiles. */
const TILE = 8;
const UNLUCKY = 64;
const BYTES = 4;

/** A {@link HeldMatrix} of a view, in its own workspace. */
export function holdMatrix(view: View, workspace: Workspace): HeldMatrix {
  const rows = roundUp(view.rows, 2);
  const cols = widthFor(view.cols);
  const panel = Math.min(rows, Math.max(2, 2 * Math.floor(PANEL / cols / 2)));
  const x = BYTES * rows * cols;
  const image = x + BYTES * BATCH * cols;
  const c = image + BYTES * BATCH * panel;
  workspace.reserve(c + BYTES * BATCH * Math.max(rows, cols));
  const scale = scaleOf(view);
  copyScaled(view, workspace.float32(0, rows * cols), cols, scale);

  let held: Workspace | undefined = workspace;
  const use = (): Workspace => {
    if (held) return held;
    throw new GCompressError('disposed', {
      where: 'HeldMatrix',
      expected: 'a matrix that is held',
      actual: 'one that was released',
    });
  };
  return {
    multiplySquare(from, to) {
      const owner = use();
      inBatches(from, (row, count) => {
        const groups = Math.ceil(count / STRIP);
        packRows(from, row, count, owner.float32(x, STRIP * groups * cols), cols);
        const result = owner.float32(c, STRIP * groups * cols).fill(0);
        owner.loops.multiplySquare(x, groups, 0, rows, cols, panel, image, c);
        copyOut(result, cols, 1, to, row, count, 1 / scale / scale);
      });
    },
    multiplyTransposed(from, to) {
      const owner = use();
      inBatches(from, (row, count) => {
        const groups = Math.ceil(count / STRIP);
        packRows(from, row, count, owner.float32(x, STRIP * groups * cols), cols);
        const result = owner.float32(c, STRIP * groups * rows).fill(0);
        owner.loops.multiplyTransposed(x, groups, 0, rows, cols, c);
        copyOut(result, 1, STRIP * groups, to, row, count, 1 / scale);
      });
    },
    gram(to) {
      const owner = use();
      owner.reserve(x + BYTES * cols * cols);
      const result = owner.float32(x, cols * cols).fill(0);
      owner.loops.multiplyGram(0, rows, cols, panel, x);
      const factor = 1 / scale / scale;
      for (let i = 0; i < to.rows; i++) {
        for (let j = i; j < to.cols; j++) {
          const value = result[i * cols + j] * factor;
          to.data[to.offset + i * to.rowStride + j * to.colStride] = value;
          to.data[to.offset + j * to.rowStride + i * to.colStride] = value;
        }
      }
    },
    release() {
      held = undefined;
    },
  };
}

function widthFor(cols: number): number {
  const width = roundUp(cols, TILE);
  return width % UNLUCKY === 0 ? width + TILE : width;
}

function inBatches({ rows }: View64, run: (row: number, count: number) => void): void {
  for (let row = 0; row < rows; row += BATCH) run(row, Math.min(BATCH, rows - row));
}

/** Copies `factor` times a result with these strides into `count` rows, starting at `row`. */
function copyOut(
  result: Float32Array,
  rowStep: number,
  colStep: number,
  to: View64,
  row: number,
  count: number,
  factor: number,
): void {
  const { data, cols, offset, rowStride, colStride } = to;
  for (let i = 0; i < count; i++) {
    let at = offset + (row + i) * rowStride;
    let from = i * rowStep;
    for (let j = 0; j < cols; j++, at += colStride, from += colStep) data[at] = result[from] * factor;
  }
}
