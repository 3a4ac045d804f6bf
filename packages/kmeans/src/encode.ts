// Encodes blocks as the index of the nearest codebook row.
import type { Pace } from '@gcompress/core';
import type { HeldPoints } from '@gcompress/core/hosts';
import { centroidTable, findNearest, type Nearest } from './blocks/nearest.ts';
import type { Blocks } from './layout/blocks.ts';

/**
 * The index of the nearest row in `codebook [any, size]` for each block. At equal distance, the first row wins; for single entries,
 * the smallest value. The codebook may have been trained since the blocks were clustered.
 */
export function encode(blocks: Blocks, codebook: Float32Array, pace: Pace = () => {}): Int32Array<ArrayBuffer> {
  return encoderOf(blocks.size, codebook)(blocks, pace);
}

/** {@link encode} by kernels that hold the blocks: of two rows at nearly the same distance, either may be chosen. */
export function encodeHeld(
  count: number,
  held: HeldPoints,
  codebook: Float32Array,
  pace: Pace = () => {},
): Int32Array<ArrayBuffer> {
  const codes = new Int32Array(count);
  const distances = new Float64Array(Math.min(count, HELD_CHUNK));
  held.setRows(Float64Array.from(codebook));
  for (let from = 0; from < count; from += HELD_CHUNK) {
    const part = Math.min(HELD_CHUNK, count - from);
    held.nearest(from, codes.subarray(from, from + part), distances.subarray(0, part));
    pace((part * codebook.length) / OPERATIONS_AT_ONCE, from / count);
  }
  return codes;
}

/** Finds the index of the nearest row of one codebook for each block. */
export type Encoder = (blocks: Blocks, pace?: Pace) => Int32Array<ArrayBuffer>;

/** {@link encode} with one codebook for many calls. */
export function encoderOf(size: number, codebook: Float32Array): Encoder {
  if (codebook.length <= size) return (blocks) => new Int32Array(blocks.count);
  if (size === 1) {
    const line = lineOf(codebook);
    return (blocks, pace) => encodeScalars(blocks.data, line, pace);
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

/** Held blocks between two reports of progress. */
const HELD_CHUNK = 256;
/** Operations of kernels that take about as long as one of plain arrays. */
const OPERATIONS_AT_ONCE = 8;
/** Values between two reports of progress. */
const VALUES = 2 ** 12;
/** Multiplications that take about as long as the search for one value. */
const OPERATIONS_OF_SEARCH = 16;
/** Parts of the line for each level: the search for a value begins in its part. */
const PARTS_PER_LEVEL = 16;
/** The most middles that are tried one after the other. */
const MOST_STEPS = 8;

/**
 * On the line, the middles between neighbouring centroids decide which centroid is nearest. A table lists the first middle in each part of
 * the line. Most parts have none or one, so that the search for a value takes few comparisons; crowded parts are halved first.
 */
interface Line {
  /** Levels in ascending order, without repeated values. */
  readonly order: Int32Array;
  /** Ascending, with infinity at the end. */
  readonly middles: Float64Array;
  readonly smallest: number;
  /** Parts of each unit of the line. */
  readonly scale: number;
  /** Running counts: the middles in part p are firstIn[p] … firstIn[p + 1] − 1. */
  readonly firstIn: Int32Array;
}

function lineOf(codebook: Float32Array): Line {
  const order = Int32Array.from(codebook, (_, level) => level)
    .sort((a, b) => codebook[a] - codebook[b] || a - b)
    .filter((level, at, sorted) => at === 0 || codebook[level] !== codebook[sorted[at - 1]]);
  const count = order.length - 1;
  const middles = new Float64Array(count + 1).fill(Number.POSITIVE_INFINITY);
  for (let at = 0; at < count; at++) middles[at] = (codebook[order[at]] + codebook[order[at + 1]]) / 2;
  const parts = order.length * PARTS_PER_LEVEL;
  const smallest = count > 0 ? middles[0] : 0;
  const scale = (parts - 1) / ((count > 0 ? middles[count - 1] : 0) - smallest || 1);
  const firstIn = new Int32Array(parts + 1);
  for (let at = 0; at < count; at++) firstIn[Math.min(parts - 1, Math.floor((middles[at] - smallest) * scale)) + 1]++;
  for (let part = 0; part < parts; part++) firstIn[part + 1] += firstIn[part];
  return { order, middles, smallest, scale, firstIn };
}

function encodeScalars(values: Float32Array, line: Line, pace: Pace = () => {}): Int32Array<ArrayBuffer> {
  const { order, middles, smallest, scale, firstIn } = line;
  const codes = new Int32Array(values.length);
  const lastPart = firstIn.length - 2;
  for (let from = 0; from < values.length; from += VALUES) {
    const end = Math.min(from + VALUES, values.length);
    pace(OPERATIONS_OF_SEARCH * (end - from), from / values.length);
    for (let i = from; i < end; i++) {
      const value = values[i];
      const place = (value - smallest) * scale;
      const part = place > 0 ? (place < lastPart ? place | 0 : lastPart) : 0;
      let at = firstIn[part];
      if (firstIn[part + 1] - at > MOST_STEPS) at = halved(middles, value, at, firstIn[part + 1]);
      while (value > middles[at]) at++;
      codes[i] = order[at];
    }
  }
  return codes;
}

/** A place at most {@link MOST_STEPS} before the first of the middles `[low, high)` that the value does not exceed. */
function halved(middles: Float64Array, value: number, from: number, to: number): number {
  let low = from;
  let high = to;
  while (high - low > MOST_STEPS) {
    const middle = (low + high) >>> 1;
    if (value > middles[middle]) low = middle + 1;
    else high = middle;
  }
  return low;
}
