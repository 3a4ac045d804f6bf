// Products in float64, block by block through a workspace of bounded size.
import type { Kernels } from '@gcompress/core';
import type { View, View64 } from '@gcompress/core/hosts';
import type { Workspace } from '../module/workspace.ts';
import { packStrips, roundUp, STRIP } from './packing.ts';

/** The largest block of C, and the terms added to it in one pass: 2.5 MiB in all, with panels that fit the first-level cache. */
const ROWS = 256;
const COLS = 512;
const DEPTH = 256;

const BYTES = 8;
const LEFT = 0;
const RIGHT = LEFT + BYTES * ROWS * DEPTH;
const RESULT = RIGHT + BYTES * COLS * DEPTH;
const END = RESULT + BYTES * ROWS * COLS;

/** A skew so low that no strip skips a panel. */
const ALL_PANELS = -ROWS * COLS;

/** `multiply` and `gram` of {@link Kernels}, in a workspace from `open`. */
export function doubleProducts(open: () => Workspace): Pick<Kernels, 'multiply' | 'gram'> {
  return {
    multiply(a, b, c, accumulate = false) {
      const workspace = open();
      workspace.reserve(END);
      const columns = transposedView(b);
      for (let row = 0; row < c.rows; row += ROWS) {
        for (let col = 0; col < c.cols; col += COLS) {
          const part = { row, col, rows: Math.min(ROWS, c.rows - row), cols: Math.min(COLS, c.cols - col) };
          const result = openResult(workspace, part);
          if (accumulate) copyIn(c, part, result);
          multiplyBlock(workspace, a, columns, part, ALL_PANELS);
          copyOut(result, part, c);
        }
      }
    },
    gram(a, c) {
      const workspace = open();
      workspace.reserve(END);
      const columns = transposedView(a);
      for (let row = 0; row < c.rows; row += ROWS) {
        const rows = Math.min(ROWS, c.rows - row);
        for (let col = 0; col < c.cols; col += COLS) {
          const part = { row, col, rows, cols: Math.min(COLS, c.cols - col) };
          // A block below the diagonal is the mirror image of one above
          if (col + part.cols <= row) continue;
          const result = openResult(workspace, part);
          multiplyBlock(workspace, columns, columns, part, (row - col) / STRIP);
          copySymmetric(result, part, c);
        }
      }
    },
  };
}

/** A block of C. */
interface Part {
  readonly row: number;
  readonly col: number;
  readonly rows: number;
  readonly cols: number;
}

/** The zeroed memory of a block of C: row-major, with rows of whole panels. */
function openResult(workspace: Workspace, { rows, cols }: Part): Float64Array {
  return workspace.float64(RESULT, roundUp(rows, STRIP) * roundUp(cols, STRIP)).fill(0);
}

/** Adds one block of `A·B` to the open result; `columns` is the transpose of B. */
function multiplyBlock(workspace: Workspace, a: View, columns: View, part: Part, skew: number): void {
  const strips = Math.ceil(part.rows / STRIP);
  const panels = Math.ceil(part.cols / STRIP);
  const left = workspace.float64(LEFT, ROWS * DEPTH);
  const right = workspace.float64(RIGHT, COLS * DEPTH);
  for (let from = 0; from < a.cols; from += DEPTH) {
    const terms = Math.min(DEPTH, a.cols - from);
    packStrips(a, part.row, part.rows, from, terms, left);
    packStrips(columns, part.col, part.cols, from, terms, right);
    workspace.loops.multiplyStrips(LEFT, strips, RIGHT, panels, terms, RESULT, skew);
  }
}

function copyIn(c: View64, { row, col, rows, cols }: Part, result: Float64Array): void {
  const { data, offset, rowStride, colStride } = c;
  const width = roundUp(cols, STRIP);
  for (let i = 0; i < rows; i++) {
    let at = offset + (row + i) * rowStride + col * colStride;
    for (let j = i * width; j < i * width + cols; j++, at += colStride) result[j] = data[at];
  }
}

function copyOut(result: Float64Array, { row, col, rows, cols }: Part, c: View64): void {
  const { data, offset, rowStride, colStride } = c;
  const width = roundUp(cols, STRIP);
  for (let i = 0; i < rows; i++) {
    let at = offset + (row + i) * rowStride + col * colStride;
    for (let j = i * width; j < i * width + cols; j++, at += colStride) data[at] = result[j];
  }
}

/** Copies the upper triangle of a block to C and mirrors it below the diagonal. */
function copySymmetric(result: Float64Array, { row, col, rows, cols }: Part, c: View64): void {
  const { data, offset, rowStride, colStride } = c;
  const width = roundUp(cols, STRIP);
  for (let i = 0; i < rows; i++) {
    for (let j = Math.max(0, row + i - col); j < cols; j++) {
      const value = result[i * width + j];
      data[offset + (row + i) * rowStride + (col + j) * colStride] = value;
      data[offset + (col + j) * rowStride + (row + i) * colStride] = value;
    }
  }
}

/** The transpose, without the checks for views of callers. */
function transposedView(view: View): View {
  const { rows, cols, rowStride, colStride } = view;
  return { ...view, rows: cols, cols: rows, rowStride: colStride, colStride: rowStride };
}
