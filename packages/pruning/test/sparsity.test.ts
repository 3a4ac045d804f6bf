// Sparsity schedules and maps, compared with the Python reference.
import { golden } from '@gcompress/fixtures';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PruningSteps, type SparsitySchedule, sparsityAt, sparsityFor, sparsityUpdateDue } from '../src/index.ts';
import { expectRefusal } from './support.ts';

interface GoldenSchedule {
  readonly initial: number;
  readonly target: number;
  readonly begin: number;
  readonly end: number;
  readonly exponent: number;
  readonly values: readonly (readonly [step: number, sparsity: number])[];
}

describe('sparsityAt', () => {
  it('equals the Python reference', () => {
    for (const { values, ...schedule } of golden('sparsity') as GoldenSchedule[]) {
      for (const [step, expected] of values) {
        expect(Math.abs(sparsityAt(step, schedule) - expected)).toBeLessThanOrEqual(1e-12);
      }
    }
  });

  it('has the defaults of the Python reference', () => {
    expect(sparsityAt(0)).toBe(0);
    expect(sparsityAt(50)).toBe(0.4375);
    expect(sparsityAt(100)).toBe(0.5);
  });

  it('moves monotonically from the initial sparsity to the target', () => {
    const share = fc.double({ min: 0, max: 0.999, noNaN: true });
    const steps = fc.integer({ min: 0, max: 300 });
    fc.assert(
      fc.property(
        share,
        share,
        steps,
        steps,
        fc.integer({ min: 1, max: 200 }),
        (initial, target, step, begin, length) => {
          const schedule = { initial, target, begin, end: begin + length };
          const [now, next] = [step, step + 1].map((at) => sparsityAt(at, schedule));
          expect(Math.sign(target - initial) * (next - now)).toBeGreaterThanOrEqual(-1e-15);
          expect(now).toBeGreaterThanOrEqual(Math.min(initial, target) - 1e-15);
          expect(now).toBeLessThanOrEqual(Math.max(initial, target) + 1e-15);
        },
      ),
      { seed: 1 },
    );
  });

  it.each([
    ['a target of 1', 0, { target: 1 }, 'invalid-option'],
    ['a negative initial sparsity', 0, { initial: -0.1 }, 'invalid-option'],
    ['NaN', 0, { target: Number.NaN }, 'invalid-option'],
    ['an end at the beginning', 0, { begin: 100 }, 'invalid-option'],
    ['a negative beginning', 0, { begin: -1 }, 'invalid-option'],
    ['half a step', 0.5, {}, 'invalid-option'],
    ['a negative step', -1, {}, 'invalid-option'],
    ['an exponent of 0', 0, { exponent: 0 }, 'invalid-option'],
    ['a misspelt option', 0, { targetSparsity: 0.5 }, 'unknown-option'],
  ])('refuses %s', (_, step, schedule, code) => {
    expectRefusal(() => sparsityAt(step, schedule as SparsitySchedule), code);
  });
});

describe('sparsityUpdateDue', () => {
  it('leaves as many of 100 entries as the Python reference, which counts from a last step of 0', () => {
    const left: number[] = [];
    let [last, kept] = [0, 100];
    for (let step = 0; step < 10; step++) {
      if (sparsityUpdateDue(step, { begin: 1, end: 6, frequency: 2 }, last)) {
        last = step;
        kept = 100 - 10 * step;
      }
      left.push(kept);
    }
    expect(left).toEqual([100, 100, 80, 80, 60, 60, 40, 40, 40, 40]);
  });

  it('is due at the first allowed step, and forever without an end', () => {
    expect(sparsityUpdateDue(0)).toBe(true);
    expect(sparsityUpdateDue(2, { begin: 3 })).toBe(false);
    expect(sparsityUpdateDue(3, { begin: 3 })).toBe(true);
    expect(sparsityUpdateDue(12, {}, 3)).toBe(false);
    expect(sparsityUpdateDue(13, {}, 3)).toBe(true);
    expect(sparsityUpdateDue(1e9, {}, 3)).toBe(true);
  });

  it.each([
    ['a frequency of 0', { frequency: 0 }, 'invalid-option'],
    ['an end of 0 at the beginning', { end: 0 }, 'invalid-option'],
    ['an end of −2', { end: -2 }, 'invalid-option'],
    ['a negative beginning', { begin: -1 }, 'invalid-option'],
    ['a misspelt option', { pruningFrequency: 1 }, 'unknown-option'],
  ])('refuses %s', (_, steps, code) => {
    expectRefusal(() => sparsityUpdateDue(0, steps as PruningSteps), code);
  });

  it('refuses an invalid last step', () => {
    expectRefusal(() => sparsityUpdateDue(5, {}, -1), 'invalid-option');
  });
});

describe('sparsityFor', () => {
  const map = { layer1: 0.6, 'layer2/weights': 0.75, '.*kernel': 0.6 };

  it('finds the same sparsity of a name as the Python reference', () => {
    expect(['layer1/weights', 'layer2/weights', 'layer3/kernel'].map((name) => sparsityFor(name, map, 0.5))).toEqual([
      0.6, 0.75, 0.6,
    ]);
    expect(sparsityFor('layer4/weights', map, 0.5)).toBe(0.5);
  });

  it('grows in proportion to the common sparsity', () => {
    expect(sparsityFor('layer1', map, 0.25, 0.5)).toBeCloseTo(0.3, 15);
    expect(sparsityFor('layer1', map, 0, 0.5)).toBe(0);
  });

  it.each<[string, string, Record<string, number>, number]>([
    ['two matches', 'layer1/kernel', map, 0.5],
    ['a sparsity of 1', 'a', { b: 1 }, 0.5],
    ['a sparsity above 1 on its way', 'a', { a: 0.9 }, 0.9],
    ['no regular expression', 'a', { '(': 0.5 }, 0.5],
  ])('refuses %s', (_, name, own, sparsity) => {
    expectRefusal(() => sparsityFor(name, own, sparsity, 0.5), 'invalid-option');
  });
});
