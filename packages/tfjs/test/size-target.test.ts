// Several operators are trained to a size together.
import { createRandom, type Matrix, matrix } from '@gcompress/core';
import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { SizeTarget, type TfCompressionOp } from '../src/index.ts';
import { useOperators } from './operators.ts';

const STEPS = 12;
const schedule = linearAlpha({ begin: 0, end: STEPS - 1, frequency: 1, refactorEvery: 1 });
const create = useOperators({ compressor: uniform({ lambda: 1e-2 }), schedule });

function normal(shape: readonly [number, number], seed: number): Matrix {
  const random = createRandom(seed);
  return matrix(
    shape,
    Float32Array.from({ length: shape[0] * shape[1] }, () => random.normal()),
  );
}

/** Two layers, 40 → 60 → 20. */
function operators(): TfCompressionOp[] {
  return [create(normal([40, 60], 1)), create(normal([60, 20], 2))];
}

const sizeOf = (ops: readonly TfCompressionOp[]) => ops.reduce((sum, op) => sum + op.byteLengthSync(), 0);

/** Moves every matrix a little, as an optimizer would. */
function move(ops: readonly TfCompressionOp[], step: number): void {
  for (const { variables } of ops) {
    tf.tidy(() => variables.matrix.assign(tf.mul(variables.matrix, 1 + 0.02 * Math.sin(step))));
  }
}

describe('a size target', () => {
  it.each([3000, 1500, 800, 500, 300])(
    'of %d bytes is hit within 3 percent, and the size falls on the way',
    async (bytes) => {
      const ops = operators();
      const target = new SizeTarget(ops, { bytes });
      await target.assertReachable();
      const sizes: number[] = [];
      for (let step = 0; step < STEPS; step++) {
        expect(await target.runUpdateStep(step)).toEqual(['compressed', 'compressed']);
        sizes.push(await target.byteLength());
        move(ops, step);
      }
      expect(ops.map(({ alpha }) => alpha)).toEqual([0, 0]);
      expect(sizeOf(ops)).toBe(sizes.at(-1));
      expect(sizes.at(-1)).toBeLessThanOrEqual(bytes);
      expect(sizes.at(-1)).toBeGreaterThanOrEqual(0.97 * bytes);
      // Alpha is below one half
      for (const size of sizes.slice(STEPS / 2)) expect(size).toBeLessThanOrEqual(bytes);
      if (bytes < 1800) expect(sizes[0]).toBeGreaterThan(sizes[4]);
    },
  );

  it('takes 97 percent also where the last compression comes before alpha is 0', async () => {
    const early = linearAlpha({ begin: 0, end: STEPS - 1, frequency: 1, refactorEvery: 2 });
    const ops = [create(normal([40, 60], 1), { schedule: early }), create(normal([60, 20], 2), { schedule: early })];
    const target = new SizeTarget(ops, { bytes: 800 });
    for (let step = 0; step < STEPS; step++) {
      // Fewer entries then reach the first level of their grids
      if (step === STEPS - 2)
        for (const { variables } of ops) tf.tidy(() => variables.matrix.assign(tf.mul(variables.matrix, 0.915)));
      await target.runUpdateStep(step);
    }
    expect(ops.map(({ alpha }) => alpha)).toEqual([0, 0]);
    expect(sizeOf(ops)).toBeLessThanOrEqual(800);
    expect(sizeOf(ops)).toBeGreaterThanOrEqual(0.97 * 800);
  });

  it('gives each matrix the own price of its method times a common factor', async () => {
    const trained = async (ops: TfCompressionOp[]) => {
      const target = new SizeTarget(ops, { bytes: 900 });
      for (let step = 0; step < STEPS; step++) await target.runUpdateStep(step);
      return ops;
    };
    const plain = await trained(operators());
    const second = create(normal([60, 20], 2), { compressor: uniform({ lambda: 1e-3 }) });
    const favoured = await trained([create(normal([40, 60], 1)), second]);
    const share = (ops: readonly TfCompressionOp[]) => ops[1].byteLengthSync() / sizeOf(ops);
    expect(share(favoured)).toBeGreaterThan(1.3 * share(plain));
  });

  it('entries that became 0 stay 0, and take no part in what the model computes', async () => {
    const ops = operators();
    const target = new SizeTarget(ops, { bytes: 600 });
    for (let step = 0; step < 4; step++) await target.runUpdateStep(step);
    const zeros = ops[0].toCompressedMatrixSync().decompress().data;
    tf.tidy(() => ops[0].variables.matrix.assign(tf.fill([40, 60], 5)));
    const weight = tf.tidy(() => ops[0].apply().dataSync());
    expect(zeros.filter((value, at) => value === 0 && weight[at] !== 0)).toHaveLength(0);
    expect(zeros.filter((value, at) => value !== 0 && weight[at] === 0)).toHaveLength(0);
    await target.runUpdateStep(4);
    const after = ops[0].toCompressedMatrixSync().decompress().data;
    expect(zeros.filter((value, at) => value === 0 && after[at] !== 0)).toHaveLength(0);
  });

  it('keeps levels and trained steps once the size is reached, while they fit', async () => {
    const ops = operators();
    const target = new SizeTarget(ops, { bytes: 800 });
    for (let step = 0; step < STEPS - 3; step++) await target.runUpdateStep(step);
    const { steps } = ops[0].variables.factors;
    tf.tidy(() => (steps as tf.Variable).assign(tf.mul(steps, 1.01)));
    const [trained] = steps.dataSync();
    const expected = (await ops[0].roundedToGrid())?.decompress().data;
    await target.runUpdateStep(STEPS - 3);
    expect(steps.dataSync()[0]).toBe(trained);
    expect(ops[0].toCompressedMatrixSync().decompress().data).toEqual(expected);
  });

  it('takes the fewest entries near 0 away when levels outgrow the size', async () => {
    const ops = operators();
    const target = new SizeTarget(ops, { bytes: 800 });
    for (let step = 0; step < STEPS - 3; step++) await target.runUpdateStep(step);
    const before = ops[0].toCompressedMatrixSync().decompress().data;
    for (const { variables } of ops) tf.tidy(() => variables.matrix.assign(tf.mul(variables.matrix, 1.03)));
    const [step] = ops[0].variables.factors.steps.dataSync();
    await target.runUpdateStep(STEPS - 3);
    const after = ops[0].toCompressedMatrixSync().decompress().data;
    expect(ops[0].variables.factors.steps.dataSync()[0]).toBe(step);
    expect(await target.byteLength()).toBeLessThanOrEqual(800);
    expect(before.filter((value) => value !== 0).length).toBeGreaterThanOrEqual(
      after.filter((value) => value !== 0).length,
    );
  });

  it('gives pruned entries no gradient', async () => {
    const [op] = operators();
    await new SizeTarget([op], { bytes: 300 }).runUpdateStep(0);
    const x = tf.ones([2, 40]);
    const { grads, value } = tf.variableGrads(() => tf.sum(tf.square(op.applyMatMul(x))) as tf.Scalar);
    const gradient = grads[op.variables.matrix.name].dataSync();
    const kept = op.toCompressedMatrixSync().decompress().data;
    expect(gradient.filter((slope, at) => slope !== 0 && kept[at] === 0)).toHaveLength(0);
    expect(gradient.some((slope) => slope !== 0)).toBe(true);
    tf.dispose([x, value, grads]);
  });
});

