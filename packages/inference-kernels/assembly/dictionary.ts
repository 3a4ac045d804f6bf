// Products with sparse codes over atoms: inputs are summed for each atom first, then the sums are multiplied by the atoms.
import { addAtoms, addAtomsLanes } from './atoms';
import { sparseLanes, sparseVector } from './sparse';

/**
 * `y [n] += x [m] · W`, where each piece of `length` entries of a row of W is a sparse sum of atoms.
 *
 * @param counts the entries of each code, `[pieces, m]`: piece after piece. Columns and values are those of `sparseVector`.
 * @param atoms `[count, length]`.
 * @param sums scratch `[count]`.
 */
export function dictionaryVector(
  x: usize,
  m: i32,
  n: i32,
  counts: usize,
  countBytes: i32,
  columns: usize,
  columnBytes: i32,
  values: usize,
  valueBytes: i32,
  step: f32,
  atoms: usize,
  count: i32,
  length: i32,
  y: usize,
  sums: usize,
): void {
  let at = 0;
  for (let column = 0, from = counts; column < n; column += length, from += countBytes * m) {
    memory.fill(sums, 0, count << 2);
    at = sparseVector(x, m, from, countBytes, columns, columnBytes, values, valueBytes, step, at, sums);
    addAtoms(sums, count, atoms, length, min(length, n - column), y + 4 * column);
  }
}

/** The same for eight rows of x at once, side by side: `x [m, 8]`, `y [n, 8]`, `sums [count, 8]`. */
export function dictionaryLanes(
  x: usize,
  m: i32,
  n: i32,
  counts: usize,
  countBytes: i32,
  columns: usize,
  columnBytes: i32,
  values: usize,
  valueBytes: i32,
  step: f32,
  atoms: usize,
  count: i32,
  length: i32,
  y: usize,
  sums: usize,
): void {
  let at = 0;
  for (let column = 0, from = counts; column < n; column += length, from += countBytes * m) {
    memory.fill(sums, 0, count << 5);
    at = sparseLanes(x, m, from, countBytes, columns, columnBytes, values, valueBytes, step, at, sums);
    addAtomsLanes(sums, count, atoms, length, min(length, n - column), y + 32 * column);
  }
}
