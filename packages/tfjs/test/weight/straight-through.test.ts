// Weights that follow A on the grid of their last compression.
import { matrix } from '@gcompress/core';
import { linearAlpha } from '@gcompress/scheduler';
import { normalMatrix } from '@gcompress/testkit';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { TfCompressionOp } from '../../src/index.ts';
import { runSteps, taken, useOperators, valuesOf } from '../operators.ts';

const schedule = linearAlpha({ begin: 0, end: 3, frequency: 1 });
const create = useOperators({ compressor: uniform({ step: 0.5, rateWeight: 0 }), schedule });

/** Adds a number to every entry of A, as an optimizer would. */
function move({ variables: { matrix: a } }: TfCompressionOp, by: number): void {
  tf.tidy(() => a.assign(tf.add(a, by)));
}

/** The step between two neighbouring values. */
function stepOf(op: TfCompressionOp): number {
  return op.toCompressedMatrixSync().pack().tensors.steps.data[0];
}

describe('a compressed form on a grid', () => {
  it('follows A between compressions, as the nearest multiple of the step', async () => {
    const op = create(normalMatrix([12, 8], 1));
    await runSteps(op, 1);
    move(op, 0.3);
    const step = stepOf(op);
    const a = valuesOf(op.variables.matrix).data;
    const before = op.toCompressedMatrixSync().decompress().data;
    const largest = Math.max(...before.map(Math.abs));
    const expected = a.map((value) => {
      const nearest = step * Math.round(value / step);
      return 0.75 * value + 0.25 * Math.max(-largest, Math.min(largest, nearest));
    });
    const applied = taken(op.apply()).data;
    for (const [at, value] of applied.entries()) expect(value).toBeCloseTo(expected[at], 5);
    const x = normalMatrix([5, 12], 2);
    const product = taken(tf.tidy(() => op.applyMatMul(tf.tensor2d(x.data, [5, 12])))).data;
    const plain = tf.tidy(() => tf.matMul(tf.tensor2d(x.data, [5, 12]), tf.tensor2d(applied, [12, 8])).dataSync());
    for (const [at, value] of product.entries()) expect(value).toBeCloseTo(plain[at], 4);
  });

  it('passes the gradient on to A as it is, and to the step as the sum over its multiples', async () => {
    const op = create(normalMatrix([12, 8], 3));
    await runSteps(op, 2);
    const weights = normalMatrix([12, 8], 4).data;
    const { matrix: a, factors } = op.variables;
    const { gradients, levels } = tf.tidy(() => {
      const { grads } = tf.variableGrads(() => tf.sum(tf.mul(op.apply(), tf.tensor2d(weights, [12, 8]))));
      const rounded = valuesOf(tf.div(tf.sub(op.apply(), tf.mul(a, 0.5)), tf.mul(factors.steps, 0.5))).data;
      return {
        gradients: [a, factors.steps].map(({ name }) => valuesOf(grads[name]).data),
        levels: rounded,
      };
    });
    for (const [at, value] of gradients[0].entries()) expect(value).toBeCloseTo(weights[at], 5);
    const sum = levels.reduce((total, level, at) => total + 0.5 * level * weights[at], 0);
    expect(gradients[1][0]).toBeCloseTo(sum / weights.length, 5);
  });

  it('stays as A is, with its zeros, while zeros last and alpha is large', async () => {
    const fall = linearAlpha({ begin: 0, end: 10, frequency: 1 });
    const op = create(normalMatrix([12, 8], 7), { compressor: uniform({ lambda: 0.1 }), schedule: fall });
    const kept = () => op.toCompressedMatrixSync().decompress().data;
    await runSteps(op, 4);
    expect(op.alpha).toBeGreaterThan(0.3);
    const a = valuesOf(op.variables.matrix).data;
    for (const [at, value] of taken(op.apply()).data.entries())
      expect(value).toBeCloseTo(kept()[at] === 0 ? 0 : a[at], 5);
    for (let step = 4; step < 9; step++) await op.runUpdateStep(step);
    expect(op.alpha).toBeLessThan(0.3);
    const applied = taken(op.apply()).data;
    expect(applied.some((value, at) => value !== 0 && Math.abs(value - a[at]) > 1e-3)).toBe(true);
  });

  it('is stored as the model computes with it, with the steps as they are trained', async () => {
    const op = create(normalMatrix([12, 8], 8));
    expect(await op.roundedToGrid()).toBeUndefined();
    await runSteps(op, 1);
    move(op, 0.3);
    tf.tidy(() => (op.variables.factors.steps as tf.Variable).assign(tf.mul(op.variables.factors.steps, 1.1)));
    const a = valuesOf(op.variables.matrix).data;
    const rounded = (await op.roundedToGrid())?.decompress().data ?? [];
    for (const [at, value] of taken(op.apply()).data.entries()) {
      expect(value).toBeCloseTo(op.alpha * a[at] + (1 - op.alpha) * rounded[at], 5);
    }
    await expect(op.roundedToGrid(0.4)).rejects.toMatchObject({ code: 'invalid-option' });
    const step = stepOf(op);
    const narrower = (await op.roundedToGrid(0.9))?.decompress().data ?? [];
    for (const [at, value] of narrower.entries()) {
      expect(value).toBeCloseTo(Math.abs(a[at]) < 0.9 * step ? 0 : rounded[at], 6);
    }
  });

  it('is the matrix of the last compression once alpha is 0', async () => {
    const op = create(normalMatrix([12, 8], 5));
    await runSteps(op, 4);
    expect(op.alpha).toBe(0);
    const compressed = op.toCompressedMatrixSync().decompress().data;
    move(op, 3);
    for (const training of [true, false]) {
      for (const [at, value] of taken(op.apply({ training })).data.entries()) {
        expect(value).toBeCloseTo(compressed[at], 6);
      }
    }
  });

  it('keeps zeros of an empty matrix, and of one whose entries were all pruned', async () => {
    for (const compressor of [uniform({ lambda: 1e6 }), uniform({ step: 0.5 })]) {
      const op = create(matrix([3, 2], new Float32Array(6).fill(compressor.options.step ? 0 : 0.1)), { compressor });
      await runSteps(op, 1);
      const applied = taken(op.apply()).data;
      expect(applied.every(Number.isFinite)).toBe(true);
    }
  });

  it('leaves no tensor behind', async () => {
    const op = create(normalMatrix([12, 8], 6));
    await runSteps(op, 1);
    tf.dispose(op.apply());
    const before = tf.memory().numTensors;
    for (let step = 1; step < 4; step++) {
      tf.dispose(tf.variableGrads(() => tf.sum(op.apply())));
      await op.runUpdateStep(step);
    }
    tf.dispose(op.apply());
    expect(tf.memory().numTensors).toBe(before);
  });
});
