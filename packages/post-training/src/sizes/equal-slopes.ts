// Divides bytes among weights so that the sum of their costs is small.
import { gain, type Point } from '../forms/error-curve.ts';

/**
 * The chosen point on each hull, so that all points together take at most `bytes`. Each next byte goes to the hull where it saves most cost,
 * until the slopes of all hulls are equal; the remaining bytes go to any step that still fits. For convex hulls this greedy choice is optimal,
 * except for the remaining bytes.
 *
 * @param hulls of {@link lowerHull}, each with at least one point.
 * @returns indices into the hulls; the smallest points if even they do not fit.
 */
export function equalSlopes(hulls: readonly (readonly Point[])[], bytes: number): number[] {
  const places = hulls.map(() => 0);
  let left = bytes - hulls.reduce((sum, [least]) => sum + least.bytes, 0);
  const open = new Set(hulls.keys());
  while (open.size > 0) {
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (const index of open) {
      const step = stepOf(hulls[index], places[index]);
      if (!step || step.bytes > left) {
        open.delete(index);
      } else if (step.gain > most) {
        [best, most] = [index, step.gain];
      }
    }
    const step = best < 0 ? undefined : stepOf(hulls[best], places[best]);
    if (!step) break;
    places[best]++;
    left -= step.bytes;
  }
  return places;
}

function stepOf(hull: readonly Point[], place: number) {
  const [from, to] = [hull[place], hull[place + 1]];
  return to && { bytes: to.bytes - from.bytes, gain: gain(from, to) };
}
