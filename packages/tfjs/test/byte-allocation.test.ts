// How the bytes of a target are divided among matrices.
import { createRandom, type Matrix, matrix } from '@gcompress/core';
import { linearAlpha } from '@gcompress/scheduler';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { SizeTarget, TfCompressionOp } from '../src/index.ts';
import { compressModel, type PackFunction, packableModel } from '../src/layers/index.ts';
import { lampShares, uniformShares } from '../src/training/size/byte-shares.ts';
import { gradientSensitivity } from '../src/training/size/gradient-sensitivity.ts';
import { useTestBackend } from './backend.ts';
import { classes, compile, smallNetwork, train } from './networks.ts';

beforeAll(useTestBackend);

function normal(rows: number, columns: number, scale: number, seed = 1): Matrix {
  const random = createRandom(seed);
  return matrix(
    [rows, columns],
    Float32Array.from({ length: rows * columns }, () => scale * random.normal()),
  );
}
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('shares of bytes', () => {
  it('are in proportion to the entries if uniform', () => {
    expect(uniformShares([normal(30, 10, 1), normal(10, 10, 5)], 400)).toEqual([300, 100]);
  });

  it('by LAMP add up, and do not depend on the scale of a matrix', () => {
    const [a, b] = [normal(40, 30, 1), normal(20, 10, 1, 2)];
    const shares = lampShares([a, b], 200);
    expect(sum(shares)).toBeCloseTo(200, 6);
    const scaled = lampShares([normal(40, 30, 100), b], 200);
    for (const at of [0, 1]) expect(scaled[at]).toBeCloseTo(shares[at], 6);
  });

  it('by LAMP go to the matrix whose weights are nearly all needed', () => {
    // Few large weights among small ones, and weights of one size
    const peaked = normal(40, 30, 0.01);
    for (let at = 0; at < 20; at++) peaked.data[at * 60] = 1;
    const flat = matrix([40, 30], new Float32Array(1200).fill(0.5));
    const [few, many] = lampShares([peaked, flat], 150);
    expect(many).toBeGreaterThan(few);
    expect(lampShares([matrix([4, 4], new Float32Array(16)), normal(4, 4, 1)], 10)[1]).toBeCloseTo(10, 6);
  });
});

/** Operators over two matrices of one shape, the second of twice as large weights. */
function twoOperators(): TfCompressionOp[] {
  return [0.05, 0.1].map((scale, at) => {
    const { data } = normal(60, 50, scale, at + 1);
    const variable = tf.variable(tf.tensor(data, [60, 50]), true, `shares${at}-${scale}-${Math.random()}`);
    const schedule = linearAlpha({ begin: 0, end: 0, refactorEvery: 1 });
    return new TfCompressionOp(variable, { compressor: uniform({ lambda: 1e-4 }), schedule });
  });
}

