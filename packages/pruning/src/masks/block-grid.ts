// The grid of blocks that are kept or pruned as a whole, and checks of stored grids.
import type { GCompressError, JsonObject, MatrixForm, Pace, PackedMatrix, Shape2D } from '@gcompress/core';
import { assertElementLimit } from '@gcompress/core/checks';
import { fileError } from '@gcompress/core/storage';

/** Values that a file of any size may unpack to, 4 MiB of float32. */
const FREE_VALUES = 2 ** 20;
/** Most values for each byte of a file that unpacks to more. For comparison, a mask has eight entries a byte. */
const VALUES_PER_BYTE = 4096;

/**
 * The blocks of a matrix `[m, n]` that are kept or pruned as a whole, row after row. They begin at the first row and
 * column; the last blocks may be cut off by the edge. Single entries are blocks of 1 × 1.
 */
export interface BlockGrid {
  readonly shape: Shape2D;
  readonly blockHeight: number;
  readonly blockWidth: number;
  /** Blocks side by side. */
  readonly across: number;
  /** Number of all blocks. */
  readonly count: number;
}

/** The grid of blocks of this size. A size of −1, or larger than the side, means the whole side. */
export function blockGrid(shape: Shape2D, height: number, width: number): BlockGrid {
  const [rows, cols] = shape;
  const blockHeight = height === -1 ? rows : Math.min(height, rows);
  const blockWidth = width === -1 ? cols : Math.min(width, cols);
  const across = Math.ceil(cols / blockWidth);
  return { shape, blockHeight, blockWidth, across, count: across * Math.ceil(rows / blockHeight) };
}

/** Config of the formats for a grid. */
export function configFor({ blockHeight, blockWidth }: BlockGrid): JsonObject {
  return { blockHeight, blockWidth };
}

/** The error for a stored config that is not what the formats write. */
export function badConfig(config: JsonObject, expected: string): GCompressError {
  return fileError('file-header', 'pruning config', expected, JSON.stringify(config).slice(0, 80));
}

/**
 * The grid that a stored config describes.
 *
 * @throws GCompressError `file-header` for an invalid config, which may come from a hostile file; `file-oversized` when the
 * matrix is too large.
 */
export function gridOf({ shape, config }: MatrixForm): BlockGrid {
  const [rows, cols] = shape;
  const { blockHeight, blockWidth } = config;
  if (!isCount(blockHeight, rows) || !isCount(blockWidth, cols)) {
    throw badConfig(config, `blockHeight and blockWidth of a matrix [${rows}, ${cols}]`);
  }
  assertElementLimit(rows * cols, 'pruning');
  return blockGrid(shape, blockHeight, blockWidth);
}

/**
 * Refuses a file that would unpack to far more than it stores, before memory for the matrix is allocated: above
 * {@link FREE_VALUES}, at most {@link VALUES_PER_BYTE} values for each byte of its tensors. Writers check it too, so that
 * every written file can be read.
 *
 * @throws GCompressError `file-oversized`.
 */
export function assertExpansion({
  shape: [rows, cols],
  tensors,
  format,
}: Pick<PackedMatrix, 'shape' | 'tensors' | 'format'>): void {
  const bytes = Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
  const most = Math.max(FREE_VALUES, bytes * VALUES_PER_BYTE);
  if (rows * cols <= most) return;
  throw fileError(
    'file-oversized',
    format,
    `at most ${most} values from ${bytes} bytes`,
    `a matrix [${rows}, ${cols}]`,
  );
}

/** Calls `visit` for each entry in reading order, with the number of its block; and `pace` after each row. */
export function forEachEntry(
  { shape: [rows, cols], blockHeight, blockWidth, across }: BlockGrid,
  visit: (entry: number, block: number) => void,
  pace?: Pace,
): void {
  for (let row = 0, entry = 0; row < rows; row++) {
    const first = Math.floor(row / blockHeight) * across;
    for (let col = 0; col < cols; col++, entry++) visit(entry, first + Math.floor(col / blockWidth));
    pace?.(cols, (row + 1) / rows);
  }
}

/** A flag for each block: 1 if its entries are not 0. All entries of a block must be equal. */
export function flagsOf(entries: ArrayLike<number>, grid: BlockGrid, pace?: Pace): Uint8Array {
  const flags = new Uint8Array(grid.count);
  forEachEntry(
    grid,
    (entry, block) => {
      if (entries[entry] !== 0) flags[block] = 1;
    },
    pace,
  );
  return flags;
}

/** Indices of the entries in blocks with flag 1, in reading order. Calls `pace` after each row. */
export function keptEntries(flags: Uint8Array, grid: BlockGrid, pace?: Pace): Int32Array {
  const { shape, blockHeight, blockWidth, across } = grid;
  const [rows, cols] = shape;
  const entries = new Int32Array(keptNumber(flags, grid));
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const first = Math.floor(row / blockHeight) * across;
    for (let block = 0; block < across; block++) {
      if (flags[first + block] !== 1) continue;
      const end = row * cols + Math.min(cols, (block + 1) * blockWidth);
      for (let entry = row * cols + block * blockWidth; entry < end; entry++) entries[count++] = entry;
    }
    pace?.(cols, (row + 1) / rows);
  }
  return entries;
}

/** The number of entries in blocks with flag 1. */
function keptNumber(flags: Uint8Array, { shape: [rows, cols], blockHeight, blockWidth, count }: BlockGrid): number {
  let number = 0;
  for (let block = 0, col = 0, row = 0; block < count; block++) {
    if (flags[block] === 1) number += Math.min(blockHeight, rows - row) * Math.min(blockWidth, cols - col);
    col += blockWidth;
    if (col < cols) continue;
    col = 0;
    row += blockHeight;
  }
  return number;
}

/** Whether a value is an integer from 1 to `max`. */
export function isCount(value: unknown, max: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= max;
}
