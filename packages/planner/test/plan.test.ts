// Plans, their limits, their curve, and what is refused.
import { testRuns } from '@gcompress/fixtures/test-runs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPlan, type PlanMatrix, paretoCurve } from '../src/index.ts';
import { form, matrices } from './problems.ts';

const dense = form(100, 0, { method: 'none' });
const two: PlanMatrix[] = [
  { name: 'a', dense, candidates: [form(10, 0.5), form(40, 0.1, { deviation: 0.03 }), form(120, 0)] },
  { name: 'b', weight: 10, dense, candidates: [form(10, 0.5), form(40, 0.1, { deviation: 0.004 })] },
];

describe('a plan', () => {
  it('gives the bytes to the matrix whose errors cost more, and sums up', () => {
    const { choices, error, sizes, goal, gap } = createPlan(two, { limits: { packed: 60 }, fixed: { packed: 10 } });
    expect(choices.map(({ name, form: { sizes }, cost }) => [name, sizes.packed, cost])).toEqual([
      ['a', 10, 0.5],
      ['b', 40, 1],
    ]);
    expect({ error, goal, gap }).toEqual({ error: 1.5, goal: 'error', gap: 0 });
    expect(sizes).toEqual({ packed: 60, memory: 1950, multiplyAdds: 500 });
  });

  it('never chooses a form larger than the dense one', () => {
    const all = two.map((matrix) => ({ ...matrix, dense: form(100, 0.2), candidates: [form(101, 0)] }));
    const { choices } = createPlan(all, { limits: { packed: 1000 } });
    expect(choices.map(({ form }) => form.sizes.packed)).toEqual([100, 100]);
  });

  it('makes the bytes small for a limit on the error', () => {
    const { sizes, error, goal } = createPlan(two, { limits: { error: 1.2 } });
    expect({ packed: sizes.packed, error, goal }).toEqual({ packed: 80, error: 1.1, goal: 'packed' });
  });

  it('knows the range of its error from the deviations of its forms', () => {
    const { range, error } = createPlan(two, { limits: { packed: 80 } });
    const spread = 2 * Math.hypot(0.03, 10 * 0.004);
    expect(range[0]).toBeCloseTo(error - spread, 12);
    expect(range[1]).toBeCloseTo(error + spread, 12);
  });

  it('is the same every time', () => {
    fc.assert(
      fc.property(matrices, (all) => {
        const plan = () => createPlan(all, { limits: { packed: 1e6 } });
        expect(plan()).toEqual(plan());
      }),
      { numRuns: testRuns(50), seed: 5 },
    );
  });
});

describe('a limit that cannot be met is refused with the least possible, which can', () => {
  it.each([
    ['packed', 'packed', 27],
    ['multiplyAdds', 'error', 200],
    ['error', 'packed', 0],
  ] as const)('%s', (unit, goal, least) => {
    const fixed = { packed: 7 };
    const all = unit === 'error' ? two : two.map((matrix) => ({ ...matrix, candidates: [form(10, 0.5)] }));
    const plan = (limit: number) => createPlan(all, { limits: { [unit]: limit }, goal, fixed });
    expect(() => plan(least)).not.toThrow();
    if (least === 0) return;
    expect(() => plan(least - 1)).toThrow(`createPlan ${unit}: expected at least ${least},`);
    expect(() => plan(least - 1)).toThrow(expect.objectContaining({ code: 'budget-unreachable' }));
  });

  it('also if only two limits together exclude all plans', () => {
    const all = [{ name: 'a', dense: form(500, 0), candidates: [form(10, 0.5)] }];
    const limits = { packed: 100, memory: 600 };
    expect(() => createPlan([{ ...all[0], dense: form(100, 0), candidates: [] }], { limits })).toThrow('memory');
    const free = { sizes: { packed: 90, memory: 590 }, method: 'x', options: {}, error: 0.4 };
    const both = { ...all[0], dense: { ...form(500, 0), sizes: { packed: 500, memory: 990 } } };
    expect(createPlan([{ ...both, candidates: [form(10, 0.5), free] }], { limits }).error).toBe(0.4);
    const mixed = [form(10, 0.5), { ...free, sizes: { packed: 400, memory: 500 } }];
    expect(() => createPlan([{ ...both, candidates: mixed }], { limits })).toThrow('packed and memory');
  });
});

