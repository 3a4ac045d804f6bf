// The error curve of one weight: the lower convex hull of its stored forms by bytes and cost.

/** A stored form: its bytes, and the cost of its error. */
export interface Point {
  /** Bytes in the file. */
  readonly bytes: number;
  /** Cost of the error, at least 0. */
  readonly cost: number;
}

/**
 * The lower convex hull of points, fewest bytes first. From point to point the cost falls, and each byte saves less. No form between two points
 * of the hull lies below the line between them.
 */
export function lowerHull<P extends Point>(points: readonly P[]): P[] {
  const sorted = [...points].sort((a, b) => a.bytes - b.bytes || a.cost - b.cost);
  const hull: P[] = [];
  for (const point of sorted) {
    if (hull.length > 0 && point.cost >= hull[hull.length - 1].cost) continue;
    while (hull.length > 1) {
      const [before, last] = hull.slice(-2);
      if (gain(before, last) > gain(last, point)) break;
      hull.pop();
    }
    hull.push(point);
  }
  return hull;
}

/** Cost saved by each byte between two points. */
export function gain(from: Point, to: Point): number {
  return (from.cost - to.cost) / (to.bytes - from.bytes);
}
