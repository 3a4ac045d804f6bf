// The problem as numbers: for each matrix, the value and the uses of each form that may be chosen.
import type { PlanCandidate, PlanGoal, PlanMatrix, PlanUnit } from './plan-types.ts';

/** A form as the search sees it. */
export interface Row<C extends PlanCandidate = PlanCandidate> {
  readonly form: C;
  /** What is made small. */
  readonly value: number;
  /** What is limited, in the order of the limits. */
  readonly uses: readonly number[];
}

/** The forms of each matrix, and the limits without what is fixed. */
export interface Table<C extends PlanCandidate = PlanCandidate> {
  readonly rows: readonly (readonly Row<C>[])[];
  readonly limits: readonly number[];
}

/**
 * Makes the table. Forms larger than the dense one, in a unit that counts, are left out, and forms that another one beats in every respect.
 *
 * @param limits what is limited, with the limit.
 */
export function tableOf<C extends PlanCandidate>(
  matrices: readonly PlanMatrix<C>[],
  goal: PlanGoal,
  limits: readonly (readonly [PlanGoal, number])[],
): Table<C> {
  const counted = [...new Set([goal, ...limits.map(([unit]) => unit)])].filter((unit) => unit !== 'error');
  const rows = matrices.map((matrix) => {
    const forms = proposable(matrix, counted as PlanUnit[]).map((form) => ({
      form,
      value: measureOf(matrix, form, goal),
      uses: limits.map(([unit]) => measureOf(matrix, form, unit)),
    }));
    return undominated(forms);
  });
  return { rows, limits: limits.map(([, limit]) => limit) };
}

/** The dense form, and the candidates that are no larger in any of the units and smaller in one. */
export function proposable<C extends PlanCandidate>(
  { dense, candidates }: Pick<PlanMatrix<C>, 'dense' | 'candidates'>,
  units: readonly PlanUnit[],
): C[] {
  const size = (form: C, unit: PlanUnit) => form.sizes[unit] ?? 0;
  const smaller = candidates.filter(
    (form) =>
      units.every((unit) => size(form, unit) <= size(dense, unit)) &&
      (units.length === 0 || units.some((unit) => size(form, unit) < size(dense, unit))),
  );
  return [dense, ...smaller];
}

/** A size of a form, or its cost. */
export function measureOf({ weight = 1 }: Pick<PlanMatrix, 'weight'>, form: PlanCandidate, what: PlanGoal): number {
  return what === 'error' ? weight * form.error : (form.sizes[what] ?? 0);
}

/** The rows that no other row beats, sorted by value; of equal rows the first one. */
function undominated<C extends PlanCandidate>(rows: readonly Row<C>[]): Row<C>[] {
  const sorted = [...rows].sort((a, b) => a.value - b.value || sum(a.uses) - sum(b.uses));
  const kept: Row<C>[] = [];
  for (const row of sorted) {
    if (!kept.some(({ uses }) => uses.every((use, i) => use <= row.uses[i]))) kept.push(row);
  }
  return kept;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
