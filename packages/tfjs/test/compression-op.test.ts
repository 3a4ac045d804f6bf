import { cpuOps, isGCompressError, matrix, relativeError } from '@gcompress/core';
import { lowRank } from '@gcompress/lowrank';
import { assertClose, normalMatrix } from '@gcompress/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { TfCompressionOp, type TfCompressionOpOptions, variableSpecs } from '../src/index.ts';
import { blended, fourSteps, levels, runSteps, taken, useOperators, valuesOf, variableOf } from './operators.ts';

const original = normalMatrix([8, 6]);
const x = normalMatrix([5, 8], 2);
const compressor = lowRank({ rank: 2 });
const code = (expected: string) => expect.toSatisfy((error) => isGCompressError(error, expected));
const close = { absolute: 1e-5 };

const operatorOn = useOperators({ compressor, schedule: fourSteps });

describe.each([0, 1, 2, 3, 4])('after %i updates', (updates) => {
  const alpha = 1 - updates / 4;

  it.each([
    ['low rank', compressor],
    ['integer factors', levels({ count: 5 })],
  ])(`alpha is ${alpha} and apply is α·A + (1−α)·Ŵ, %s`, async (_, method) => {
    const op = operatorOn(original, { compressor: method });
    await runSteps(op, updates);
    expect(op.alpha).toBe(alpha);
    expect(taken(op.variables.alpha.clone()).data[0]).toBe(alpha);
    for (const training of [true, false]) {
      const { shape, data } = taken(op.apply({ training }));
      expect(shape).toEqual([8, 6]);
      assertClose(data, blended(op).data, close);
    }
  });

  it.each([
    ['multiplied by its factors', compressor],
    ['reconstructed first', levels({ count: 5 })],
  ])('applyMatMul is x times that, %s', async (_, method) => {
    const op = operatorOn(original, { compressor: method });
    await runSteps(op, updates);
    const input = variableOf(x);
    for (const training of [true, false]) {
      const { shape, data } = taken(op.applyMatMul(input, { training }));
      expect(shape).toEqual([5, 6]);
      assertClose(data, cpuOps.matMul(x, blended(op)).data, close);
    }
    input.dispose();
  });

  it.each([
    ['looked up in its factors', compressor],
    ['reconstructed first', levels({ count: 5 })],
  ])('applyLookup gives its rows for ids of any shape, %s', async (_, method) => {
    const op = operatorOn(original, { compressor: method });
    await runSteps(op, updates);
    const indices = { shape: [2, 2], data: Int32Array.of(7, 0, 3, 7) };
    const ids = tf.tensor2d(indices.data, [2, 2], 'int32');
    for (const training of [true, false]) {
      const { shape, data } = taken(op.applyLookup(ids, { training }));
      expect(shape).toEqual([2, 2, 6]);
      assertClose(data, cpuOps.gather(blended(op), indices).data, close);
    }
    ids.dispose();
  });
});

describe('training: false', () => {
  it('gives exactly A at alpha 1, without reading the factors', () => {
    const op = operatorOn(original);
    tf.tidy(() => op.variables.factors.b.assign(tf.fill([8, 2], Number.NaN)));
    expect(taken(op.apply({ training: false })).data).toEqual(original.data);
    expect(taken(op.apply()).data.every(Number.isNaN)).toBe(true);
  });

  it('gives only the factors at alpha 0, without reading A', async () => {
    const op = operatorOn(original);
    await runSteps(op, 4);
    const expected = (await op.toCompressedMatrix()).decompress().data;
    tf.tidy(() => op.variables.matrix.assign(tf.fill([8, 6], Number.NaN)));
    assertClose(taken(op.apply({ training: false })).data, expected, close);
    expect(taken(op.apply()).data.every(Number.isNaN)).toBe(true);
  });
});

it('gives results that the caller owns: disposing them leaves the variables in use', async () => {
  const op = operatorOn(original);
  const input = variableOf(x);
  const ids = tf.tensor1d([1, 2], 'int32');
  for (let step = 0; step < 5; step++) {
    for (const training of [true, false]) {
      const results = [op.apply({ training }), op.applyMatMul(input, { training }), op.applyLookup(ids, { training })];
      tf.dispose(results);
    }
    await op.runUpdateStep(step);
  }
  expect(valuesOf(op.variables.matrix).data).toEqual(original.data);
  tf.dispose([input, ids]);
});

it('never changes the number of tensors while it is used', async () => {
  const op = operatorOn(original);
  const before = tf.memory().numTensors;
  for (let step = 0; step < 6; step++) {
    op.apply().dispose();
    await op.runUpdateStep(step);
    await op.toCompressedMatrix();
    expect(tf.memory().numTensors).toBe(before);
  }
});

it('reads a convolution kernel as the matrix that `shape` says, and gives it back in its own shape', async () => {
  const kernel = tf.tidy(() => tf.variable(tf.randomNormal([3, 3, 2, 5], 0, 1, 'float32', 1)));
  const op = new TfCompressionOp(kernel, { compressor, schedule: fourSteps, shape: [18, 5] });
  await runSteps(op, 2);
  const { shape, data } = taken(op.apply());
  expect(shape).toEqual([3, 3, 2, 5]);
  assertClose(data, blended(op).data, close);
  const input = variableOf(normalMatrix([4, 18]));
  const product = taken(op.applyMatMul(input));
  assertClose(product.data, cpuOps.matMul(normalMatrix([4, 18]), blended(op)).data, close);
  op.dispose();
  tf.dispose([kernel, input]);
});