describe('a size target refuses', () => {
  it.each<[string, () => unknown, string]>([
    ['no operators', () => new SizeTarget([], { bytes: 900 }), 'invalid-option'],
    ['anything but operators', () => new SizeTarget([{}] as never, { bytes: 900 }), 'invalid-option'],
    ['no bytes', () => new SizeTarget(operators(), { bytes: 0 }), 'invalid-option'],
    ['bytes in words', () => new SizeTarget(operators(), { bytes: '900' } as never), 'invalid-option'],
    ['a misspelt option', () => new SizeTarget(operators(), { byte: 900 } as never), 'unknown-option'],
    ['more bytes than the matrices take', () => new SizeTarget(operators(), { bytes: 1e6 }), 'invalid-option'],
    ['an alpha of 1', () => new SizeTarget(operators(), { bytes: 900, reachedAt: 1 }), 'invalid-option'],
  ])('%s', (_, make, code) => {
    expect(make).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    ['a method of a fixed size', { compressor: uniform({ bits: 2 }) }],
    ['a method without a price', { compressor: lowRank({ rank: 4 }) }],
    ['a price that grows by itself', { compressor: uniform({ lambda: { initial: 1e-3, target: 1e-2, end: 10 } }) }],
    ['a schedule that compresses once', { schedule: linearAlpha({ begin: 0, end: 9, frequency: 1 }) }],
    ['a schedule without an end', { schedule: linearAlpha({ decrement: 1e-9, refactorEvery: 1, end: 5 }) }],
  ])('%s', (_, options) => {
    const op = create(normal([40, 60], 1), options);
    expect(() => new SizeTarget([op], { bytes: 900 })).toThrow(expect.objectContaining({ code: 'unsupported' }));
  });

  it('bytes below those of empty matrices, before the training', async () => {
    const target = new SizeTarget(operators(), { bytes: 12 });
    await expect(target.assertReachable()).rejects.toMatchObject({ code: 'invalid-option' });
  });

  it('a compressor of another format for an update', async () => {
    const [op] = operators();
    const other = op.runUpdateStep(0, { compressor: lowRank({ rank: 2 }) });
    await expect(other).rejects.toMatchObject({ code: 'invalid-option' });
    expect(op.state.steps).toBe(0);
  });
});
