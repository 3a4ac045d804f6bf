// Cells on the line that share the error of a fine partition evenly.
import type { Edges } from './optimal-partition.ts';
import type { SortedPoints } from './sorted-points.ts';

/** Points whose density is estimated together. */
const CHUNK = 16;

/**
 * How the error of a fine partition of the line depends on where its cells are: each chunk of points counts with
 * `∛(weight · width²)`, and cells that divide the total evenly divide the error evenly (Panter and Dite, 1951).
 */
export interface Companding {
  /** Sum over the chunks; `k` cells leave an error near `total³ / 12k²`. */
  readonly total: number;
  /** About `cells` cells that divide the total evenly, never narrower than one point. */
  edges(cells: number): Edges;
}

/** The {@link Companding} of these points. */
export function compand({ values, weights }: SortedPoints): Companding {
  const chunks = Math.ceil(values.length / CHUNK);
  const running = new Float64Array(chunks + 1);
  for (let chunk = 0; chunk < chunks; chunk++) {
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
      // Besides one for each cell: the beginning, the end, and what rounding may add
      const edges = new Int32Array(cells + 3);
      let last = 0;
      let filled = 0;
      for (let chunk = 0; chunk < chunks; chunk++) {
        const from = chunk * CHUNK;
        const points = Math.min(CHUNK, values.length - from);
        filled += running[chunk + 1] - running[chunk];
        // A chunk in the tails may span several cells
        const parts = Math.min(points, Math.floor(filled / step));
        for (let part = 1; part <= parts; part++) edges[++last] = from + Math.round((part * points) / parts);
        filled = Math.min(filled - parts * step, step);
      }
      if (edges[last] !== values.length) edges[++last] = values.length;
      return edges.subarray(0, last + 1);
    },
  };
}