describe('SizeTarget', () => {
  it('divides bytes as told, and hits the target with each allocation', async () => {
    const taken: Record<string, number[]> = {};
    for (const allocation of ['price', 'lamp', 'uniform', 'sensitivity'] as const) {
      const operators = twoOperators();
      const optimizer = tf.train.adam(1e-6);
      // The loss depends ten times as much on the first matrix
      const [a, b] = operators.map(({ variables }) => variables.matrix);
      optimizer.minimize(() => tf.add(tf.mul(10, tf.sum(a)), tf.sum(b)) as tf.Scalar);
      const options = allocation === 'sensitivity' ? { optimizer: () => optimizer } : {};
      const target = new SizeTarget(operators, { bytes: 1000, allocation, ...options });
      await target.runUpdateStep(0);
      taken[allocation] = await Promise.all(operators.map((op) => op.byteLength()));
      const bytes = sum(taken[allocation]);
      expect(bytes).toBeLessThanOrEqual(1000);
      expect(bytes).toBeGreaterThanOrEqual(970);
      for (const op of operators) op.dispose();
    }
    expect(taken.price[1]).toBeGreaterThan(1.5 * taken.price[0]);
    expect(taken.sensitivity[0]).toBeGreaterThan(1.5 * taken.sensitivity[1]);
    for (const named of ['lamp', 'uniform']) expect(taken[named][0] / taken[named][1]).toBeCloseTo(1, 1);
  });

  it('divides bytes by shares of any unit', async () => {
    const operators = twoOperators();
    const allocation = Object.fromEntries(operators.map(({ name }, at) => [name, [30, 10][at]]));
    await new SizeTarget(operators, { bytes: 1000, allocation }).runUpdateStep(0);
    const [first, second] = await Promise.all(operators.map((op) => op.byteLength()));
    expect(first + second).toBeLessThanOrEqual(1000);
    expect(first / second).toBeCloseTo(3, 0);
    for (const op of operators) op.dispose();
  });

  it.each<[string, (names: readonly string[]) => object]>([
    ['no shares', () => ({})],
    ['a share for one matrix of two', ([first]) => ({ [first]: 1 })],
    ['a share for a matrix that is not trained', ([first, second]) => ({ [first]: 1, [second]: 1, other: 1 })],
    ['a share of nothing', ([first, second]) => ({ [first]: 1, [second]: 0 })],
    ['a share that is no number', ([first, second]) => ({ [first]: 1, [second]: Number.NaN })],
  ])('refuses %s', (_, allocationFor) => {
    const operators = twoOperators();
    const allocation = allocationFor(operators.map(({ name }) => name));
    expect(() => new SizeTarget(operators, { bytes: 1000, allocation } as never)).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
    for (const op of operators) op.dispose();
  });

  it('measures sensitivities by what the optimizer has averaged, and leaves no tensor', async () => {
    const operators = twoOperators();
    const optimizer = tf.train.rmsprop(1e-6);
    const [a, b] = operators.map(({ variables }) => variables.matrix);
    expect(await gradientSensitivity(operators, optimizer)).toBeUndefined();
    optimizer.minimize(() => tf.add(tf.mul(4, tf.sum(a)), tf.sum(b)) as tf.Scalar);
    const before = tf.memory().numTensors;
    const [first, second] = (await gradientSensitivity(operators, optimizer)) ?? [];
    expect(tf.memory().numTensors).toBe(before);
    expect(first).toBeCloseTo(4, 4);
    expect(second).toBeCloseTo(1 / 4, 4);
  });

  it.each<[string, object, string]>([
    ['an allocation that does not exist', { allocation: 'lam' }, 'invalid-option'],
    ['a sensitivity without optimizer', { allocation: 'sensitivity' }, 'invalid-option'],
  ])('refuses %s', (_, options, code) => {
    const operators = twoOperators();
    expect(() => new SizeTarget(operators, { bytes: 1000, ...options } as never)).toThrow(
      expect.objectContaining({ code }),
    );
  });
});

describe('compressModel', () => {
  const pack: PackFunction = async (_, { matrices }) => ({
    bytes: new Uint8Array(sum([...matrices.values()].map(({ byteLength }) => byteLength))),
  });
  const options = {
    method: uniform({ lambda: 1e-3 }),
    schedule: linearAlpha({ begin: 0, end: 7, frequency: 2, refactorEvery: 1 }),
    minWeights: 100,
    targetBytes: 300,
    pack,
  };

  it.each(['sensitivity', 'lamp', 'uniform'] as const)('reaches its target by %s', async (allocation) => {
    const { model, callback } = compressModel(smallNetwork(), { ...options, allocation });
    compile(model, tf.train.adam(0.01));
    await train(model, classes(), 2, [callback]);
    const { artifacts, matrices } = await packableModel(model);
    const { length } = (await pack(artifacts, { matrices })).bytes;
    expect(length).toBeLessThanOrEqual(300);
    expect(length).toBeGreaterThanOrEqual(0.85 * 300); // the spare bytes weigh at so few
  });

  it('refuses shares that do not name its weights, at once', () => {
    const allocation = { 'nobody/kernel': 1 };
    expect(() => compressModel(smallNetwork(), { ...options, allocation })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });

  it('refuses an optimizer without squared gradients before the first step, and an allocation without a target', async () => {
    const { model, callback } = compressModel(smallNetwork(), { ...options, allocation: 'sensitivity' });
    compile(model, tf.train.sgd(0.01));
    await expect(train(model, classes(), 1, [callback])).rejects.toThrow(
      expect.objectContaining({ code: 'unsupported' }),
    );
    await expect(
      compressModel(smallNetwork(), { ...options, allocation: 'sensitivity' }).callback.onTrainBegin(),
    ).rejects.toThrow(expect.objectContaining({ code: 'not-ready' }));
    const { method, schedule } = options;
    expect(() => compressModel(smallNetwork(), { method, schedule, allocation: 'lamp' })).toThrow(/targetBytes/);
  });
});
