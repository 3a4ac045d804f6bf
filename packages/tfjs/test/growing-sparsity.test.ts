import { magnitudeMask, pruned, prunedKMeans } from '@gcompress/pruning';
import { compressAtOnce, linearAlpha, neverUpdate } from '@gcompress/scheduler';
import { assertClose, normalMatrix } from '@gcompress/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { TfCompressionOp } from '../src/index.ts';
import { taken, useOperators, valuesOf } from './operators.ts';

const original = normalMatrix([8, 12]);
/** Masks of 0 %, 50 % and 75 % at the steps 2, 4 and 6. */
const sparsity = { target: 0.75, begin: 2, end: 6, exponent: 1, steps: { frequency: 2, end: 6 } };
const halfway = 0.375;
/** Alpha is 0.5 after step 8, and 0 after step 9. */
const afterwards = linearAlpha({ begin: 8, end: 9, frequency: 1 });
const operatorOn = useOperators({ compressor: pruned({ sparsity }), schedule: afterwards });

const methods = [
  ['alone', pruned({ sparsity })],
  ['with a codebook', prunedKMeans({ sparsity, levels: 4 })],
] as const;

/** What the model computes with. */
const weights = (op: TfCompressionOp) => taken(op.apply()).data;
const zeros = (data: Float32Array) => data.filter((entry) => entry === 0).length;
const masked = (part: number) => {
  const mask = magnitudeMask(original, part).data;
  return original.data.map((entry, at) => entry * mask[at]);
};
const assign = (variable: tf.Variable, data: Float32Array) =>
  tf.tidy(() => variable.assign(tf.tensor(data, variable.shape)));

describe.each(methods)('pruning that grows, %s', (_, compressor) => {
  it('prunes more at each mask, while alpha is 1, and then lets alpha fall', async () => {
    const op = operatorOn(original, { compressor });
    const seen: unknown[] = [];
    for (let step = 0; step < 11; step++) {
      const result = await op.runUpdateStep(step);
      const data = weights(op);
      seen.push([result, op.alpha, zeros(data) / data.length]);
      if (op.alpha === 1) assertClose(data, masked(step < 4 ? 0 : step < 6 ? halfway : 0.75), { absolute: 1e-6 });
    }
    expect(seen).toEqual([
      ['idle', 1, 0],
      ['idle', 1, 0],
      // At step 2 nothing is pruned yet
      ['idle', 1, 0],
      ['idle', 1, 0],
      ['compressed', 1, halfway],
      ['idle', 1, halfway],
      ['compressed', 1, 0.75],
      ['idle', 1, 0.75],
      ['compressed', 0.5, 0.75],
      ['decayed', 0, 0.75],
      ['idle', 0, 0.75],
    ]);
  });

  it('keeps pruned entries out of every operation, forward and backward', async () => {
    const op = operatorOn(original, { compressor });
    for (let step = 0; step < 7; step++) await op.runUpdateStep(step);
    const expected = masked(0.75);
    const identity = tf.eye(8);
    const ids = tf.range(0, 8, 1, 'int32');
    for (const training of [true, false]) {
      for (const result of [
        op.apply({ training }),
        op.applyMatMul(identity, { training }),
        op.applyLookup(ids, { training }),
      ]) {
        assertClose(taken(result).data, expected, { absolute: 1e-6 });
      }
      // The identity times the transpose, transposed back
      const transposed = tf.tidy(() => tf.transpose(op.applyMatMul(tf.eye(12), { training, transpose: true })));
      assertClose(taken(transposed).data, expected, { absolute: 1e-6 });
    }
    tf.dispose([identity, ids]);
    const gradient = tf.tidy(() => {
      const { grads } = tf.variableGrads(() => tf.sum(op.apply()) as tf.Scalar, [op.variables.matrix]);
      return valuesOf(grads[op.variables.matrix.name]).data;
    });
    expect(gradient).toEqual(expected.map((entry) => (entry === 0 ? 0 : 1)));
  });

  it('never restores a pruned entry, for any change of A', async () => {
    const op = operatorOn(original, { compressor });
    for (let step = 0; step < 6; step++) await op.runUpdateStep(step);
    const before = weights(op);
    // Momentum of an optimizer may go on moving A where it is pruned
    assign(
      op.variables.matrix,
      original.data.map((entry, at) => (before[at] === 0 ? 100 : entry)),
    );
    for (let step = 6; step < 10; step++) {
      await op.runUpdateStep(step);
      const now = weights(op);
      expect(now.filter((entry, at) => before[at] === 0 && entry !== 0)).toEqual(new Float32Array());
    }
  });

  it('continues from the trained factors if alpha fell before', async () => {
    const op = operatorOn(original, { compressor, schedule: compressAtOnce({ begin: 3 }) });
    for (let step = 0; step < 5; step++) await op.runUpdateStep(step);
    expect(op.alpha).toBe(0);
    const [trained] = op.trainableVariables.slice(1);
    assign(
      trained,
      valuesOf(trained).data.map((entry) => 2 * entry),
    );
    const before = weights(op);
    await op.runUpdateStep(5);
    expect(await op.runUpdateStep(6)).toBe('compressed');
    const now = weights(op);
    expect(zeros(now)).toBe(72);
    const moved = now.filter((entry, at) => entry !== 0 && Math.abs(entry - before[at]) > 1e-5);
    expect(moved).toEqual(new Float32Array());
  });

  it('continues from a checkpoint that was loaded into its variables', async () => {
    const [first, second] = ['first', 'second'].map((name) => operatorOn(original, { compressor, name }));
    for (let step = 0; step < 5; step++) await first.runUpdateStep(step);
    const [from, to] = [first.variables, second.variables];
    for (const [name, factor] of Object.entries(from.factors)) to.factors[name].assign(factor);
    to.state.assign(from.state);
    expect(weights(second)).toEqual(weights(first));
    for (let step = 5; step < 10; step++) {
      expect(await second.runUpdateStep(step)).toBe(await first.runUpdateStep(step));
      expect(weights(second)).toEqual(weights(first));
    }
  });

  it('counts the final bytes before the first mask', async () => {
    const op = operatorOn(original, { compressor });
    const planned = await op.byteLength();
    expect(op.byteLengthSync()).toBe(planned);
    for (let step = 0; step < 10; step++) await op.runUpdateStep(step);
    const written = (await op.toCompressedMatrix()).byteLength;
    expect([await op.byteLength(), op.byteLengthSync()]).toEqual([written, written]);
    expect(written).toBeLessThanOrEqual(planned);
    expect(planned - written).toBeLessThan(8);
  });
});

it('prunes with a schedule whose alpha never falls', async () => {
  const op = operatorOn(original, { schedule: neverUpdate({}) });
  for (let step = 0; step < 20; step++) await op.runUpdateStep(step);
  expect(op.alpha).toBe(1);
  assertClose(weights(op), masked(0.75), { absolute: 1e-6 });
});

it('a fixed sparsity is blended with all of A, so pruned entries fade with alpha', async () => {
  const op = operatorOn(original, { compressor: pruned({ sparsity: 0.75 }) });
  for (let step = 0; step < 9; step++) await op.runUpdateStep(step);
  const half = masked(0.75).map((entry, at) => (entry + original.data[at]) / 2);
  assertClose(weights(op), half, { absolute: 1e-6 });
});

it('catches up after skipped steps', async () => {
  const op = operatorOn(original);
  expect(await op.runUpdateStep(7)).toBe('compressed');
  expect(zeros(weights(op))).toBe(72);
});
