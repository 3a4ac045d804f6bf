// Products with sparse codes over atoms: inputs are summed for each atom first, then the sums are multiplied by the atoms.
import { addAtoms, addAtomsLanes } from './atoms';
import { sparseLanes, sparseVector } from './sparse';

/**
 * `y [n] += x [m] · W`, where each piece of `length` entries of a row of W is a sparse sum of atoms.
 *
 * @param ends the ends of the codes, `[pieces, m]`: piece after piece.
 * @param atoms `[count, length]`.
 * @param sums scratch `[count]`.
 */
export function dictionaryVector(
  x: usize,
  m: i32,
  n: i32,
  ends: usize,
  positions: usize,
  values: usize,
  atoms: usize,
  count: i32,
  length: i32,
  y: usize,
  sums: usize,
): void {
  for (let column = 0, from = ends; column < n; column += length, from += 4 * m) {
    memory.fill(sums, 0, count << 2);
    sparseVector(x, m, from === ends ? 0 : load<u32>(from - 4), from, positions, values, sums);
    addAtoms(sums, count, atoms, length, min(length, n - column), y + 4 * column);
  }
}

/** The same for eight rows of x at once, side by side: `x [m, 8]`, `y [n, 8]`, `sums [count, 8]`. */
export function dictionaryLanes(
  x: usize,
  m: i32,
  n: i32,
  ends: usize,
  positions: usize,
  values: usize,
  atoms: usize,
  count: i32,
  length: i32,
  y: usize,
  sums: usize,
): void {
  for (let column = 0, from = ends; column < n; column += length, from += 4 * m) {
    memory.fill(sums, 0, count << 5);
    sparseLanes(x, m, from === ends ? 0 : load<u32>(from - 4), from, positions, values, sums);
    addAtomsLanes(sums, count, atoms, length, min(length, n - column), y + 32 * column);
  }
}
