// The path of equal slopes: from the smallest forms of all matrices to the best ones, each next step where it saves most.
import { gainOf, lowerHull, type SizedPoint } from '../curve/lower-hull.ts';
import type { Row, Table } from '../problem/table.ts';

/** A form of the hull of a matrix. */
interface HullPoint extends SizedPoint {
  /** Its place in the rows of the matrix. */
  readonly place: number;
}

/** The plans on the path, smallest first. For convex hulls each is the best of its size. */
export interface SlopePath {
  /** The total size of each plan: what is limited first. */
  readonly sizes: readonly number[];
  /** The places of the rows that a plan chooses. */
  placesAt(plan: number): number[];
}

/**
 * The path from the smallest to the best forms.
 *
 * Source: bit allocation by equal slopes, Shoham and Gersho, 1988.
 */
export function equalSlopes({ rows }: Pick<Table, 'rows'>): SlopePath {
  const hulls = rows.map((forms) => lowerHull(forms.map(pointOf)));
  const steps = hulls
    .flatMap((hull, i) => hull.slice(1).map((to, at) => ({ i, from: hull[at], to, gain: gainOf(hull[at], to) })))
    // The sort is stable, and gains fall along each hull
    .sort((a, b) => b.gain - a.gain);
  const sizes = [hulls.reduce((sum, [least]) => sum + least.bytes, 0)];
  for (const { from, to } of steps) sizes.push(sizes[sizes.length - 1] + to.bytes - from.bytes);
  return {
    sizes,
    placesAt: (plan) => {
      const places = hulls.map(([least]) => least.place);
      for (const { i, to } of steps.slice(0, plan)) places[i] = to.place;
      return places;
    },
  };
}

function pointOf({ value, uses }: Row, place: number): HullPoint {
  return { bytes: uses[0], cost: value, place };
}
