import { describe, expect, it } from 'vitest';
import { type GradientCheckOptions, gradientCheck, type NamedValues } from '../src/index.ts';

/** `Σ aᵢ·bᵢ + Σ aᵢ²` and its gradients, in float32 as a host would. */
const bilinear: GradientCheckOptions = {
  values: { a: Float32Array.of(1, -2, 0.5, 3), b: Float32Array.of(0.25, 4, -1, 2) },
  loss: ({ a, b }) => Math.fround(a.reduce((sum, value, i) => sum + value * b[i] + value * value, 0)),
  gradients: ({ a, b }) => ({ a: a.map((value, i) => b[i] + 2 * value), b: a.slice() }),
};

const withGradients = (change: (right: NamedValues) => NamedValues): GradientCheckOptions => ({
  ...bilinear,
  gradients: async (values) => change(await bilinear.gradients(values)),
});

describe('gradientCheck', () => {
  it('accepts right gradients, also when they come later, and says how far off they were', async () => {
    expect(await gradientCheck(bilinear)).toBeLessThan(0.2);
    const later = { ...bilinear, loss: async (values: NamedValues) => bilinear.loss(values) };
    expect(await gradientCheck(later)).toBeLessThan(0.2);
  });

  it('accepts a gradient of zero where nothing changes', async () => {
    const constant = {
      values: { a: new Float32Array(3) },
      loss: () => 5,
      gradients: () => ({ a: new Float32Array(3) }),
    };
    expect(await gradientCheck(constant)).toBe(0);
  });

  it.each<[what: string, variable: string, change: (right: NamedValues) => NamedValues]>([
    ['zero', 'a', ({ a, b }) => ({ a: a.map(() => 0), b })],
    ['of the wrong sign', 'b', ({ a, b }) => ({ a, b: b.map((slope) => -slope) })],
    ['5 % too large', 'b', ({ a, b }) => ({ a, b: b.map((slope) => slope * 1.05) })],
    ['NaN', 'a', ({ a, b }) => ({ a: a.map(() => Number.NaN), b })],
    ['of the wrong length', 'a', ({ a, b }) => ({ a: a.slice(1), b })],
    ['missing', 'b', ({ a }) => ({ a })],
  ])('refuses a gradient that is %s', async (_, variable, change) => {
    await expect(gradientCheck(withGradients(change))).rejects.toThrow(`gradient of '${variable}'`);
  });
});
