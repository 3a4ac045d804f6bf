import type { Blocks } from './blocks.ts';
import { centroidTable, findNearest, type Nearest } from './nearest.ts';

/**
 * For each block the number of its nearest centroid in `codebook [any, size]`: of several at equal distance the first, for
 * single entries the smallest. The codebook may be one that was trained since.
 */
export function encode(blocks: Blocks, codebook: Float32Array): Int32Array {
  const codes = new Int32Array(blocks.count);
  if (codebook.length <= blocks.size) return codes;
  if (blocks.size === 1) return encodeScalars(blocks.data, codebook, codes);
  const table = centroidTable(Float64Array.from(codebook), blocks.size);
  const found: Nearest = { index: 0, distance: 0, second: 0 };
  for (let block = 0; block < blocks.count; block++) {
    findNearest(table, blocks, block, found);
    codes[block] = found.index;
  }
  return codes;
}

/** On the line the nearest centroid follows from the middles between neighbours. */
function encodeScalars(values: Float32Array, codebook: Float32Array, codes: Int32Array): Int32Array {
  const order = Int32Array.from(codebook, (_, level) => level)
    .sort((a, b) => codebook[a] - codebook[b] || a - b)
    .filter((level, at, sorted) => at === 0 || codebook[level] !== codebook[sorted[at - 1]]);
  const middles = Float64Array.from(
    { length: order.length - 1 },
    (_, at) => (codebook[order[at]] + codebook[order[at + 1]]) / 2,
  );
  for (let i = 0; i < values.length; i++) {
    let low = 0;
    for (let rest = order.length; rest > 1; ) {
      const half = rest >>> 1;
      if (values[i] > middles[low + half - 1]) low += half;
      rest -= half;
    }
    codes[i] = order[low];
  }
  return codes;
}
