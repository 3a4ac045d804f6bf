// Masks of what is kept: the largest entries, blocks, or m of each n.
import { GCompressError, type Matrix, type Pace, type ProgressOptions, pacedProgress } from '@gcompress/core';
import {
  assertFinite,
  assertKnownOptions,
  assertMatrix,
  assertNumber,
  assertSeed,
  describeValue,
} from '@gcompress/core/checks';
import { assertSparsity } from '../sparsity/sparsity.ts';
import { type BlockGrid, blockGrid, forEachEntry } from './block-grid.ts';
import { flagLargest, keptCount } from './largest.ts';

/** How the magnitudes of a block become its score: their mean or the largest. */
export type BlockPooling = 'average' | 'max';

/** Blocks that are kept or pruned as a whole. */
export interface BlockShape {
  /** Rows of a block; −1 for all. */
  readonly height: number;
  /** Columns of a block; −1 for all. */
  readonly width: number;
  /** Score of a block. Default `'average'`. */
  readonly pooling?: BlockPooling;
}

/** So many entries that are kept in each group of so many: `{ m: 2, n: 4 }` for what is called 2:4. */
export interface SparsityPattern {
  /** Entries of each group that are kept, from 1 to n. */
  readonly m: number;
  /** Entries of a group. */
  readonly n: number;
}

/**
 * 1 for the `size·(1 − sparsity)` entries that are largest in magnitude, 0 for the others; of two numbers of entries
 * equally near, the even one. Among equal magnitudes a seeded shuffle decides, so that it is always exactly this many.
 *
 * @param matrix shape `[m, n]`; is not changed.
 * @param sparsity part of the entries that is pruned, from 0 to below 1.
 * @param seed of the shuffle, an integer from 0 to 2³² − 1.
 * @returns a matrix `[m, n]` of zeros and ones.
 * @throws GCompressError `invalid-matrix`, `non-finite` or `invalid-option`.
 */
export function magnitudeMask(matrix: Matrix, sparsity: number, seed = 0): Matrix {
  return largestBlocks('magnitudeMask', matrix, sparsity, { height: 1, width: 1 }, seed);
}

/**
 * As {@link magnitudeMask}, for blocks of entries: 1 in those whose pooled magnitude is largest. Blocks begin at the first
 * row and column; those that the edge cuts off are pooled over the entries that they have.
 *
 * @throws GCompressError `invalid-matrix`, `non-finite`, `unknown-option` or `invalid-option`.
 *
 * Porting note: the reference pools with SAME padding, which begins before the matrix when more than one row or column is
 * missing, and then lays blocks from its first row: what it prunes there is not what it has pooled.
 */
export function blockMask(matrix: Matrix, sparsity: number, shape: BlockShape, seed = 0): Matrix {
  return largestBlocks('blockMask', matrix, sparsity, shape, seed);
}

/**
 * 1 for the m entries that are largest in magnitude of each n in a column, 0 for the others. Columns run along the inputs
 * of a layer `x · W`. A last group that is not full keeps up to m too.
 *
 * @param matrix shape `[inputs, outputs]`; is not changed.
 * @returns a matrix of the same shape, of zeros and ones.
 * @throws GCompressError `invalid-matrix`, `non-finite`, `unknown-option` or `invalid-option`.
 *
 * Porting note: `intra_block_sparsity`, which prunes entries of equal magnitude together and so may keep fewer than m. Here
 * the first of them stay.
 */
export function patternMask(matrix: Matrix, pattern: SparsityPattern): Matrix {
  const where = 'patternMask';
  assertMatrix(matrix, where);
  assertFinite(matrix, where);
  assertPattern(where, pattern);
  return largestOfGroups(matrix, pattern, {});
}

/** What decides what is kept: a matrix, or the same weighed by importance, which float32 may not hold. */
export interface ScoredMatrix {
  readonly shape: Matrix['shape'];
  readonly data: Float32Array | Float64Array;
}

