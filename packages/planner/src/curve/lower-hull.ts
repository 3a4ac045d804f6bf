// The lower convex hull of the forms of one matrix, by size and cost.

/** A form of a matrix: its size, and the cost of its error. */
export interface SizedPoint {
  /** Size in any unit, such as bytes in the file. */
  readonly bytes: number;
  /** Cost of the error, at least 0. */
  readonly cost: number;
}

/**
 * The lower convex hull of points, fewest bytes first. From point to point the cost falls, and each byte saves less. No point lies below the
 * line between two neighbours of the hull.
 *

 */
export function lowerHull<P extends SizedPoint>(points: readonly P[]): P[] {
  const sorted = [...points].sort((a, b) => a.bytes - b.bytes || a.cost - b.cost);
  const hull: P[] = [];
  for (const point of sorted) {
    if (hull.length > 0 && point.cost >= (hull[hull.length - 1] as P).cost) continue;
    while (hull.length > 1) {
      const [before, last] = hull.slice(-2) as [P, P];
      if (gainOf(before, last) > gainOf(last, point)) break;
      hull.pop();
    }
    hull.push(point);
  }
  return hull;
}

/** Cost saved by each byte between two points. */
export function gainOf(from: SizedPoint, to: SizedPoint): number {
  return (from.cost - to.cost) / (to.bytes - from.bytes);
}
