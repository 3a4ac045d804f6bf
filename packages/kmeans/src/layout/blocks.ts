// Gathers the blocks that share a codebook from a matrix, and scatters their codes into the encoding.
import type { Matrix } from '@gcompress/core';
import type { Layout } from './layout.ts';

/** The blocks of one codebook, as points with `size` coordinates. */
export interface Blocks {
  readonly count: number;
  readonly size: number;
  /** `[count, size]`, row-major. */
  readonly data: Float32Array;
  /** Weight of the error of each entry, `[count, size]`; undefined for equal weights. */
  readonly weights: Float32Array | undefined;
}

/** The rows and blocks of one codebook; ends are exclusive. */
interface Tile {
  readonly rows: readonly [begin: number, end: number];
  readonly blocks: readonly [begin: number, end: number];
}

function tileOf({ groupRows, groupBlocks, groupsAcross, blocks }: Layout, group: number, matrixRows: number): Tile {
  const row = Math.floor(group / groupsAcross) * groupRows;
  const block = (group % groupsAcross) * groupBlocks;
  return {
    rows: [row, Math.min(row + groupRows, matrixRows)],
    blocks: [block, Math.min(block + groupBlocks, blocks)],
  };
}

/** The blocks of one codebook. Padding of an incomplete last block has weight 0. */
export function blocksOf(matrix: Matrix, layout: Layout, group: number, importance: Matrix | undefined): Blocks {
  const [rows, cols] = matrix.shape;
  const { blockSize: size } = layout;
  const tile = tileOf(layout, group, rows);
  const width = (tile.blocks[1] - tile.blocks[0]) * size;
  const begin = tile.blocks[0] * size;
  const filled = Math.min(width, cols - begin);
  const count = (tile.rows[1] - tile.rows[0]) * (tile.blocks[1] - tile.blocks[0]);
  const copy = (source: Float32Array) => {
    if (filled === cols && width === cols) return source.subarray(tile.rows[0] * cols, tile.rows[1] * cols);
    const target = new Float32Array(count * size);
    for (let row = tile.rows[0]; row < tile.rows[1]; row++) {
      const from = row * cols + begin;
      target.set(source.subarray(from, from + filled), (row - tile.rows[0]) * width);
    }
    return target;
  };
  const unequal = importance?.data ?? (filled < width ? new Float32Array(rows * cols).fill(1) : undefined);
  return { count, size, data: copy(matrix.data), weights: unequal && copy(unequal) };
}

/** Writes the codes of one of several codebooks into `encoding [m, blocks]`, counted from the first row of all codebooks. */
export function placeCodes(
  encoding: Int32Array,
  codes: Int32Array,
  layout: Layout,
  group: number,
  matrixRows: number,
): void {
  const tile = tileOf(layout, group, matrixRows);
  const first = group * layout.levels;
  let at = 0;
  for (let row = tile.rows[0]; row < tile.rows[1]; row++) {
    for (let block = tile.blocks[0]; block < tile.blocks[1]; block++) {
      encoding[row * layout.blocks + block] = first + codes[at++];
    }
  }
}

/** True if at least one block is zero. */
export function hasZeroBlock({ count, size, data }: Blocks): boolean {
  if (size === 1) return data.includes(0);
  for (let block = 0; block < count; block++) {
    let at = block * size;
    while (at < (block + 1) * size && data[at] === 0) at++;
    if (at === (block + 1) * size) return true;
  }
  return false;
}
