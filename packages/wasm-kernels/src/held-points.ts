// Points that stay in WebAssembly memory as float32, to be compared with many rows.
import { GCompressError } from '@gcompress/core';
import type { HeldPoints } from '@gcompress/core/hosts';
import type { Workspace } from './module/workspace.ts';
import { roundUp } from './products/packing.ts';

/** Rows that are compared at once. */
const TOGETHER = 8;
/** Points of one sum in float32; longer sums are added up in float64. */
const CHUNK = 256;
const BYTES = 4;
/** The largest float32: the distance of a point without references. */
const FARTHEST = (2 - 2 ** -23) * 2 ** 127;

/**
 * {@link HeldPoints} of `points [count, size]`, in their own workspace: points, their nearest distances, results of a call, and a table of rows
 * that grows at the end. Points and rows are scaled by a power of two, so that squares neither overflow nor vanish.
 */
export function holdPoints(points: Float32Array, size: number, workspace: Workspace): HeldPoints {
  const count = points.length / size;
  const nearestAt = BYTES * size * roundUp(count, 2);
  const resultsAt = nearestAt + BYTES * roundUp(count, 4);
  const rowAt = resultsAt + BYTES * 2 * CHUNK;
  const tableAt = rowAt + BYTES * roundUp(size, 4);
  workspace.reserve(tableAt + BYTES * TOGETHER * size);
  const scale = scaleOf(points);
  const copy = workspace.float32(0, points.length);
  for (let i = 0; i < points.length; i++) copy[i] = points[i] * scale;
  workspace.float32(nearestAt, count).fill(FARTHEST);
  let width = 0;

  let held: Workspace | undefined = workspace;
  const use = (): Workspace => {
    if (held) return held;
    throw new GCompressError('disposed', {
      where: 'HeldPoints',
      expected: 'points that are held',
      actual: 'points that were released',
    });
  };
  const writeTable = (owner: Workspace, rows: Float64Array): void => {
    width = roundUp(rows.length / size, TOGETHER);
    owner.reserve(tableAt + BYTES * width * size);
    const table = owner.float32(tableAt, width * size).fill(Number.POSITIVE_INFINITY);
    for (let at = 0, row = 0; at < rows.length; row++) {
      for (let entry = 0; entry < size; entry++, at++) table[entry * width + row] = rows[at] * scale;
    }
  };
  return {
    setRows: (rows) => writeTable(use(), rows),
    nearest(from, indices, distances) {
      const owner = use();
      for (let start = 0; start < indices.length; start += CHUNK) {
        const part = Math.min(CHUNK, indices.length - start);
        const address = BYTES * size * (from + start);
        const distancesAt = resultsAt + BYTES * CHUNK;
        owner.loops.nearestRows(address, roundUp(part, 2), size, tableAt, width, resultsAt, distancesAt);
        indices.set(owner.int32(resultsAt, part), start);
        const found = owner.float32(distancesAt, part);
        for (let i = 0; i < part; i++) distances[start + i] = found[i] / scale / scale;
      }
    },
    trialSums(rows, sums) {
      const owner = use();
      writeTable(owner, rows);
      sums.fill(0);
      const part = owner.float32(resultsAt, TOGETHER);
      for (let from = 0; from < count; from += CHUNK) {
        const points = Math.min(CHUNK, count - from);
        owner.loops.trialSums(BYTES * size * from, points, size, nearestAt + BYTES * from, tableAt, resultsAt);
        for (let row = 0; row < sums.length; row++) sums[row] += part[row];
      }
      for (let row = 0; row < sums.length; row++) sums[row] /= scale * scale;
    },
    addReference(row, distances) {
      const owner = use();
      const reference = owner.float32(rowAt, size);
      for (let entry = 0; entry < size; entry++) reference[entry] = row[entry] * scale;
      owner.loops.lowerNearest(0, count, size, rowAt, nearestAt);
      const found = owner.float32(nearestAt, count);
      for (let i = 0; i < count; i++) distances[i] = found[i] / scale / scale;
    },
    release() {
      held = undefined;
    },
  };
}

/** The power of two that takes the largest magnitude to between 1 and 2; 1 for zeros. */
function scaleOf(points: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < points.length; i++) {
    const magnitude = Math.abs(points[i]);
    if (magnitude > largest) largest = magnitude;
  }
  return largest > 0 ? 2 ** -Math.floor(Math.log2(largest)) : 1;
}
