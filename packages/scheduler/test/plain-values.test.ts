import { isGCompressError } from '@gcompress/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CompressionSchedule,
  compressAtOnce,
  cosineAlpha,
  defineSchedule,
  exponentialAlpha,
  linearAlpha,
  neverUpdate,
  polynomialAlpha,
  scheduleFromConfig,
  stepwiseAlpha,
} from '../src/index.ts';

const kinds = {
  compressAtOnce,
  cosineAlpha,
  exponentialAlpha,
  linearAlpha,
  neverUpdate,
  polynomialAlpha,
  stepwiseAlpha,
};

const plain = fc.constantFrom<unknown>(
  ...[
    null,
    0,
    5,
    -1,
    1.5,
    2 ** 40,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '',
    'abc',
    true,
    {},
    [],
    [[1]],
    { toString: 1 },
  ],
  ...[() => 1, 5n, Symbol('s'), new Float32Array(2), Promise.resolve(1), undefined],
);

/** The error of a call; it must be of the house. */
function errorOf(call: () => unknown): Error | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (isGCompressError(error)) return error;
    throw error;
  }
}

describe('plain JavaScript values', () => {
  for (const [name, kind] of Object.entries(kinds)) {
    it(`are refused by ${name} under its own name, or give a schedule`, () => {
      const anyOptions = fc.dictionary(
        fc.constantFrom(
          'begin',
          'end',
          'frequency',
          'decrement',
          'power',
          'rate',
          'steps',
          'values',
          'stagger',
          'step',
        ),
        plain,
        { maxKeys: 3 },
      );
      fc.assert(
        fc.property(fc.oneof(plain, anyOptions), (options) => {
          const error = errorOf(() => kind(options as never));
          if (error) expect(error.message).toMatch(new RegExp(`^${name}[ :]`));
        }),
      );
    });
  }

  it('are refused by the functions for authors of schedules', () => {
    const calls: ((value: never, other: never) => unknown)[] = [
      (definition) => defineSchedule(definition),
      (kind, create) => defineSchedule({ kind, optionNames: [], create })({}),
      (config, custom) => scheduleFromConfig(config, custom),
      (kind) => scheduleFromConfig({ kind }),
      (step, state) => linearAlpha({}).update(step, state),
      (state) => stepwiseAlpha({ steps: [1], values: [0] }).alpha(state),
      (name) => linearAlpha({ stagger: { maxSteps: 3 } }).forLayer(name),
      (updates, lastUpdateStep) => linearAlpha({}).update(1, { updates, lastUpdateStep }),
    ];
    for (const call of calls) {
      // A rule that an author has written may return what it likes: only its call is not ours
      fc.assert(
        fc.property(
          plain,
          plain,
          (a, b) => void (typeof b === 'function' || errorOf(() => call(a as never, b as never))),
        ),
      );
    }
  });

  it('name the options that compressAtOnce knows', () => {
    expect(() => compressAtOnce({ step: 0 } as never)).toThrow(
      "compressAtOnce: expected options among begin, stagger, got 'step'.",
    );
    expect(() => compressAtOnce(5 as never)).toThrow('compressAtOnce: expected an options object, got 5.');
    expect(() => compressAtOnce({ begin: -1 })).toThrow(
      'compressAtOnce begin: expected an integer of at least 0, got -1.',
    );
  });
});

describe('a state of any numbers', () => {
  const schedules: Record<string, CompressionSchedule> = {
    linear: linearAlpha({ decrement: 0.1 }),
    fitted: linearAlpha({ end: 90 }),
    cosine: cosineAlpha({ end: 90 }),
    polynomial: polynomialAlpha({ end: 90 }),
    exponential: exponentialAlpha({ end: 90 }),
    stepwise: stepwiseAlpha({ steps: [5, 9], values: [0.5, 0] }),
    never: neverUpdate({}),
  };
  const count = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(2 ** 31, 2 ** 53, Number.POSITIVE_INFINITY, -14));

  for (const [name, schedule] of Object.entries(schedules)) {
    it(`gives an alpha in [0, 1] by ${name}, or is refused`, () => {
      fc.assert(
        fc.property(count, count, fc.nat(), (updates, lastUpdateStep, step) => {
          const state = { updates, lastUpdateStep };
          const refused = errorOf(() => {
            const alpha = schedule.alpha(state);
            expect(alpha >= 0 && alpha <= 1).toBe(true);
            schedule.update(step, state);
          });
          const integers = Number.isSafeInteger(updates) && Number.isSafeInteger(lastUpdateStep);
          const possible = integers && updates >= 0 && lastUpdateStep >= -1;
          expect(refused === undefined).toBe(possible);
        }),
      );
    });
  }

  it('cannot make a third party’s rule leave [0, 1]', () => {
    for (const alpha of [2.4, -0.1, Number.NaN, '0' as never]) {
      const rule = { options: {}, zeroStep: undefined, warnings: [], isDue: () => true, alpha: () => alpha };
      const wild = defineSchedule({
        kind: 'acme/wild',
        optionNames: [],
        create: () => ({ ...rule, delayed: () => ({}) }),
      })({});
      expect(() => wild.alpha({ updates: 1, lastUpdateStep: 0 })).toThrow(
        /^acme\/wild alpha: expected a number from 0 to 1/,
      );
    }
  });
});
