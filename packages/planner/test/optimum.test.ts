// Plans of small problems are those of brute force.
import { testRuns } from '@gcompress/fixtures/test-runs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPlan, type PlanCandidate, type PlanLimits, type PlanMatrix } from '../src/index.ts';
import { combinations, matrices } from './problems.ts';

type Unit = 'packed' | 'memory' | 'multiplyAdds' | 'error';

function measure(all: readonly PlanMatrix[], forms: readonly PlanCandidate[], unit: Unit): number {
  return forms.reduce(
    (sum, { sizes, error }, i) => sum + (unit === 'error' ? (all[i].weight ?? 1) * error : (sizes[unit] ?? 0)),
    0,
  );
}

/** The least value of all plans within the limits; undefined if no plan keeps to them. */
function bruteForce(all: readonly PlanMatrix[], limits: PlanLimits, goal: Unit): number | undefined {
  const units = Object.keys(limits) as Unit[];
  const counted = [...new Set([goal, ...units])].filter((unit) => unit !== 'error');
  const allowed = all.map(({ dense, candidates }) => [
    dense,
    ...candidates.filter(({ sizes }) => counted.every((unit) => (sizes[unit] ?? 0) <= (dense.sizes[unit] ?? 0))),
  ]);
  const values = combinations(allowed)
    .filter((forms) => units.every((unit) => measure(all, forms, unit) <= (limits[unit] ?? 0)))
    .map((forms) => measure(all, forms, goal));
  return values.length > 0 ? Math.min(...values) : undefined;
}

function check(all: PlanMatrix[], limits: PlanLimits, goal: Unit, mostNodes?: number): void {
  const best = bruteForce(all, limits, goal);
  const plan = () => createPlan(all, { limits, goal, ...(mostNodes !== undefined && { mostNodes }) });
  if (best === undefined) {
    expect(plan).toThrow(expect.objectContaining({ code: 'budget-unreachable' }));
    return;
  }
  let made: ReturnType<typeof plan>;
  try {
    made = plan();
  } catch (error) {
    // Without branch and bound, several limits may be kept by no plan that was tried
    expect(mostNodes).toBe(0);
    expect(Object.keys(limits).length).toBeGreaterThan(1);
    expect(error).toMatchObject({ code: 'budget-unreachable' });
    return;
  }
  const forms = made.choices.map(({ form }) => form);
  for (const unit of Object.keys(limits) as Unit[]) {
    expect(measure(all, forms, unit)).toBeLessThanOrEqual(limits[unit] ?? 0);
  }
  const value = measure(all, forms, goal);
  expect(value).toBeGreaterThanOrEqual(best);
  expect(value - best).toBeLessThanOrEqual(made.gap + 1e-6 * (1 + value));
  if (mostNodes === undefined) {
    expect(made.gap).toBe(0);
    expect(value).toBe(best);
  }
}

const limit = fc.integer({ min: 0, max: 150 });

describe('the plan equals brute force', () => {
  it('for one limit on bytes', () => {
    fc.assert(
      fc.property(matrices, limit, (all, packed) => check(all, { packed }, 'error')),
      {
        numRuns: testRuns(500),
        seed: 1,
      },
    );
  });

  it('for a limit on the error, which makes the bytes small', () => {
    fc.assert(
      fc.property(matrices, fc.integer({ min: 0, max: 4000 }), (all, error) => check(all, { error }, 'packed')),
      {
        numRuns: testRuns(500),
        seed: 2,
      },
    );
  });

  it('for several limits together', () => {
    const property = fc.property(matrices, limit, limit, limit, (all, packed, memory, multiplyAdds) =>
      check(all, { packed, memory, multiplyAdds }, 'error'),
    );
    fc.assert(property, { numRuns: testRuns(500), seed: 3 });
  });
});

it('without branch and bound, the plan is within the gap that it states', () => {
  const property = fc.property(matrices, limit, limit, (all, packed, memory) => {
    check(all, { packed }, 'error', 0);
    check(all, { packed, memory }, 'error', 0);
  });
  fc.assert(property, { numRuns: testRuns(500), seed: 4 });
});

it('a model of two hundred matrices is planned within 0.1 % of the bound', () => {
  const all = Array.from({ length: 200 }, (_, i): PlanMatrix => {
    const entries = 1000 + 577 * ((i * 7919) % 211);
    const size = (bits: number) => ({ packed: Math.round((entries * bits) / 8) });
    return {
      name: `w${i}`,
      weight: 1 + ((i * 31) % 17),
      dense: { method: 'none', options: {}, sizes: size(16), error: 0 },
      candidates: Array.from({ length: 24 }, (_, at) => {
        const bits = 0.5 + 0.4 * at;
        return { method: 'uniform', options: { bits }, sizes: size(bits), error: 4 ** -bits };
      }),
    };
  });
  const bytes = all.reduce((sum, { dense }) => sum + (dense.sizes.packed ?? 0), 0);
  for (const ratio of [3, 6, 12]) {
    const { error, gap, sizes } = createPlan(all, { limits: { packed: bytes / ratio } });
    expect(sizes.packed).toBeLessThanOrEqual(bytes / ratio);
    expect(gap).toBeLessThanOrEqual(1e-3 * error);
  }
});
