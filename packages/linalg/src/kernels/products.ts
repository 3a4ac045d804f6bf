// Matrix products in plain JavaScript, packed and blocked for the cache.
import { mirrorUpper, transposed, type View, type View64 } from '../views/view.ts';

/**
 * Size of the tile of C in registers, the fastest of all sizes up to 4 × 4: a fourth row makes V8 spill accumulators to the
 * stack.
 */
const TILE_ROWS = 3;
const TILE_COLS = 4;
/** Terms of the sums between two visits to C, so that the parts of A and B read by a tile stay in the first-level cache. */
export const DEPTH = 256;

/** {@link Kernels.multiply}. */
export function multiply(a: View, b: View, c: View64, accumulate = false): void {
  if (!accumulate) clear(c);
  // The left matrix is packed strip by strip, the right matrix as a whole, so the larger goes left: Cᵀ = Bᵀ·Aᵀ
  if (c.rows < c.cols) addProduct(transposed(b), transposed(a), transposed(c), false);
  else addProduct(a, b, c, false);
}

/** {@link Kernels.gram}. */
export function gram(a: View, c: View64): void {
  clear(c);
  addProduct(transposed(a), a, c, true);
  mirrorUpper(c);
}

/** `C += A·B`, only the tiles that reach the upper triangle when `upper`. */
function addProduct(a: View, b: View, c: View64, upper: boolean): void {
  const panels = Math.ceil(b.cols / TILE_COLS);
  const depth = Math.min(DEPTH, a.cols);
  const left = new Float64Array(TILE_ROWS * depth);
  const right = new Float64Array(panels * TILE_COLS * depth);
  const tile = new Float64Array(TILE_ROWS * TILE_COLS);
  for (let from = 0; from < a.cols; from += depth) {
    const terms = Math.min(depth, a.cols - from);
    for (let panel = 0; panel < panels; panel++) {
      pack(transposed(b), panel * TILE_COLS, TILE_COLS, from, terms, right, panel * TILE_COLS * depth);
    }
    for (let row = 0; row < a.rows; row += TILE_ROWS) {
      pack(a, row, TILE_ROWS, from, terms, left, 0);
      const first = upper ? Math.floor(row / TILE_COLS) : 0;
      for (let panel = first; panel < panels; panel++) {
        multiplyTile(terms, left, right, panel * TILE_COLS * depth, tile);
        addTile(tile, c, row, panel * TILE_COLS);
      }
    }
  }
}

/** Copies a strip of `width` rows so that the values for one step of {@link multiplyTile} are adjacent; zeros past the edge. */
function pack(
  view: View,
  row: number,
  width: number,
  from: number,
  terms: number,
  into: Float64Array,
  start: number,
): void {
  const { data, rows, offset, rowStride, colStride } = view;
  for (let i = 0; i < width; i++) {
    let at = start + i;
    if (row + i >= rows) {
      for (let p = 0; p < terms; p++, at += width) into[at] = 0;
      continue;
    }
    let source = offset + (row + i) * rowStride + from * colStride;
    for (let p = 0; p < terms; p++, at += width, source += colStride) into[at] = data[source];
  }
}

function multiplyTile(terms: number, left: Float64Array, right: Float64Array, start: number, tile: Float64Array): void {
  let c00 = 0;
  let c01 = 0;
  let c02 = 0;
  let c03 = 0;
  let c10 = 0;
  let c11 = 0;
  let c12 = 0;
  let c13 = 0;
  let c20 = 0;
  let c21 = 0;
  let c22 = 0;
  let c23 = 0;
  for (let p = 0, l = 0, r = start; p < terms; p++, l += TILE_ROWS, r += TILE_COLS) {
    const b0 = right[r];
    const b1 = right[r + 1];
    const b2 = right[r + 2];
    const b3 = right[r + 3];
    const a0 = left[l];
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    const a1 = left[l + 1];
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    const a2 = left[l + 2];
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
  }
  tile[0] = c00;
  tile[1] = c01;
  tile[2] = c02;
  tile[3] = c03;
  tile[4] = c10;
  tile[5] = c11;
  tile[6] = c12;
  tile[7] = c13;
  tile[8] = c20;
  tile[9] = c21;
  tile[10] = c22;
  tile[11] = c23;
}

function addTile(tile: Float64Array, c: View64, row: number, col: number): void {
  const { data, offset, rowStride, colStride } = c;
  const rows = Math.min(TILE_ROWS, c.rows - row);
  const cols = Math.min(TILE_COLS, c.cols - col);
  for (let i = 0; i < rows; i++) {
    let at = offset + (row + i) * rowStride + col * colStride;
    for (let j = 0; j < cols; j++, at += colStride) data[at] += tile[i * TILE_COLS + j];
  }
}

function clear(c: View64): void {
  for (let i = 0; i < c.rows; i++) {
    let at = c.offset + i * c.rowStride;
    for (let j = 0; j < c.cols; j++, at += c.colStride) c.data[at] = 0;
  }
}
