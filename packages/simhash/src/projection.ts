// Draws the projection of a seed, and limits its size.
import { createRandom, type Factor, type Pace, type Shape2D } from '@gcompress/core';
import { fileError } from '@gcompress/core/storage';
import { applyRotation, drawRotation, type Rotation } from './rotation.ts';

/** The kinds of planes that are drawn from a seed. */
export type SeededPlanes = 'gaussian' | 'orthogonal';

/** The most values of a projection `[m, k]` that is drawn from a seed: 256 MiB of float32, and about ten seconds of work. */
export const MAX_PROJECTION = 2 ** 26;
/** The most values for tall matrices: their signs take few bytes, and a tiny file must not cost seconds. */
export const MAX_TALL_PROJECTION = 2 ** 23;
/** A matrix with more rows than this for each column is tall. */
const MAX_ROWS_PER_COLUMN = 16;
/** The most rows of a projection that is drawn from a seed. */
export const MAX_PROJECTION_ROWS = 2 ** 16;

/** The most blocks of orthogonal planes: 32 bits a weight, as many as float32 has. */
export const MAX_BLOCKS = 32;

/** Normal numbers between two reports of progress, and multiplications that take about as long as one of them. */
const DRAWS = 2 ** 12;
const OPERATIONS_OF_DRAW = 32;
/** Columns of a rotation that are formed at a time, which keeps the memory small. */
const PANEL = 64;

/** Orthogonal planes of one length: the first `planes` columns of a rotation. */
export interface PlaneBlock {
  /** Index of the rotation. */
  readonly rotation: 0 | 1;
  /** Length of every normal vector. */
  readonly length: number;
  /** Number of planes, from 1 to m. */
  readonly planes: number;
}

/**
 * The layout of k orthogonal planes in m dimensions: blocks of m planes. All blocks but the last use one rotation, and each block
 * has half the length of the block before, so that the signs are the binary digits of every rotated coordinate. The last block has
 * its own rotation and the length of the block before it: its planes cut across the cells of the others, which leaves less error
 * than one more digit, above all if the block is not full.
 */
export function planeBlocks(rows: number, bits: number): PlaneBlock[] {
  const blocks: PlaneBlock[] = [];
  let length = 1;
  for (let first = 0; first < bits; first += rows) {
    const own = first > 0 && first + rows >= bits;
    if (first > 0 && !own) length /= 2;
    blocks.push({ rotation: own ? 1 : 0, length, planes: Math.min(rows, bits - first) });
  }
  return blocks;
}

/** The rotations of {@link planeBlocks}, drawn in this order. */
export function drawRotations(seed: number, rows: number, bits: number): Rotation[] {
  const random = createRandom(seed);
  return Array.from({ length: bits > rows ? 2 : 1 }, () => drawRotation(random, rows));
}

/**
 * The projection R `[m, k]` of a seed, row-major; its columns are the normals of the planes. A Gaussian projection has independent
 * normal entries, drawn row by row. An orthogonal projection is laid out by {@link planeBlocks}.
 *
 * R is not stored, so this function is part of the file format.
 */
export function drawProjection(
  planes: SeededPlanes,
  seed: number,
  rows: number,
  bits: number,
  pace: Pace = () => {},
): Float32Array {
  return (planes === 'orthogonal' ? drawOrthogonal : drawGaussian)(seed, rows, bits, pace);
}

/** {@link drawProjection} of Gaussian planes. */
export function drawGaussian(seed: number, rows: number, bits: number, pace: Pace = () => {}): Float32Array {
  const random = createRandom(seed);
  const projection = new Float32Array(rows * bits);
  for (let at = 0; at < projection.length; at++) {
    if (at % DRAWS === 0) pace(OPERATIONS_OF_DRAW * DRAWS, at / projection.length);
    projection[at] = random.normal();
  }
  return projection;
}

/** The projection R `[m, k]` of a seed as a factor, drawn when it is first needed: dense matrices of orthogonal planes do without it. */
export function drawnProjection(planes: SeededPlanes, seed: number, rows: number, bits: number): Factor {
  let drawn: Float32Array | undefined;
  return {
    shape: [rows, bits],
    dtype: 'float32',
    trainable: false,
    get data() {
      drawn ??= drawProjection(planes, seed, rows, bits);
      return drawn;
    },
  };
}

function drawOrthogonal(seed: number, rows: number, bits: number, pace: Pace): Float32Array {
  const projection = new Float32Array(rows * bits);
  const rotations = drawRotations(seed, rows, bits);
  for (const [block, { rotation, length, planes }] of planeBlocks(rows, bits).entries()) {
    for (let first = 0; first < planes; first += PANEL) {
      const width = Math.min(PANEL, planes - first);
      const done = (block * rows + first) / bits;
      const columns = columnsOf(rotations[rotation], rows, first, width, (operations) => pace(operations, done));
      for (let i = 0; i < rows; i++) {
        const to = i * bits + block * rows + first;
        for (let j = 0; j < width; j++) projection[to + j] = length * columns[i * width + j];
      }
    }
  }
  return projection;
}

/** Columns `first … first + width − 1` of the rotation's matrix, `[m, width]`. */
function columnsOf(rotation: Rotation, rows: number, first: number, width: number, pace: Pace): Float64Array {
  const columns = new Float64Array(rows * width);
  for (let j = 0; j < width; j++) columns[(first + j) * width + j] = 1;
  applyRotation(rotation, columns, width, pace);
  return columns;
}

/**
 * Refuses a projection that is too large, before it is drawn: its size may come from a hostile file.
 *
 * @throws GCompressError `file-oversized` above {@link MAX_PROJECTION} values ({@link MAX_TALL_PROJECTION} for tall matrices),
 * {@link MAX_PROJECTION_ROWS} rows, or {@link MAX_BLOCKS} orthogonal planes a row.
 */
export function assertProjectionSize(planes: SeededPlanes, [rows, cols]: Shape2D, bits: number): void {
  const limit = rows > MAX_ROWS_PER_COLUMN * cols ? MAX_TALL_PROJECTION : MAX_PROJECTION;
  const most = Math.min(Math.floor(limit / rows), planes === 'orthogonal' ? MAX_BLOCKS * rows : bits);
  if (rows <= MAX_PROJECTION_ROWS && bits <= most) return;
  const expected = `at most ${most} ${planes} planes, and ${MAX_PROJECTION_ROWS} rows`;
  const hint = 'Use fewer sign bits, or split the matrix into blocks of rows.';
  throw fileError('file-oversized', 'simhash projection', expected, `${bits} planes for ${rows} rows`, hint);
}
