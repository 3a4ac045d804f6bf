// Stored forms of one weight by size, and which of them are worth their bytes.

/** A stored form: what it takes, and what its error costs. */
export interface Point {
  /** Bytes in the file. */
  readonly bytes: number;
  /** What the error costs, at least 0. */
  readonly cost: number;
}

/**
 * The lower convex hull of points: the fewest bytes first, each next point with less cost, and for ever more bytes a unit of cost.
 * Between two points of the hull no other form is cheaper than a mixture of both.
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

/** How much cost each byte saves between two points. */
export function gain(from: Point, to: Point): number {
  return (from.cost - to.cost) / (to.bytes - from.bytes);
}