/** {@link patternMask} of what was checked before; tells its progress. */
export function largestOfGroups(
  { shape, data }: ScoredMatrix,
  pattern: SparsityPattern,
  progress: ProgressOptions,
): Matrix {
  const [rows, cols] = shape;
  const mask = new Float32Array(data.length);
  const pace = pacedProgress(progress);
  for (let first = 0; first < rows; first += pattern.n) {
    const last = Math.min(first + pattern.n, rows);
    for (let col = 0; col < cols; col++) {
      const group = Array.from({ length: last - first }, (_, i) => (first + i) * cols + col);
      group.sort((a, b) => Math.abs(data[b]) - Math.abs(data[a]) || a - b);
      for (const entry of group.slice(0, pattern.m)) mask[entry] = 1;
      // A sort of so few takes some 50 operations an entry
      pace(50 * group.length, (first + ((last - first) * col) / cols) / rows);
    }
  }
  return { shape: [rows, cols], data: mask };
}

function largestBlocks(where: string, matrix: Matrix, sparsity: number, shape: BlockShape, seed: number): Matrix {
  assertMatrix(matrix, where);
  assertFinite(matrix, where);
  assertSparsity(where, 'sparsity', sparsity);
  assertBlockShape(where, shape);
  assertSeed(seed, where);
  const grid = blockGrid(matrix.shape, shape.height, shape.width);
  return spread(flagLargest(blockScores(matrix, grid, shape.pooling), keptCount(grid.count, sparsity), seed), grid);
}

/** Pooled magnitude of each block. */
export function blockScores(
  { data }: ScoredMatrix,
  grid: BlockGrid,
  pooling: BlockPooling = 'average',
  pace?: Pace,
): Float64Array {
  const scores = new Float64Array(grid.count);
  // The mean of one entry is the largest
  if (pooling === 'max' || grid.blockHeight * grid.blockWidth === 1) {
    forEachEntry(
      grid,
      (entry, block) => {
        scores[block] = Math.max(scores[block], Math.abs(data[entry]));
      },
      pace,
    );
    return scores;
  }
  const sizes = new Int32Array(grid.count);
  forEachEntry(
    grid,
    (entry, block) => {
      scores[block] += Math.abs(data[entry]);
      sizes[block]++;
    },
    pace,
  );
  return scores.map((sum, block) => sum / sizes[block]);
}

/** The mask `[m, n]` whose blocks have these flags. */
export function spread(flags: Uint8Array, grid: BlockGrid, pace?: Pace): Matrix {
  const [rows, cols] = grid.shape;
  const mask = new Float32Array(rows * cols);
  forEachEntry(
    grid,
    (entry, block) => {
      mask[entry] = flags[block];
    },
    pace,
  );
  return { shape: [rows, cols], data: mask };
}

/** Checks a {@link BlockShape}. */
export function assertBlockShape(where: string, shape: BlockShape): void {
  assertKnownOptions(`${where} blocks`, shape, ['height', 'width', 'pooling']);
  const { height, width, pooling = 'average' } = shape;
  if (height !== -1) assertNumber(where, 'height', height, { min: 1, integer: true });
  if (width !== -1) assertNumber(where, 'width', width, { min: 1, integer: true });
  if (pooling === 'average' || pooling === 'max') return;
  throw new GCompressError('invalid-option', {
    where: `${where} pooling`,
    expected: "'average' or 'max'",
    actual: describeValue(pooling),
  });
}

/** Checks a {@link SparsityPattern}. */
export function assertPattern(where: string, pattern: SparsityPattern): void {
  assertKnownOptions(`${where} pattern`, pattern, ['m', 'n']);
  assertNumber(where, 'n', pattern.n, { min: 1, integer: true });
  assertNumber(where, 'm', pattern.m, { min: 1, max: pattern.n, integer: true });
}
