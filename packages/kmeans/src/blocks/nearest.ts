// The nearest centroid of a block.
import type { Blocks } from '../layout/blocks.ts';

/** Centroids in a layout that compares four of them at once. */
export interface CentroidTable {
  /** Number of centroids, rounded up to a multiple of four; the additional centroids are infinitely far away. */
  readonly padded: number;
  /** `[size, padded]`: all values of the first entry, then of the second, and so on. */
  readonly byEntry: Float64Array;
}

/** The table of `centroids [count, size]`. */
export function centroidTable(centroids: Float64Array, size: number): CentroidTable {
  const count = centroids.length / size;
  const padded = Math.ceil(count / 4) * 4;
  const byEntry = new Float64Array(size * padded).fill(Number.POSITIVE_INFINITY);
  for (let at = 0; at < centroids.length; at++) byEntry[(at % size) * padded + Math.floor(at / size)] = centroids[at];
  return { padded, byEntry };
}

/** The result of {@link findNearest}; one object serves all blocks. */
export interface Nearest {
  index: number;
  /** Weighted squared distance from the nearest centroid. */
  distance: number;
  /** The same for the second nearest centroid. */
  second: number;
}

/** Finds the nearest centroid of a block (the first at equal distance) and the distance of the second nearest. */
export function findNearest({ padded, byEntry }: CentroidTable, blocks: Blocks, block: number, found: Nearest): void {
  const { data, weights, size } = blocks;
  const begin = block * size;
  found.index = 0;
  found.distance = Number.POSITIVE_INFINITY;
  found.second = Number.POSITIVE_INFINITY;
  for (let centroid = 0; centroid < padded; centroid += 4) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let entry = 0; entry < size; entry++) {
      const value = data[begin + entry];
      const weight = weights === undefined ? 1 : weights[begin + entry];
      const at = entry * padded + centroid;
      const fromA = value - byEntry[at];
      const fromB = value - byEntry[at + 1];
      const fromC = value - byEntry[at + 2];
      const fromD = value - byEntry[at + 3];
      a += weight * fromA * fromA;
      b += weight * fromB * fromB;
      c += weight * fromC * fromC;
      d += weight * fromD * fromD;
    }
    offer(found, centroid, a);
    offer(found, centroid + 1, b);
    offer(found, centroid + 2, c);
    offer(found, centroid + 3, d);
  }
}

function offer(found: Nearest, index: number, distance: number): void {
  if (!(distance < found.second)) return;
  if (distance < found.distance) {
    found.second = found.distance;
    found.distance = distance;
    found.index = index;
  } else {
    found.second = distance;
  }
}

/** Weighted squared distance of a block from the centroid that begins at `at`. */
export function squaredDistance(blocks: Blocks, block: number, centroids: Float64Array, at: number): number {
  const { data, weights, size } = blocks;
  const begin = block * size;
  let sum = 0;
  for (let entry = 0; entry < size; entry++) {
    const difference = data[begin + entry] - centroids[at + entry];
    sum += (weights === undefined ? 1 : weights[begin + entry]) * difference * difference;
  }
  return sum;
}
