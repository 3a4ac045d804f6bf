// Random and hand-made problems for tests.
import * as fc from 'fast-check';
import type { PlanCandidate, PlanMatrix } from '../src/index.ts';

/** A form with these numbers. */
export function form(packed: number, error: number, more: Partial<PlanCandidate> = {}): PlanCandidate {
  return {
    method: 'test',
    options: {},
    sizes: { packed, memory: 1000 - packed, multiplyAdds: 10 * packed },
    error,
    ...more,
  };
}

const candidate = fc
  .tuple(
    fc.integer({ min: 1, max: 60 }),
    fc.integer({ min: 0, max: 80 }),
    fc.integer({ min: 0, max: 80 }),
    fc.integer({ min: 0, max: 1000 }),
  )
  .map(
    ([packed, memory, multiplyAdds, error]): PlanCandidate => ({
      method: 'test',
      options: {},
      sizes: { packed, memory, multiplyAdds },
      error,
    }),
  );

/** One to four matrices with up to six candidates each. Some candidates are larger than the dense form. */
export const matrices: fc.Arbitrary<PlanMatrix[]> = fc
  .array(
    fc.record({
      weight: fc.integer({ min: 0, max: 3 }),
      dense: candidate.map((one) => ({ ...one, method: 'none', error: 0 })),
      candidates: fc.array(candidate, { maxLength: 6 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((all) => all.map((one, i) => ({ ...one, name: `w${i}` })));

/** All choices of one form for each matrix. */
export function combinations(lists: readonly (readonly PlanCandidate[])[]): PlanCandidate[][] {
  return lists.reduce<PlanCandidate[][]>(
    (some, list) => some.flatMap((chosen) => list.map((one) => [...chosen, one])),
    [[]],
  );
}
