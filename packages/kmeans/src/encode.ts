// Encodes blocks as the index of the nearest codebook row.
import type { Pace } from '@gcompress/core';
import { centroidTable, findNearest, type Nearest } from './blocks/nearest.ts';
import type { Blocks } from './layout/blocks.ts';

/**
 * The index of the nearest row in `codebook [any, size]` for each block. At equal distance, the first row wins; for single entries,
 * the smallest value. The codebook may have been trained since the blocks were clustered.
 */
export function encode(blocks: Blocks, codebook: Float32Array, pace: Pace = () => {}): Int32Array {
  return encoderOf(blocks.size, codebook)(blocks, pace);
}

/** Finds the index of the nearest row of one codebook for each block. */
export type Encoder = (blocks: Blocks, pace?: Pace) => Int32Array;

/** {@link encode} with one codebook for many calls. */
export function encoderOf(size: number, codebook: Float32Array): Encoder {
  if (codebook.length <= size) return (blocks) => new Int32Array(blocks.count);
  if (size === 1) {
    const nearest = nearestLevel(codebook);
    return (blocks, pace) => encodeScalars(blocks.data, nearest, pace);
  }
  const table = centroidTable(Float64Array.from(codebook), size);
  const found: Nearest = { index: 0, distance: 0, second: 0 };
  return (blocks, pace = () => {}) => {
    const codes = new Int32Array(blocks.count);
    for (let block = 0; block < blocks.count; block++) {
      findNearest(table, blocks, block, found);
      codes[block] = found.index;
      pace(table.byEntry.length, block / blocks.count);
    }
    return codes;
  };
}

/** Values between two reports of progress. */
const VALUES = 2 ** 12;
/** Multiplications that take about as long as the search for one value. */
const OPERATIONS_OF_SEARCH = 16;
/** Parts of the line for each level: the search for a value begins in its part. */
const PARTS_PER_LEVEL = 16;

/**
 * On the line, the middles between neighbouring centroids decide which centroid is nearest. A table lists the middles in each part of
 * the line, usually none or one; a binary search compares a value with the middles of its part.
 */
function nearestLevel(codebook: Float32Array): (value: number) => number {
  const order = Int32Array.from(codebook, (_, level) => level)
    .sort((a, b) => codebook[a] - codebook[b] || a - b)
    .filter((level, at, sorted) => at === 0 || codebook[level] !== codebook[sorted[at - 1]]);
  const count = order.length - 1;
  const middles = Float64Array.from({ length: count }, (_, at) => (codebook[order[at]] + codebook[order[at + 1]]) / 2);
  const parts = order.length * PARTS_PER_LEVEL;
  const smallest = middles[0] ?? 0;
  const scale = (parts - 1) / (middles[count - 1] - smallest || 1);
  const partOf = (value: number) => Math.min(parts - 1, Math.max(0, (value - smallest) * scale)) | 0;
  // Running counts: the middles in part p are firstIn[p] … firstIn[p + 1] − 1
  const firstIn = new Int32Array(parts + 1);
  for (const middle of middles) firstIn[partOf(middle) + 1]++;
  for (let part = 0; part < parts; part++) firstIn[part + 1] += firstIn[part];
  return (value) => {
    const part = partOf(value);
    let low = firstIn[part];
    let high = firstIn[part + 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value > middles[middle]) low = middle + 1;
      else high = middle;
    }
    return order[low];
  };
}

function encodeScalars(values: Float32Array, nearest: (value: number) => number, pace: Pace = () => {}): Int32Array {
  const codes = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (i % VALUES === 0) pace(OPERATIONS_OF_SEARCH * Math.min(VALUES, values.length), i / values.length);
    codes[i] = nearest(values[i]);
  }
  return codes;
}
