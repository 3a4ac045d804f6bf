// Sums up the chosen forms of all matrices.

import {
  PLAN_UNITS,
  type PlanCandidate,
  type PlanMatrix,
  type PlanPoint,
  type PlanSizes,
} from './problem/plan-types.ts';
import { measureOf } from './problem/table.ts';

/** Standard deviations to both sides that the range covers. */
const SPREAD = 2;

/** The chosen forms, their sizes, and their expected error with its range. */
export function pointOf<C extends PlanCandidate>(
  matrices: readonly PlanMatrix<C>[],
  forms: readonly C[],
  fixed: PlanSizes,
): PlanPoint<C> {
  const choices = matrices.map((matrix, i) => ({
    name: matrix.name,
    form: forms[i],
    cost: measureOf(matrix, forms[i], 'error'),
  }));
  const error = choices.reduce((sum, { cost }) => sum + cost, 0);
  const variance = matrices.reduce((sum, { weight = 1 }, i) => sum + (weight * (forms[i].deviation ?? 0)) ** 2, 0);
  const spread = SPREAD * Math.sqrt(variance);
  const sizes = sizesOf(forms, fixed);
  const range = [Math.max(0, error - spread), error + spread] as const;
  if (sizes.time === undefined) return { choices, sizes, error, range };
  const slack = SPREAD * forms.reduce((sum, { timeDeviation = 0 }) => sum + timeDeviation, 0);
  return { choices, sizes, error, range, timeRange: [Math.max(0, sizes.time - slack), sizes.time + slack] };
}

function sizesOf(forms: readonly PlanCandidate[], fixed: PlanSizes): PlanSizes {
  const known = PLAN_UNITS.filter((unit) => forms.every(({ sizes }) => sizes[unit] !== undefined));
  return Object.fromEntries(
    known.map((unit) => [unit, forms.reduce((sum, { sizes }) => sum + (sizes[unit] ?? 0), fixed[unit] ?? 0)]),
  );
}
