// Matrices rounded to the grids of their last compression so that they fit in a size: what the model computes with is stored as it is.
import type { CompressedMatrix } from '@gcompress/core';

/**
 * A matrix on the grid of its last compression, where entries of less than `deadZone` multiples are 0; undefined without a grid or a
 * compression.
 */
export type RoundToGrid = (deadZone: number) => PromiseLike<CompressedMatrix | undefined>;

/** How matrices are rounded to fit. */
export interface RoundToFitOptions {
  /** The fewest bytes that are worth keeping the grids for; with fewer, a new search finds finer ones. */
  readonly fewest: number;
  /** Take entries near 0 away if the matrices need up to 5 % more bytes. */
  readonly trim: boolean;
}

/** The part of the bytes up to which taking entries near 0 away is enough. */
const MOST = 1.05;
/** The dead zone of the nearest multiple, and the widest. */
const NEAREST = 0.5;
const WIDEST = 1;
/** Halvings of the interval of dead zones. */
const ROUNDS = 6;

/**
 * The matrices on their grids in at most `bytes`. Trimming takes as few entries away as possible. Undefined where the bytes do not suit: the
 * matrices then need a new search for their grids.
 */
export async function roundToFit(
  given: readonly RoundToGrid[],
  bytes: number,
  { fewest, trim }: RoundToFitOptions,
): Promise<CompressedMatrix[] | undefined> {
  const roundedAt = async (deadZone: number) => {
    const rounded: CompressedMatrix[] = [];
    for (const round of given) {
      const matrix = await round(deadZone);
      if (!matrix) return undefined;
      rounded.push(matrix);
    }
    return { rounded, bytes: rounded.reduce((sum, { byteLength }) => sum + byteLength, 0) };
  };
  const nearest = await roundedAt(NEAREST);
  if (!nearest || nearest.bytes < fewest || nearest.bytes > MOST * bytes) return undefined;
  if (nearest.bytes <= bytes) return nearest.rounded;
  if (!trim) return undefined;
  let fitting: CompressedMatrix[] | undefined;
  let [narrow, wide] = [NEAREST, WIDEST];
  for (let round = 0; round < ROUNDS; round++) {
    const deadZone = (narrow + wide) / 2;
    const found = await roundedAt(deadZone);
    const fits = found !== undefined && found.bytes <= bytes;
    if (fits && found.bytes >= fewest) fitting = found.rounded;
    if (fits) wide = deadZone;
    else narrow = deadZone;
  }
  return fitting;
}
