// Chooses a form for each matrix within limits.
import { GCompressError, type ProgressOptions } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertOneOf } from '@gcompress/core/checks';
import { pointOf } from './plan-point.ts';
import { assertLimits, assertMatrices, assertSizes, assertUnit } from './problem/check-problem.ts';
import {
  PLAN_UNITS,
  type Plan,
  type PlanCandidate,
  type PlanGoal,
  type PlanLimits,
  type PlanMatrix,
  type PlanSizes,
} from './problem/plan-types.ts';
import { type Table, tableOf } from './problem/table.ts';
import { searchPlan } from './solve/search.ts';

/** Options of {@link createPlan}. */
export interface CreatePlanOptions extends ProgressOptions {
  /** What the plan must keep; several limits hold together. */
  readonly limits: PlanLimits;
  /** What is made small. Default `'error'`; with a limit of the error, `'packed'`. */
  readonly goal?: PlanGoal;
  /** Sizes of everything that is not planned, such as a header and small weights; they count towards the limits. Default 0. */
  readonly fixed?: PlanSizes;
  /** Forms that the exact search may try. Default 200,000, a fraction of a second. With 0, the plan is what exchanges reach. */
  readonly mostNodes?: number;
}

const WHERE = 'createPlan';
const NODES = 200_000;

/**
 * Chooses the forms of all matrices so that the limits hold and the goal is as small as possible: by equal slopes, by exchanges of one or two
 * forms, then by branch and bound. The `gap` of the plan says what branch and bound could not exclude; it is 0 for most models.
 *
 * @param matrices each with its dense form, its candidates and its weight; they are not changed.
 * @throws GCompressError `invalid-option` and `unknown-option`; `budget-unreachable` with the least possible; the signal's reason when aborted.
 */
export function createPlan<C extends PlanCandidate>(
  matrices: readonly PlanMatrix<C>[],
  options: CreatePlanOptions,
): Plan<C> {
  assertMatrices(WHERE, matrices);
  assertKnownOptions(WHERE, options, ['limits', 'goal', 'fixed', 'mostNodes', 'signal', 'onProgress']);
  const { limits, fixed = {}, mostNodes = NODES, signal, onProgress } = options;
  assertLimits(WHERE, limits);
  const { goal = limits.error === undefined ? 'error' : 'packed' } = options;
  assertOneOf(WHERE, 'goal', goal, ['error', ...PLAN_UNITS]);
  assertSizes(`${WHERE} fixed`, fixed);
  assertNumber(WHERE, 'mostNodes', mostNodes, { min: 0, integer: true });
  const limited = (['error', ...PLAN_UNITS] as const).flatMap((unit) => {
    const limit = limits[unit];
    return limit === undefined ? [] : [[unit, limit - (unit === 'error' ? 0 : (fixed[unit] ?? 0))] as const];
  });
  for (const unit of [goal, ...limited.map(([unit]) => unit)]) assertUnit(WHERE, matrices, unit);
  const table = tableOf(matrices, goal, limited);
  assertReachable(
    table,
    limited.map(([unit]) => unit),
    fixed,
  );
  const found = searchPlan(table, mostNodes, { signal, onProgress });
  if (!found) throw unreachableTogether(limited.map(([unit]) => unit));
  const forms = found.places.map((place, i) => table.rows[i][place].form);
  return { ...pointOf(matrices, forms, fixed), goal, gap: found.gap };
}

/** @throws GCompressError `budget-unreachable` if a limit is below what the smallest forms take. */
function assertReachable({ rows, limits }: Table, units: readonly PlanGoal[], fixed: PlanSizes): void {
  for (const [r, unit] of units.entries()) {
    const least = rows.reduce((sum, forms) => sum + Math.min(...forms.map(({ uses }) => uses[r])), 0);
    if (least <= limits[r] * (1 + 1e-12)) continue;
    const own = unit === 'error' ? 0 : (fixed[unit] ?? 0);
    throw new GCompressError('budget-unreachable', {
      where: `${WHERE} ${unit}`,
      expected: `at least ${least + own}, the least that these candidates make`,
      actual: `${limits[r] + own}`,
      hint: unit === 'error' ? 'Allow a larger error.' : 'Allow more, or give candidates of smaller sizes.',
    });
  }
}

function unreachableTogether(units: readonly PlanGoal[]): GCompressError {
  return new GCompressError('budget-unreachable', {
    where: `${WHERE} limits`,
    expected: `limits of ${units.join(' and ')} that some plan keeps together`,
    actual: 'limits that no plan that was tried keeps; each alone can be kept',
    hint: 'Relax one of them, or raise mostNodes.',
  });
}
