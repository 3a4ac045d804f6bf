import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CompressionSchedule,
  compressAtOnce,
  cosineAlpha,
  exponentialAlpha,
  linearAlpha,
  neverUpdate,
  polynomialAlpha,
  scheduleFromConfig,
  stepwiseAlpha,
} from '../src/index.ts';
import { range, run } from './run.ts';

const common = fc.record(
  {
    refactorEvery: fc.integer({ min: 1, max: 5 }),
    stagger: fc.record({ maxSteps: fc.integer({ min: 1, max: 40 }), seed: fc.nat() }),
  },
  { requiredKeys: [] },
);
const bounded = fc
  .record({ begin: fc.nat(40), length: fc.nat(80), frequency: fc.integer({ min: 1, max: 20 }), more: common })
  .map(({ begin, length, frequency, more }) => ({ begin, end: begin + length, frequency, ...more }));
const open = bounded.map((options) => ({ ...options, end: -1 }));
const decrement = fc.oneof(
  fc.double({ min: 0.005, max: 1, noNaN: true }),
  fc.integer({ min: 1, max: 200 }).map((n) => 1 / n),
);
const stepwise = fc
  .uniqueArray(fc.tuple(fc.nat(120), fc.double({ min: 0, max: 1, noNaN: true })), {
    minLength: 1,
    maxLength: 6,
    selector: ([step]) => step,
  })
  .map((pairs) => ({
    steps: pairs.map(([step]) => step).sort((a, b) => a - b),
    values: pairs.map(([, value]) => value).sort((a, b) => b - a),
  }));

const anySchedule: fc.Arbitrary<CompressionSchedule> = fc.oneof(
  fc.oneof(bounded, open).map(linearAlpha),
  fc.tuple(fc.oneof(bounded, open), decrement).map(([options, d]) => linearAlpha({ ...options, decrement: d })),
  bounded.map(cosineAlpha),
  fc
    .tuple(bounded, fc.double({ min: 0.1, max: 10, noNaN: true }))
    .map(([o, power]) => polynomialAlpha({ ...o, power })),
  fc
    .tuple(bounded, fc.double({ min: 0.1, max: 100, noNaN: true }))
    .map(([o, rate]) => exponentialAlpha({ ...o, rate })),
  fc.tuple(stepwise, common).map(([options, more]) => stepwiseAlpha({ ...options, ...more })),
  fc.nat(50).map((begin) => compressAtOnce({ begin })),
  common.map(neverUpdate),
);
const someSteps = fc
  .array(fc.integer({ min: 0, max: 30 }), { maxLength: 40 })
  .map((gaps) => gaps.map((_, i) => gaps.slice(0, i + 1).reduce((sum, gap) => sum + gap, 0)));

describe('every schedule', () => {
  it('lowers alpha from 1 within [0, 1], and computes the factors at its first update', () => {
    fc.assert(
      fc.property(anySchedule, someSteps, (schedule, steps) => {
        const { updates } = run(schedule, steps);
        let before = 1;
        for (const { alpha } of updates) {
          expect(alpha).toBeLessThanOrEqual(before);
          expect(alpha).toBeGreaterThanOrEqual(0);
          before = alpha;
        }
        expect(updates.every(({ compress }, i) => i > 0 || compress)).toBe(true);
        expect(schedule.alpha({ updates: 0, lastUpdateStep: -1 })).toBe(1);
      }),
    );
  });

  it('continues after an interruption, also when made again from its configuration', () => {
    fc.assert(
      fc.property(anySchedule, someSteps, fc.nat(40), (schedule, steps, cut) => {
        const whole = run(schedule, steps);
        const first = run(schedule, steps.slice(0, cut));
        const saved = JSON.parse(JSON.stringify({ config: schedule.config, state: first.state }));
        const second = run(scheduleFromConfig(saved.config), steps.slice(cut), saved.state);
        expect([...first.updates, ...second.updates]).toEqual(whole.updates);
        expect(second.state).toEqual(whole.state);
      }),
    );
  });

  it('is equal when made again from its configuration', () => {
    fc.assert(
      fc.property(anySchedule, fc.string(), (schedule, name) => {
        const again = scheduleFromConfig(schedule.config);
        expect(again.config).toEqual(schedule.config);
        expect(again.warnings).toEqual(schedule.warnings);
        expect(again.zeroStep).toBe(schedule.zeroStep);
        expect(again.forLayer(name).config).toEqual(schedule.forLayer(name).config);
      }),
    );
  });

  it('knows the step at which alpha reaches 0', () => {
    fc.assert(
      fc.property(anySchedule, (schedule) => {
        const limit = 400;
        const zero = run(schedule, range(0, limit)).updates.find(({ alpha }) => alpha === 0)?.step;
        const known = schedule.zeroStep;
        expect(zero).toBe(known !== undefined && known >= limit ? undefined : known);
        if (known !== undefined) expect(schedule.warnings).toEqual([]);
      }),
    );
  });

  it('makes at most one update between two points of its window', () => {
    fc.assert(
      fc.property(bounded, someSteps, ({ begin, end, frequency }, steps) => {
        const { updates } = run(linearAlpha({ begin, end, frequency }), steps);
        const points = updates.map(({ step }) => Math.floor((step - begin) / frequency));
        expect(new Set(points).size).toBe(points.length);
        expect(updates.every(({ step }) => step >= begin && step <= end)).toBe(true);
      }),
    );
  });
});
