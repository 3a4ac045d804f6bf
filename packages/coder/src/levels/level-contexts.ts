// Contexts of integer levels: how large the next level of a matrix is expected to be, from its row and its column so far.

/** Means have 8 fractional bits and stay below 128, so that a product of two of them fits 30 bits. */
const FRACTION = 8;
const LARGEST_MEAN = 2 ** 15 - 1;
const MEAN_SHIFT = 5;

/** Twice the binary logarithm of the magnitude that is expected in a column of the current row. */
export function bucketAt(means: Uint16Array, columns: number, column: number): number {
  return 31 - Math.clz32(means[columns] * means[column] + 1);
}

/**
 * Updates the contexts with the magnitude of an entry.
 *
 * @param means means of recent magnitudes: one for each column, then the mean of the row, then a slow mean over all entries, from which the
 *   caller starts the mean of each row.
 * @param above whether the last entry of each column is nonzero, after a first place that stays 0, as nothing is left of the first column.
 */
export function observe(means: Uint16Array, above: Uint8Array, row: number, column: number, magnitude: number): void {
  const columns = above.length - 1;
  const scaled = magnitude < 128 ? magnitude << FRACTION : LARGEST_MEAN;
  means[column] += (scaled - means[column]) >> Math.min(MEAN_SHIFT, 32 - Math.clz32(row));
  means[columns] += (scaled - means[columns]) >> (row ? MEAN_SHIFT : Math.min(MEAN_SHIFT, 32 - Math.clz32(column)));
  means[columns + 1] += (scaled - means[columns + 1]) >> (row ? MEAN_SHIFT + 3 : MEAN_SHIFT);
  above[column + 1] = magnitude && 1;
}
