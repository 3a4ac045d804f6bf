import { isGCompressError, type JsonObject } from '@gcompress/core';
import { describe, expect, it } from 'vitest';
import { scheduleFromConfig } from '../src/index.ts';

const code = (expected: string) => expect.toSatisfy((error) => isGCompressError(error, expected));

describe('refuses', () => {
  it.each<[JsonObject, string]>([
    [{ kind: 'linear', begin: -1 }, 'linearAlpha begin: expected an integer of at least 0, got -1'],
    [{ kind: 'linear', begin: 1.5 }, 'linearAlpha begin'],
    [{ kind: 'linear', begin: '5' }, "linearAlpha begin: expected an integer of at least 0, got '5'"],
    [{ kind: 'linear', begin: 10, end: 9 }, 'linearAlpha end: expected -1 for no end, or at least begin = 10, got 9'],
    [{ kind: 'linear', end: -2 }, 'linearAlpha end'],
    [{ kind: 'linear', frequency: 0 }, 'linearAlpha frequency'],
    [{ kind: 'linear', decrement: 0 }, 'linearAlpha decrement: expected a number above 0 and at most 1, got 0'],
    [{ kind: 'linear', decrement: 1.1 }, 'linearAlpha decrement'],
    [{ kind: 'linear', refactorEvery: 0 }, 'linearAlpha refactorEvery'],
    [{ kind: 'linear', stagger: { maxSteps: 0 } }, 'linearAlpha stagger maxSteps'],
    [{ kind: 'linear', stagger: { maxSteps: 5, seed: -1 } }, 'linearAlpha stagger seed'],
    [{ kind: 'linear', stagger: 5 }, 'linearAlpha stagger: expected an options object, got 5'],
    [{ kind: 'cosine' }, 'cosineAlpha end: expected the step at which alpha reaches 0, got no end'],
    [{ kind: 'cosine', end: -1 }, 'cosineAlpha end'],
    [{ kind: 'polynomial', end: 9, power: 0 }, 'polynomialAlpha power'],
    [{ kind: 'exponential', end: 9, rate: -1 }, 'exponentialAlpha rate'],
    [{ kind: 'stepwise', steps: [], values: [] }, 'stepwiseAlpha steps'],
    [{ kind: 'stepwise', values: [0] }, 'stepwiseAlpha steps'],
    [{ kind: 'stepwise', steps: [5] }, 'stepwiseAlpha values'],
    [
      { kind: 'stepwise', steps: [5, 5], values: [0.5, 0] },
      'stepwiseAlpha steps: expected rising steps, got 5 after 5',
    ],
    [
      { kind: 'stepwise', steps: [5, 6], values: [0] },
      'stepwiseAlpha values: expected 2 values, one for each step, got 1',
    ],
    [{ kind: 'stepwise', steps: [5, 6], values: [0, 0.5] }, 'stepwiseAlpha values: expected values that never rise'],
    [{ kind: 'stepwise', steps: [5], values: [2] }, 'stepwiseAlpha values'],
    [{ kind: 'toString' }, 'scheduleFromConfig kind'],
    [{}, 'scheduleFromConfig kind: expected one of linear, cosine, '],
  ])('%j', (config, message) => {
    expect(() => scheduleFromConfig(config)).toThrow(code('invalid-option'));
    expect(() => scheduleFromConfig(config)).toThrow(message);
  });

  it.each<[JsonObject, string]>([
    [{ kind: 'linear', decrements: 0.1 }, 'decrements'],
    [{ kind: 'never', begin: 1 }, 'begin'],
    [{ kind: 'linear', stagger: { maxSteps: 5, sed: 1 } }, 'sed'],
  ])('the unknown option in %j', (config, name) => {
    expect(() => scheduleFromConfig(config)).toThrow(code('unknown-option'));
    expect(() => scheduleFromConfig(config)).toThrow(`got '${name}'`);
  });
});
