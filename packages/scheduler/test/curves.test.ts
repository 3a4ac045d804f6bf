import { describe, expect, it } from 'vitest';
import {
  compressAtOnce,
  cosineAlpha,
  exponentialAlpha,
  linearAlpha,
  neverUpdate,
  polynomialAlpha,
  stepwiseAlpha,
} from '../src/index.ts';
import { range, run } from './run.ts';

const alphas = (schedule: Parameters<typeof run>[0], steps = 200) =>
  run(schedule, range(0, steps)).updates.map(({ alpha }) => alpha);

describe('linearAlpha', () => {
  it('reaches exactly 0 after a whole number of decrements', () => {
    expect(alphas(linearAlpha({ frequency: 1, decrement: 0.01 }))).toHaveLength(100);
    expect(alphas(linearAlpha({ frequency: 1, decrement: 1 / 49 }))).toHaveLength(49);
    expect(alphas(linearAlpha({ frequency: 1, decrement: 0.1 })).at(-1)).toBe(0);
  });

  it('ends with one smaller decrement if the decrement does not divide 1', () => {
    const made = alphas(linearAlpha({ frequency: 1, decrement: 0.4 }));
    expect(made).toHaveLength(3);
    expect(made[1]).toBeCloseTo(0.2, 12);
    expect(made[2]).toBe(0);
  });

  it('chooses the decrement that reaches 0 at the last update', () => {
    const schedule = linearAlpha({ begin: 5, end: 49, frequency: 10 });
    expect(alphas(schedule)).toEqual([0.8, 0.6, 0.4, expect.closeTo(0.2, 12), 0]);
    expect(schedule.zeroStep).toBe(45);
    expect(schedule.config).toEqual({ kind: 'linear', begin: 5, end: 49, frequency: 10 });
  });

  it('falls by 0.01 without an end', () => {
    const schedule = linearAlpha({});
    expect(alphas(schedule, 1)).toEqual([0.99]);
    expect(schedule.zeroStep).toBe(990);
    expect(linearAlpha({ end: -1 }).config).toEqual({ kind: 'linear', begin: 0, end: -1, frequency: 10 });
  });

  it('makes no update after alpha is 0', () => {
    expect(run(linearAlpha({ frequency: 10, decrement: 0.5 }), range(0, 100)).state).toEqual({
      updates: 2,
      lastUpdateStep: 10,
    });
  });

  it('makes one late update after a gap, and then continues at its points', () => {
    const schedule = linearAlpha({ frequency: 10, decrement: 0.1 });
    expect(run(schedule, [3, 37, 38, 39, 40, 41, 50]).updates.map(({ step }) => step)).toEqual([3, 37, 40, 50]);
  });

  it('makes no update after the end', () => {
    expect(run(linearAlpha({ end: 20, frequency: 10 }), [0, 15, 21, 30]).updates.map(({ step }) => step)).toEqual([
      0, 15,
    ]);
  });

  it('warns when alpha cannot reach 0', () => {
    const schedule = linearAlpha({ end: 20, frequency: 10, decrement: 0.25 });
    expect(schedule.zeroStep).toBeUndefined();
    expect(schedule.warnings).toEqual([
      'linearAlpha: alpha ends at 0.25 and never reaches 0, so the uncompressed matrix stays in use. ' +
        'Choose a later end, a smaller frequency or a larger decrement, or leave the decrement out.',
    ]);
    expect(linearAlpha({ end: 30, frequency: 10, decrement: 0.25 }).warnings).toEqual([]);
    expect(linearAlpha({ decrement: 0.25 }).warnings).toEqual([]);
  });
});

describe('the other curves', () => {
  const window = { begin: 0, end: 30, frequency: 10 };

  it('cosineAlpha is half a cosine', () => {
    const expected = [1, 2, 3].map((n) => (1 + Math.cos((Math.PI * n) / 4)) / 2);
    const made = alphas(cosineAlpha(window));
    expect(made).toEqual([...expected.map((alpha) => expect.closeTo(alpha, 12)), 0]);
  });

  it('polynomialAlpha is a power', () => {
    expect(alphas(polynomialAlpha(window))).toEqual([0.75 ** 3, 0.125, 0.25 ** 3, 0]);
    expect(alphas(polynomialAlpha({ ...window, power: 1 }))).toEqual(alphas(linearAlpha(window)));
  });

  it('exponentialAlpha decays by a constant ratio above its floor', () => {
    const floor = Math.exp(-2);
    const expected = [1, 2, 3].map((n) => (Math.exp((-2 * n) / 4) - floor) / (1 - floor));
    const made = alphas(exponentialAlpha({ ...window, rate: 2 }));
    expect(made).toEqual([...expected.map((alpha) => expect.closeTo(alpha, 12)), 0]);
    expect(alphas(exponentialAlpha({ ...window, rate: 1e-9 }))[1]).toBeCloseTo(0.5, 6);
  });

  it.each([cosineAlpha, polynomialAlpha, exponentialAlpha])(
    '$kind has no warning and reaches 0 at its last update',
    (kind) => {
      const schedule = kind({ begin: 7, end: 1000, frequency: 3 });
      expect(schedule.zeroStep).toBe(1000);
      expect(schedule.warnings).toEqual([]);
      const { updates } = run(schedule, range(0, 1100));
      expect(updates.at(-1)).toEqual({ step: 1000, compress: false, alpha: 0 });
      expect(updates.at(-2)?.alpha).toBeGreaterThan(0);
    },
  );

  it('stepwiseAlpha takes the given values', () => {
    const schedule = stepwiseAlpha({ steps: [10, 20, 50], values: [0.5, 0.25, 0] });
    expect(run(schedule, range(0, 100)).updates).toEqual([
      { step: 10, compress: true, alpha: 0.5 },
      { step: 20, compress: false, alpha: 0.25 },
      { step: 50, compress: false, alpha: 0 },
    ]);
    expect(schedule.zeroStep).toBe(50);
    expect(run(schedule, [5, 70, 80]).updates).toEqual([{ step: 70, compress: true, alpha: 0 }]);
  });

  it('stepwiseAlpha makes no update after its first 0, and warns if it has no 0', () => {
    expect(run(stepwiseAlpha({ steps: [1, 2, 3], values: [0.5, 0, 0] }), range(0, 9)).updates).toHaveLength(2);
    const endless = stepwiseAlpha({ steps: [1], values: [0.5] });
    expect(endless.warnings[0]).toMatch(/alpha ends at 0.5 and never reaches 0.*End the values with 0/);
    expect(endless.zeroStep).toBeUndefined();
  });

  it('compressAtOnce makes one update that leaves only the factors', () => {
    const schedule = compressAtOnce({ begin: 4 });
    expect(run(schedule, range(0, 50)).updates).toEqual([{ step: 4, compress: true, alpha: 0 }]);
    expect(schedule.zeroStep).toBe(4);
    expect(compressAtOnce().zeroStep).toBe(0);
  });

  it('neverUpdate leaves alpha at 1', () => {
    expect(run(neverUpdate({}), range(0, 50)).updates).toEqual([]);
    expect(neverUpdate({}).alpha({ updates: 3, lastUpdateStep: 5 })).toBe(1);
    expect(neverUpdate({}).warnings).toEqual([]);
  });
});
