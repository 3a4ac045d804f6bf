// The nearest row of a codebook for each block.
import type { Pace } from '@gcompress/core';
import { centroidTable, findNearest, type Nearest } from './blocks/nearest.ts';
import type { Blocks } from './layout/blocks.ts';

/**
 * For each block the number of its nearest centroid in `codebook [any, size]`: of several at equal distance the first, for
 * single entries the smallest. The codebook may be one that was trained since.
 */
export function encode(blocks: Blocks, codebook: Float32Array, pace: Pace = () => {}): Int32Array {
  const codes = new Int32Array(blocks.count);
  if (codebook.length <= blocks.size) return codes;
  if (blocks.size === 1) return encodeScalars(blocks.data, codebook, codes, pace);
  const table = centroidTable(Float64Array.from(codebook), blocks.size);
  const found: Nearest = { index: 0, distance: 0, second: 0 };
  for (let block = 0; block < blocks.count; block++) {
    findNearest(table, blocks, block, found);
    codes[block] = found.index;
    pace(table.byEntry.length, block / blocks.count);
  }
  return codes;
}

/** Values after which progress is told. */
const VALUES = 2 ** 12;
/** About how many multiplications take as long as the search for one value. */
const OPERATIONS_OF_SEARCH = 16;
/** Parts of the line for each level, in which the search for the nearest begins. */
const PARTS_PER_LEVEL = 16;

/**
 * On the line the nearest centroid follows from the middles between neighbours. A table says which middles lie in the same
 * part of the line as a value, mostly none or one; among those the search is binary.
 */
function encodeScalars(values: Float32Array, codebook: Float32Array, codes: Int32Array, pace: Pace): Int32Array {
  const order = Int32Array.from(codebook, (_, level) => level)
    .sort((a, b) => codebook[a] - codebook[b] || a - b)
    .filter((level, at, sorted) => at === 0 || codebook[level] !== codebook[sorted[at - 1]]);
  const count = order.length - 1;
  const middles = Float64Array.from({ length: count }, (_, at) => (codebook[order[at]] + codebook[order[at + 1]]) / 2);
  const parts = order.length * PARTS_PER_LEVEL;
  const smallest = middles[0] ?? 0;
  const scale = (parts - 1) / (middles[count - 1] - smallest || 1);
  const partOf = (value: number) => Math.min(parts - 1, Math.max(0, (value - smallest) * scale)) | 0;
  // Middles in the parts before each, so that those in part p are firstIn[p] … firstIn[p + 1] − 1
  const firstIn = new Int32Array(parts + 1);
  for (const middle of middles) firstIn[partOf(middle) + 1]++;
  for (let part = 0; part < parts; part++) firstIn[part + 1] += firstIn[part];
  for (let i = 0; i < values.length; i++) {
    if (i % VALUES === 0) pace(OPERATIONS_OF_SEARCH * VALUES, i / values.length);
    const part = partOf(values[i]);
    let low = firstIn[part];
    let high = firstIn[part + 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (values[i] > middles[middle]) low = middle + 1;
      else high = middle;
    }
    codes[i] = order[low];
  }
  return codes;
}
