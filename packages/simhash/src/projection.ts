// The projection that a seed stands for, and the limits of its size.
import { createRandom, GCompressError, type Pace, type Shape2D } from '@gcompress/core';
import { drawRotation, type Rotation } from './rotation.ts';

/** How planes are drawn from a seed. */
export type SeededPlanes = 'gaussian' | 'orthogonal';

/** The most values that a projection `[m, k]` drawn from a seed may have: 256 MiB of float32, and at most some ten seconds of work. */
export const MAX_PROJECTION = 2 ** 26;
/** The most values where rows are many times the columns: the signs take few bytes then, and a tiny file must not cost seconds. */
export const MAX_TALL_PROJECTION = 2 ** 23;
/** Rows for each column above which a matrix is tall. */
const MAX_ROWS_PER_COLUMN = 16;
/** The most rows that a projection drawn from a seed may have. */
export const MAX_PROJECTION_ROWS = 2 ** 16;

/** The most blocks of orthogonal planes; as many bits a weight as float32 has. */
export const MAX_BLOCKS = 32;

/** Normal numbers after which progress is told, and about how many multiplications take as long as one. */
const DRAWS = 2 ** 12;
const OPERATIONS_OF_DRAW = 32;
/** Columns of a rotation that are formed at a time, so that little memory is needed besides the projection. */
const PANEL = 64;

/** Orthogonal planes of one length: the first `planes` columns of a rotation. */
export interface PlaneBlock {
  /** Which of the two rotations. */
  readonly rotation: 0 | 1;
  /** Length of each plane's vector. */
  readonly length: number;
  /** How many planes, from 1 to m. */
  readonly planes: number;
}

/**
 * How k orthogonal planes in m dimensions are laid out: in blocks of m. All blocks but the last use one rotation, each at
 * half the length of the one before, so that their signs are the binary digits of every rotated coordinate. The last block
 * has a rotation of its own, at the length of the block before: its planes cut the cells of the others across, which leaves
 * less error than another digit would, above all when it is not full.
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

/** The rotations that {@link planeBlocks} refers to, in the order in which they are drawn. */
export function drawRotations(seed: number, rows: number, bits: number): Rotation[] {
  const random = createRandom(seed);
  return Array.from({ length: bits > rows ? 2 : 1 }, () => drawRotation(random, rows));
}

/**
 * The projection R `[m, k]` of a seed, row-major: its columns are the normals of the planes. Gaussian ones have independent
 * normal entries, drawn row by row; orthogonal ones are laid out by {@link planeBlocks}.
 *
 * R is never stored, so all of this is part of the file format.
 */
export function drawProjection(
  planes: SeededPlanes,
  seed: number,
  rows: number,
  bits: number,
  pace: Pace = () => {},
): Float32Array {
  if (planes === 'orthogonal') return drawOrthogonal(seed, rows, bits, pace);
  const random = createRandom(seed);
  const projection = new Float32Array(rows * bits);
  for (let at = 0; at < projection.length; at++) {
    if (at % DRAWS === 0) pace(OPERATIONS_OF_DRAW * DRAWS, at / projection.length);
    projection[at] = random.normal();
  }
  return projection;
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
  rotation.apply(columns, width, pace);
  return columns;
}

/**
 * Refuses a projection whose size comes from outside before it is drawn.
 *
 * @throws GCompressError `file-oversized` above {@link MAX_PROJECTION} values ({@link MAX_TALL_PROJECTION} for tall matrices), {@link MAX_PROJECTION_ROWS} rows, or
 * {@link MAX_BLOCKS} orthogonal planes a row.
 */
export function assertProjectionSize(planes: SeededPlanes, [rows, cols]: Shape2D, bits: number): void {
  const limit = rows > MAX_ROWS_PER_COLUMN * cols ? MAX_TALL_PROJECTION : MAX_PROJECTION;
  const most = Math.min(Math.floor(limit / rows), planes === 'orthogonal' ? MAX_BLOCKS * rows : bits);
  if (rows <= MAX_PROJECTION_ROWS && bits <= most) return;
  const tooTall = rows > MAX_PROJECTION_ROWS;
  throw new GCompressError('file-oversized', {
    where: 'simhash projection',
    expected: tooTall ? `at most ${MAX_PROJECTION_ROWS} rows` : `at most ${most} ${planes} planes for ${rows} rows`,
    actual: `${tooTall ? rows : bits}`,
    hint: tooTall
      ? 'Split the matrix into blocks of rows.'
      : 'Use fewer sign bits, or split the matrix into blocks of rows.',
  });
}
