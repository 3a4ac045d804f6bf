// The assignment of the blocks of a matrix to codebooks.
import type { MatrixForm } from '@gcompress/core';

/** The most levels of one codebook: 16 bits number them. */
export const MAX_LEVELS = 2 ** 16;

/** The assignment of blocks of a matrix `[m, n]` to codebooks. Depends on options and shape only. */
export interface Layout {
  /** Entries of a block; blocks are consecutive inside a row. */
  readonly blockSize: number;
  /** Blocks of a row; the last block is padded if `blockSize` does not divide the columns. */
  readonly blocks: number;
  /** Rows of each codebook in the working form: codebook `g` begins at row `g·levels`. */
  readonly levels: number;
  /** Rows of the matrix that share a codebook. */
  readonly groupRows: number;
  /** Blocks of a row that share a codebook. */
  readonly groupBlocks: number;
  /** Codebooks side by side. */
  readonly groupsAcross: number;
  /** Number of codebooks. */
  readonly groups: number;
}

/** The layout of a matrix of this shape and config. */
export function layoutOf({ shape: [rows, cols], config }: MatrixForm): Layout {
  const blockSize = Number(config.blockSize);
  const levels = Number(config.levels);
  const groupRows = Number(config.groupRows);
  const groupBlocks = Number(config.groupBlocks);
  const blocks = Math.ceil(cols / blockSize);
  const groupsAcross = Math.ceil(blocks / groupBlocks);
  const groups = groupsAcross * Math.ceil(rows / groupRows);
  return { blockSize, blocks, levels, groupRows, groupBlocks, groupsAcross, groups };
}

/** Index of the codebook of a block. */
export function groupOf({ groupRows, groupBlocks, groupsAcross }: Layout, row: number, block: number): number {
  return Math.floor(row / groupRows) * groupsAcross + Math.floor(block / groupBlocks);
}