it('lists the variables that an optimizer may change: A and the trainable factors', () => {
  const [product, table] = [operatorOn(original), operatorOn(original, { compressor: levels({ count: 3 }) })];
  const { matrix: a, factors } = product.variables;
  expect(product.trainableVariables).toEqual([a, factors.b, factors.c]);
  expect(table.trainableVariables).toEqual([table.variables.matrix, table.variables.factors.table]);
});

describe('with a size by energy', () => {
  const byEnergy = { compressor: lowRank({ energy: 0.5 }) };

  it('reserves the largest size, pads with zeros, and takes only the used part', async () => {
    const op = operatorOn(original, byEnergy);
    const { b, c } = op.variables.factors;
    expect([b.shape, c.shape]).toEqual([
      [8, 3],
      [3, 6],
    ]);
    expect((await op.toCompressedMatrix()).byteLength).toBe(3 * 14 * 4);
    await runSteps(op, 4);
    const direct = byEnergy.compressor.compress(original);
    const [, used] = direct.factors.b.shape;
    expect(used).toBeLessThan(3);
    const result = await op.toCompressedMatrix();
    expect(result.factors).toEqual(direct.factors);
    expect(op.toCompressedMatrixSync().factors).toEqual(direct.factors);
    expect(op.toCompressedMatrixSync({ trim: false }).factors.b.shape).toEqual([8, 3]);
    assertClose(taken(op.apply()).data, direct.decompress().data, close);
  });
});

describe('dispose', () => {
  it('disposes the tensors of the operator but not A, and may be called again', () => {
    const a = variableOf(original);
    const before = tf.memory().numTensors;
    const op = new TfCompressionOp(a, { compressor, schedule: fourSteps, name: 'freed' });
    expect(tf.memory().numTensors).toBe(before + 4);
    op.dispose();
    op.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(taken(a.clone()).data).toEqual(original.data);
    const again = new TfCompressionOp(a, { compressor, schedule: fourSteps, name: 'freed' });
    expect(again.alpha).toBe(1);
    again.dispose();
    a.dispose();
  });

  it('does not dispose variables that a host made', () => {
    const a = variableOf(original);
    const { factors, alpha, state } = variableSpecs(compressor.plan([8, 6]));
    const made = [factors.b, factors.c, alpha, state].map((spec) => tf.tidy(() => tf.variable(spec.initial())));
    const [b, c] = made;
    const variables = { matrix: a, factors: { b, c }, alpha: made[2], state: made[3] };
    const op = new TfCompressionOp(a, { compressor, schedule: fourSteps, variables });
    op.dispose();
    expect(made.some((variable) => variable.isDisposed)).toBe(false);
    tf.dispose([a, ...made]);
  });

  it('ends all use of the operator, and so does disposing A', async () => {
    const uses = (op: TfCompressionOp) => [
      () => op.apply(),
      () => op.alpha,
      () => op.state,
      () => op.toCompressedMatrixSync(),
    ];
    const [disposed, orphaned] = [operatorOn(original), operatorOn(original)];
    disposed.dispose();
    orphaned.variables.matrix.dispose();
    for (const op of [disposed, orphaned]) {
      for (const use of uses(op)) expect(use).toThrow(code('disposed'));
      await expect(op.runUpdateStep(0)).rejects.toThrow(code('disposed'));
      await expect(op.toCompressedMatrix()).rejects.toThrow(code('disposed'));
    }
  });
});

describe('refuses', () => {
  const refused = (variable: tf.Variable, options: Partial<TfCompressionOpOptions>, expected: string) => {
    const before = tf.memory().numTensors;
    expect(() => new TfCompressionOp(variable, { compressor, schedule: fourSteps, ...options })).toThrow(
      code(expected),
    );
    expect(tf.memory().numTensors, 'tensors left behind').toBe(before);
    variable.dispose();
  };

  it('a second operator of the same name', () => {
    const op = operatorOn(original, { name: 'twice' });
    refused(variableOf(original), { name: 'twice' }, 'already-compressed');
    expect(op.alpha).toBe(1);
  });

  it('variables that are not a float32 matrix', () => {
    const made = (tensor: () => tf.Tensor) => tf.tidy(() => tf.variable(tensor()));
    refused(
      made(() => tf.zeros([3, 3, 2, 5])),
      {},
      'shape-mismatch',
    );
    refused(
      made(() => tf.zeros([3, 3, 2, 5])),
      { shape: [9, 9] },
      'shape-mismatch',
    );
    refused(
      made(() => tf.zeros([8, 6], 'int32')),
      {},
      'shape-mismatch',
    );
    refused(
      made(() => tf.zeros([8, 6])),
      { shape: [4.8, 10] },
      'invalid-matrix',
    );
  });

  it('a shape that the compressor refuses', () => {
    refused(variableOf(original), { compressor: lowRank({ rank: 4 }) }, 'not-smaller');
  });
});

it('relativeError counts the error of the stored factors', async () => {
  const op = operatorOn(original);
  expect(op.relativeErrorAtCompression).toBeUndefined();
  await runSteps(op, 1);
  const direct = compressor.compress(original);
  expect((await op.toCompressedMatrix()).factors).toEqual(direct.factors);
  expect(op.relativeErrorAtCompression).toBeCloseTo(relativeError(original, direct.decompress()), 6);
  const zero = operatorOn(matrix([8, 6], new Float32Array(48)));
  await runSteps(zero, 1);
  expect(zero.relativeErrorAtCompression).toBe(0);
});
