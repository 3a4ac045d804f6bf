// Companding: cuts the line into cells of equal error, as an approximation of a fine partition.
import type { Pace } from '@gcompress/core';
import type { Edges } from './optimal-partition.ts';
import type { SortedPoints } from './sorted-points.ts';

/** Points of a chunk, whose density is estimated together. */
const CHUNK = 16;
/** Multiplications that take about as long as a chunk. */
const OPERATIONS_OF_CHUNK = 64;

/**
 * An estimate of the error of a fine partition of the line: each chunk of points has the mass `∛(weight · width²)`, and cells of
 * equal mass have equal errors (Panter and Dite, 1951).
 */
export interface Companding {
  /** Mass of all chunks; the error of `k` cells is about `total³ / 12k²`. */
  readonly total: number;
  /** About `cells` cells of equal mass, each with at least one point. */
  edges(cells: number): Edges;
}

/** The {@link Companding} of these points; `pace` is told of each chunk. */
export function compand({ values, weights }: SortedPoints, pace: Pace): Companding {
  const chunks = Math.ceil(values.length / CHUNK);
  const running = new Float64Array(chunks + 1);
  for (let chunk = 0; chunk < chunks; chunk++) {
    pace(OPERATIONS_OF_CHUNK, 1);
    const from = chunk * CHUNK;
    const to = Math.min(from + CHUNK, values.length - 1);
    let weight = 0;
    for (let i = from; i < to; i++) weight += weights[i];
    running[chunk + 1] = running[chunk] + Math.cbrt(weight * (values[to] - values[from]) ** 2);
  }
  const total = running[chunks];
  return {
    total,
    edges(cells) {
      const step = total / cells;
      // One for each cell, and the beginning, the end, and one more cell by rounding
      const edges = new Int32Array(cells + 3);
      let last = 0;
      let filled = 0;
      for (let chunk = 0; chunk < chunks; chunk++) {
        pace(OPERATIONS_OF_CHUNK, 1);
        const from = chunk * CHUNK;
        const points = Math.min(CHUNK, values.length - from);
        filled += running[chunk + 1] - running[chunk];
        // A chunk in a tail may span several cells
        const parts = Math.min(points, Math.floor(filled / step));
        for (let part = 1; part <= parts; part++) edges[++last] = from + Math.round((part * points) / parts);
        filled = Math.min(filled - parts * step, step);
      }
      if (edges[last] !== values.length) edges[++last] = values.length;
      return edges.subarray(0, last + 1);
    },
  };
}
