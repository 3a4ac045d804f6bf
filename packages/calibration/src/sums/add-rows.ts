// Adds rows to a running sum.

/** Adds consecutive rows of an array to a sum of one row. */
export function addRows(sum: Float64Array, rows: Float32Array): void {
  const size = sum.length;
  for (let row = 0; row < rows.length; row += size) for (let i = 0; i < size; i++) sum[i] += rows[row + i];
}
