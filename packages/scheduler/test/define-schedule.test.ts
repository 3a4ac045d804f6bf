import { isGCompressError } from '@gcompress/core';
import { describe, expect, it } from 'vitest';
import {
  type CompressionSchedule,
  cosineAlpha,
  defineSchedule,
  initialScheduleState,
  linearAlpha,
  type ScheduleOptions,
  scheduleFromConfig,
  stepwiseAlpha,
} from '../src/index.ts';
import { range, run } from './run.ts';

const compressing = (schedule: CompressionSchedule) =>
  run(schedule, range(0, 100))
    .updates.filter(({ compress }) => compress)
    .map(({ step }) => step);

describe('refactorEvery', () => {
  it('computes the factors again at every n-th update', () => {
    const window = { end: 60, frequency: 10 };
    expect(compressing(linearAlpha(window))).toEqual([0]);
    expect(compressing(linearAlpha({ ...window, refactorEvery: 3 }))).toEqual([0, 30, 60]);
    expect(compressing(cosineAlpha({ ...window, refactorEvery: 1 }))).toEqual([0, 10, 20, 30, 40, 50, 60]);
  });
});

describe('stagger', () => {
  const schedule = linearAlpha({ begin: 100, end: 200, stagger: { maxSteps: 50, seed: 7 }, refactorEvery: 2 });
  const names = range(0, 200).map((i) => `dense_${i}`);
  const delays = names.map((name) => Number(schedule.forLayer(name).config.begin) - 100);

  it('delays begin and end of each layer by a number of steps up to maxSteps', () => {
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(50);
    expect(new Set(delays).size).toBeGreaterThan(25);
    names.forEach((name, i) => {
      expect(schedule.forLayer(name).config).toEqual({
        kind: 'linear',
        begin: 100 + delays[i],
        end: 200 + delays[i],
        frequency: 10,
        refactorEvery: 2,
      });
    });
  });

  it('depends only on name and seed', () => {
    expect(delays.slice(0, 6)).toMatchInlineSnapshot(`
      [
        44,
        3,
        18,
        19,
        36,
        21,
      ]
    `);
    expect(schedule.forLayer('dense_1').config).toEqual(schedule.forLayer('dense_1').config);
    const other = linearAlpha({ begin: 100, stagger: { maxSteps: 50, seed: 8 } });
    expect(names.map((name) => Number(other.forLayer(name).config.begin) - 100)).not.toEqual(delays);
  });

  it('gives each layer its own schedule', () => {
    const layer = schedule.forLayer('conv');
    expect(layer.forLayer('dense')).toBe(layer);
    expect(scheduleFromConfig(layer.config).config).toEqual(layer.config);
  });

  it('keeps an open end open, and moves the steps of every kind', () => {
    const stagger = { maxSteps: 2 ** 20 };
    expect(linearAlpha({ stagger }).forLayer('a').config.end).toBe(-1);
    const { steps } = stepwiseAlpha({ steps: [1, 5], values: [0.5, 0], stagger }).forLayer('a').config as {
      steps: number[];
    };
    expect(steps[0]).toBeGreaterThan(1);
    expect(steps[1] - steps[0]).toBe(4);
  });

  it('does not change a schedule without stagger', () => {
    const plain = linearAlpha({});
    expect(plain.forLayer('a')).toBe(plain);
  });
});

describe('update', () => {
  const schedule = linearAlpha({ begin: 5 });

  it('returns the given state when nothing is due', () => {
    expect(schedule.update(4, initialScheduleState)).toEqual({
      due: false,
      compress: false,
      state: initialScheduleState,
    });
    expect(schedule.update(4, initialScheduleState).state).toBe(initialScheduleState);
  });

  it.each([
    [-1, initialScheduleState, 'step'],
    [1.5, initialScheduleState, 'step'],
    [Number.NaN, initialScheduleState, 'step'],
    [5, { updates: -1, lastUpdateStep: -1 }, 'state.updates'],
    [5, { updates: 0.5, lastUpdateStep: -1 }, 'state.updates'],
    [5, { updates: 0, lastUpdateStep: -2 }, 'state.lastUpdateStep'],
  ])('refuses step %j in state %j', (step, state, name) => {
    expect(() => schedule.update(step, state)).toThrow(
      expect.toSatisfy((error) => isGCompressError(error, 'invalid-option')),
    );
    expect(() => schedule.update(step, state)).toThrow(`linearAlpha ${name}: expected`);
  });
});

describe('a custom kind', () => {
  interface HalvingOptions extends ScheduleOptions {
    readonly begin: number;
  }
  const halving = defineSchedule<HalvingOptions>({
    kind: 'acme/halving',
    optionNames: ['begin'],
    create: ({ begin }) => ({
      options: { begin },
      zeroStep: undefined,
      warnings: ['acme/halving: alpha never reaches 0.'],
      isDue: (step) => step >= begin,
      alpha: ({ updates }) => 0.5 ** updates,
      delayed: (steps) => ({ begin: begin + steps }),
    }),
  });

  it('has the options of all kinds', () => {
    const schedule = halving({ begin: 2, refactorEvery: 2, stagger: { maxSteps: 9 } });
    expect(schedule.config).toEqual({
      kind: 'acme/halving',
      begin: 2,
      refactorEvery: 2,
      stagger: { maxSteps: 9, seed: 0 },
    });
    expect(run(schedule, range(0, 5)).updates).toEqual([
      { step: 2, compress: true, alpha: 0.5 },
      { step: 3, compress: false, alpha: 0.25 },
      { step: 4, compress: true, alpha: 0.125 },
    ]);
    expect(scheduleFromConfig(schedule.config, [halving]).config).toEqual(schedule.config);
  });

  it('is unknown to scheduleFromConfig unless it is passed', () => {
    expect(() => scheduleFromConfig({ kind: 'acme/halving', begin: 2 })).toThrow(
      /kind: expected one of linear, .* got 'acme/,
    );
  });
});
