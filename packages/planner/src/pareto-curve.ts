// The Pareto curve: the best plan of each size.
import { assertKnownOptions, assertNumber, assertOneOf } from '@gcompress/core/checks';
import { pointOf } from './plan-point.ts';
import { assertMatrices, assertSizes, assertUnit } from './problem/check-problem.ts';
import {
  PLAN_UNITS,
  type PlanCandidate,
  type PlanMatrix,
  type PlanPoint,
  type PlanSizes,
  type PlanUnit,
} from './problem/plan-types.ts';
import { tableOf } from './problem/table.ts';
import { equalSlopes } from './solve/equal-slopes.ts';

/** Options of {@link paretoCurve}. */
export interface ParetoCurveOptions {
  /** The unit of size. Default `'packed'`. */
  readonly unit?: PlanUnit;
  /** Sizes of everything that is not planned. Default 0. */
  readonly fixed?: PlanSizes;
  /** The most points, at least 2; they are spread evenly over the logarithm of the size. Default 32. */
  readonly points?: number;
}

const WHERE = 'paretoCurve';

/**
 * Plans from the smallest to the one of the least error, each the best of its size: the vertices of the lower convex hull of all plans. From point
 * to point the size grows and the error falls.
 *
 * @throws GCompressError `invalid-option` and `unknown-option`.
 */
export function paretoCurve<C extends PlanCandidate>(
  matrices: readonly PlanMatrix<C>[],
  options: ParetoCurveOptions = {},
): PlanPoint<C>[] {
  assertMatrices(WHERE, matrices);
  assertKnownOptions(WHERE, options, ['unit', 'fixed', 'points']);
  const { unit = 'packed', fixed = {}, points = 32 } = options;
  assertOneOf(WHERE, 'unit', unit, PLAN_UNITS);
  assertSizes(`${WHERE} fixed`, fixed);
  assertNumber(WHERE, 'points', points, { min: 2, integer: true });
  assertUnit(WHERE, matrices, unit);
  const { rows } = tableOf(matrices, 'error', [[unit, Number.POSITIVE_INFINITY]]);
  const path = equalSlopes({ rows });
  const sizes = path.sizes.map((size) => size + (fixed[unit] ?? 0));
  return spread(sizes, points).map((plan) =>
    pointOf(
      matrices,
      path.placesAt(plan).map((place, i) => rows[i][place].form),
      fixed,
    ),
  );
}

/** Places of at most `count` of these growing sizes, evenly spread over their logarithm, the first and the last among them. */
function spread(sizes: readonly number[], count: number): number[] {
  if (sizes.length <= count) return [...sizes.keys()];
  const logarithms = sizes.map((size) => Math.log(Math.max(1, size)));
  const [low, high] = [logarithms[0], logarithms[logarithms.length - 1]];
  const places = new Set<number>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    const wanted = low + ((high - low) * i) / (count - 1);
    while (at + 1 < sizes.length && logarithms[at + 1] - wanted <= wanted - logarithms[at]) at++;
    places.add(at);
  }
  return [...places];
}
