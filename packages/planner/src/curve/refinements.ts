// Where more measurements, or more bytes, would improve a plan most.
import { assertNumber, assertOneOf, assertType } from '@gcompress/core/checks';
import { assertMatrices, assertUnit, invalid } from '../problem/check-problem.ts';
import {
  PLAN_UNITS,
  type PlanCandidate,
  type PlanMatrix,
  type PlanPoint,
  type PlanUnit,
} from '../problem/plan-types.ts';
import { measureOf, proposable } from '../problem/table.ts';
import { gainOf, lowerHull, type SizedPoint } from './lower-hull.ts';

/** A size of a matrix that is worth a measurement. */
export interface Refinement<C extends PlanCandidate = PlanCandidate> {
  /** Index of the matrix. */
  readonly index: number;
  /** The size to measure: the geometric mean of the two forms, rounded. */
  readonly size: number;
  /** The next smaller form of the error curve. */
  readonly from: C;
  /** The next larger form. */
  readonly to: C;
}

/** What one more unit of size would save. */
export interface Growth {
  /** Index of the matrix. */
  readonly index: number;
  /** The cost that each unit of size saves on the way to the next larger form; above 0. */
  readonly gain: number;
}

/**
 * Sizes between the chosen form of each matrix and its neighbours on the error curve. Measured forms of these sizes make the next plan better.
 *
 * @param point the plan, with a choice for each matrix.
 * @param leastGap neighbours that are closer than this, in the unit, need no form in between.
 * @throws GCompressError `invalid-option`.
 */
export function refinements<C extends PlanCandidate>(
  matrices: readonly PlanMatrix<C>[],
  point: Pick<PlanPoint<C>, 'choices'>,
  leastGap: number,
  unit: PlanUnit = 'packed',
): Refinement<C>[] {
  const curves = curvesOf('refinements', matrices, point, unit);
  assertNumber('refinements', 'leastGap', leastGap, { min: 0 });
  return curves.flatMap(({ hull, at }, index) => {
    const near = hull.slice(Math.max(0, at - 1), at + 2);
    return near
      .slice(1)
      .map((to, i) => ({ from: near[i], to }))
      .filter(({ from, to }) => to.bytes - from.bytes >= leastGap)
      .map(({ from, to }) => ({
        index,
        size: Math.round(Math.sqrt(from.bytes * to.bytes)),
        from: from.form,
        to: to.form,
      }));
  });
}

/**
 * The matrices that would gain from a larger form, the largest gain first: where the rest of a limit is spent best.
 *
 * @param point the plan, with a choice for each matrix.
 * @throws GCompressError `invalid-option`.
 */
export function growths<C extends PlanCandidate>(
  matrices: readonly PlanMatrix<C>[],
  point: Pick<PlanPoint<C>, 'choices'>,
  unit: PlanUnit = 'packed',
): Growth[] {
  return curvesOf('growths', matrices, point, unit)
    .flatMap(({ hull, at }, index) => {
      const next = hull[at + 1];
      return at >= 0 && next ? [{ index, gain: gainOf(hull[at], next) }] : [];
    })
    .filter(({ gain }) => gain > 0)
    .sort((a, b) => b.gain - a.gain || a.index - b.index);
}

interface Curve<C> {
  readonly hull: readonly (SizedPoint & { readonly form: C })[];
  /** The place of the chosen form, or of the last one that is no larger; −1 if there is none. */
  readonly at: number;
}

function curvesOf<C extends PlanCandidate>(
  where: string,
  matrices: readonly PlanMatrix<C>[],
  point: Pick<PlanPoint<C>, 'choices'>,
  unit: PlanUnit,
): Curve<C>[] {
  assertMatrices(where, matrices);
  assertOneOf(where, 'unit', unit, PLAN_UNITS);
  assertUnit(where, matrices, unit);
  assertType(where, 'point', point, 'object', 'Pass a plan or a point of a curve.');
  const choices: unknown = point.choices;
  if (!Array.isArray(choices) || matrices.some(({ name }, i) => choices[i]?.name !== name)) {
    throw invalid(`${where} point`, 'a choice for each matrix, in their order', 'others');
  }
  return matrices.map((matrix, i) => {
    const hull = lowerHull(
      proposable(matrix, [unit]).map((form) => ({
        form,
        bytes: measureOf(matrix, form, unit),
        cost: measureOf(matrix, form, 'error'),
      })),
    );
    const chosen = point.choices[i].form;
    const size = measureOf(matrix, chosen, unit);
    const own = hull.findIndex(({ form }) => form === chosen);
    return { hull, at: own >= 0 ? own : hull.filter(({ bytes }) => bytes <= size).length - 1 };
  });
}
