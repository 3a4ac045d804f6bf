// Products with a block codebook: inputs that share a code are summed first, then the sums are multiplied by the codebook.
import { addAtoms, addAtomsLanes } from './atoms';

/** Columns of codes that are summed together, because their codes lie side by side. */
const TILE: i32 = 8;

/**
 * `y [n] += x [m] · W`, where each block of `length` entries of a row of W is a row of the codebook.
 *
 * @param codes uint8 `[m, blocks]`, each below `count`.
 * @param codebook `[count, length]`.
 * @param sums scratch `[8, count]`.
 */
export function blocksVector(
  x: usize,
  m: i32,
  n: i32,
  blocks: i32,
  codes: usize,
  codebook: usize,
  count: i32,
  length: i32,
  y: usize,
  sums: usize,
): void {
  for (let first = 0; first < blocks; first += TILE) {
    const tile = min(TILE, blocks - first);
    memory.fill(sums, 0, (tile * count) << 2);
    for (let i = 0; i < m; i++) {
      const input = load<f32>(x + 4 * i);
      if (input === 0) continue;
      const row = codes + i * blocks + first;
      for (let block = 0; block < tile; block++) {
        const to = sums + ((block * count + load<u8>(row + block)) << 2);
        store<f32>(to, load<f32>(to) + input);
      }
    }
    for (let block = 0; block < tile; block++) {
      const column = (first + block) * length;
      addAtoms(sums + 4 * block * count, count, codebook, length, min(length, n - column), y + 4 * column);
    }
  }
}

/** The same for eight rows of x at once, side by side: `x [m, 8]`, `y [n, 8]`, `sums [count, 8]`. */
export function blocksLanes(
  x: usize,
  m: i32,
  n: i32,
  blocks: i32,
  codes: usize,
  codebook: usize,
  count: i32,
  length: i32,
  y: usize,
  sums: usize,
): void {
  for (let block = 0; block < blocks; block++) {
    memory.fill(sums, 0, count << 5);
    for (let i = 0, at = codes + block; i < m; i++, at += blocks) {
      const to = sums + ((<usize>load<u8>(at)) << 5);
      v128.store(to, f32x4.add(v128.load(to), v128.load(x + 32 * i)));
      v128.store(to, f32x4.add(v128.load(to, 16), v128.load(x + 32 * i, 16)), 16);
    }
    const column = block * length;
    addAtomsLanes(sums, count, codebook, length, min(length, n - column), y + 32 * column);
  }
}
