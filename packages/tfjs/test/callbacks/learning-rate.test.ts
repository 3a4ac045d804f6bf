import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constantRate, cosineDecay, exponentialDecay, warmUp } from '../../src/callbacks/index.ts';

describe('learning rates', () => {
  it('decay as in the reference, smoothly or in steps', () => {
    // tf.train.exponential_decay(0.1, step, 350, 0.1), with and without staircase
    const options = { initial: 0.1, factor: 0.1, every: 350 };
    const smooth = exponentialDecay(options);
    const stairs = exponentialDecay({ ...options, staircase: true });
    expect([0, 175, 350, 700].map(smooth)).toEqual(
      [0.1, 0.1 ** 1.5, 0.01, 0.001].map((rate) => expect.closeTo(rate, 12)),
    );
    expect([0, 349, 350, 699, 700].map(stairs)).toEqual(
      [0.1, 0.1, 0.01, 0.01, 0.001].map((rate) => expect.closeTo(rate, 12)),
    );
  });

  it('fall along half a cosine wave, and then stay constant', () => {
    const rate = cosineDecay({ initial: 1, steps: 100, final: 0.2 });
    expect([0, 50, 100, 1000].map(rate)).toEqual([1, 0.6, 0.2, 0.2].map((value) => expect.closeTo(value, 12)));
  });

  it('reach the original rate after a warm-up', () => {
    expect([0, 1, 3, 4, 100].map(warmUp(4, constantRate(0.8)))).toEqual([0.2, 0.4, 0.8, 0.8, 0.8]);
  });

  it('lie between the first and the last rate at any step', () => {
    const step = fc.nat({ max: 10 ** 9 });
    const positive = fc.double({ min: 1e-6, max: 10, noNaN: true });
    const steps = fc.integer({ min: 1, max: 10 ** 6 });
    fc.assert(
      fc.property(step, positive, steps, (at, initial, length) => {
        const rates = [
          exponentialDecay({ initial, factor: 0.5, every: length })(at),
          exponentialDecay({ initial, factor: 0.5, every: length, staircase: true })(at),
          cosineDecay({ initial, steps: length })(at),
          warmUp(length, constantRate(initial))(at),
        ];
        for (const rate of rates) expect(rate >= 0 && rate <= initial).toBe(true);
      }),
    );
  });

  it('refuse wrong options', () => {
    expect(() => constantRate(-1)).toThrow(/constantRate rate/);
    expect(() => exponentialDecay({ initial: 1, factor: 1.5, every: 10 })).toThrow(/exponentialDecay factor/);
    expect(() => cosineDecay({ initial: 1, steps: 0 })).toThrow(/cosineDecay steps/);
    expect(() => cosineDecay({ initial: 1, steps: 2, end: 3 } as never)).toThrow(/end/);
    expect(() => warmUp(0, constantRate(1))).toThrow(/warmUp steps/);
  });
});