describe('the Pareto curve', () => {
  it('goes from the smallest plan to the one of the least error, and every plan is the best of its size', () => {
    const property = fc.property(matrices, (all) => {
      const curve = paretoCurve(all);
      const [first, last] = [curve[0], curve[curve.length - 1]];
      const best = createPlan(all, { limits: { packed: 1e6 } });
      expect(last.error).toBe(best.error);
      for (const point of curve) {
        expect(point.error).toBeCloseTo(createPlan(all, { limits: { packed: point.sizes.packed ?? 0 } }).error, 9);
      }
      const least = first.sizes.packed ?? 0;
      expect(() => createPlan(all, { limits: { packed: least - 0.5 } })).toThrow(`at least ${least},`);
      for (const [i, { sizes, error }] of curve.slice(1).entries()) {
        expect(sizes.packed).toBeGreaterThan(curve[i].sizes.packed ?? 0);
        expect(error).toBeLessThan(curve[i].error);
      }
    });
    fc.assert(property, { numRuns: testRuns(200), seed: 6 });
  });

  it('is thinned to the points that are asked for, both ends among them', () => {
    const candidates = Array.from({ length: 90 }, (_, i) => form(i + 1, 2 ** (-i / 8)));
    const all = [{ name: 'a', dense, candidates }];
    const [whole, thin] = [paretoCurve(all, { points: 1000 }), paretoCurve(all, { points: 8, fixed: { packed: 5 } })];
    // The last step, to the dense form without error, saves more than the two before it
    expect(whole.length).toBe(89);
    expect(thin.length).toBeLessThanOrEqual(8);
    expect(thin.length).toBeGreaterThan(4);
    expect([thin[0].sizes.packed, thin.at(-1)?.sizes.packed]).toEqual([6, 105]);
  });
});

describe('refuses', () => {
  it.each([
    [{ limits: {} }, 'createPlan limits: expected a limit'],
    [{ limits: { bytes: 3 } }, "'bytes'"],
    [{ limits: { packed: -1 } }, 'packed'],
    [{ limits: { gzip: 5 } }, "createPlan 'a': expected sizes with gzip"],
    [{ limits: { packed: 5 }, goal: 'size' }, 'goal'],
    [{ limits: { packed: 5 }, nodes: 3 }, "'nodes'"],
  ])('%j', (options, message) => {
    expect(() => createPlan(two, options as never)).toThrow(message);
  });

  it.each([
    ['a list of matrices', {}],
    ['different names', [two[0], two[0]]],
    ["createPlan 'a' weight", [{ ...two[0], weight: -1 }]],
    ["error of 'test'", [{ ...two[0], candidates: [form(1, Number.NaN)] }]],
    ['packed', [{ ...two[0], candidates: [form(-1, 1)] }]],
  ])('%s', (message, all) => {
    expect(() => createPlan(all as never, { limits: { packed: 5 } })).toThrow(message);
  });
});

it('an abort ends the exact search', () => {
  const signal = AbortSignal.abort(new Error('enough'));
  const candidates = Array.from({ length: 20 }, (_, i) => form(i * 4 + 1 + (i % 3), 1 / (i + 1) + (i % 5) / 50));
  const all = Array.from({ length: 60 }, (_, i) => ({ name: `w${i}`, weight: 1 + (i % 7) / 10, dense, candidates }));
  expect(() => createPlan(all, { limits: { packed: 1501 }, mostNodes: 1e7, signal })).toThrow('enough');
});
