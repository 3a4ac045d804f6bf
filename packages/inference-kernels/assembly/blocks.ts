// Products with a block codebook: inputs that share a code are summed first, then the sums are multiplied by the codebook.
import { addAtoms, addAtomsLanes } from './atoms';

/** Columns of codes that are summed together, because their codes lie side by side. */
const TILE: i32 = 16;
/** The same for eight rows side by side. */
const WIDE_TILE: i32 = 4;

function add(to: usize, value: f32): void {
  store<f32>(to, load<f32>(to) + value);
}

/**
 * `y [n] += x [m] · W`, where each block of `length` entries of a row of W is a row of the codebook.
 *
 * @param codes uint8 `[m, blocks]`, each below `count`.
 * @param codebook `[count, length]`.
 * @param sums scratch `[16, count]`.
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
  const stride = count << 2;
  for (let first = 0; first < blocks; first += TILE) {
    const tile = min(TILE, blocks - first);
    memory.fill(sums, 0, (tile * count) << 2);
    for (let i = 0; i < m; i++) {
      const input = load<f32>(x + 4 * i);
      if (input === 0) continue;
      const row = codes + i * blocks + first;
      let block = 0;
      let base = sums;
      for (; block + 4 <= tile; block += 4, base += stride << 2) {
        const four = load<u32>(row + block);
        add(base + ((four & 255) << 2), input);
        add(base + stride + (((four >> 8) & 255) << 2), input);
        add(base + 2 * stride + (((four >> 16) & 255) << 2), input);
        add(base + 3 * stride + ((four >> 24) << 2), input);
      }
      for (; block < tile; block++, base += stride) add(base + ((<usize>load<u8>(row + block)) << 2), input);
    }
    for (let block = 0; block < tile; block++) {
      const column = (first + block) * length;
      addAtoms(sums + 4 * block * count, count, codebook, length, min(length, n - column), y + 4 * column);
    }
  }
}

/** The same for eight rows of x at once, side by side: `x [m, 8]`, `y [n, 8]`, `sums [4, count, 8]`. */
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
  for (let first = 0; first < blocks; first += WIDE_TILE) {
    const tile = min(WIDE_TILE, blocks - first);
    memory.fill(sums, 0, (tile * count) << 5);
    for (let i = 0; i < m; i++) {
      const row = codes + i * blocks + first;
      const a = v128.load(x + 32 * i);
      const b = v128.load(x + 32 * i, 16);
      for (let block = 0; block < tile; block++) {
        const to = sums + ((<usize>(block * count + load<u8>(row + block))) << 5);
        v128.store(to, f32x4.add(v128.load(to), a));
        v128.store(to, f32x4.add(v128.load(to, 16), b), 16);
      }
    }
    for (let block = 0; block < tile; block++) {
      const column = (first + block) * length;
      const from = sums + ((block * count) << 5);
      addAtomsLanes(from, count, codebook, length, min(length, n - column), y + 32 * column);
    }
  }
}
