import { blockDiagonal, inputOutput, mixedBlock } from '@gcompress/blocks';
import { frobeniusNorm, fromRows, type Matrix, type MatrixCompressor, matrix, relativeError } from '@gcompress/core';
import { dictLearn } from '@gcompress/dictlearn';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import { simhash } from '@gcompress/simhash';
import { assertClose, normalMatrix } from '@gcompress/testkit';
import type { TfCompressionOp } from '@gcompress/tfjs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { taken, useOperators, valuesOf, variableOf } from '../../tfjs/test/operators.ts';
import { ApplyCompression, referenceGraph, referenceHost } from '../src/index.ts';

/* The tests of the reference for its other operators, beside those of `compression_op_test` in reference.test.ts. */

const operatorOn = useOperators({ compressor: lowRank({ rank: 1 }), schedule: linearAlpha({ begin: 0, end: 0 }) });
const outer = (column: readonly number[], row: readonly number[]) => fromRows(column.map((a) => row.map((b) => a * b)));
const shapesOf = ({ variables: { factors } }: TfCompressionOp) =>
  Object.fromEntries(Object.entries(factors).map(([name, factor]) => [name, factor.shape]));

describe('operators without a schedule', () => {
  const a = outer([1, 2, 3, 7, 8, 9, 1, 2, 5, -2, -7, -1], [4, 5, 6, 3, 1, 8, 3, 2]);
  const x = [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4];
  const random = { start: 'random', seed: 1 } as const;

  it.each([
    [
      'input/output',
      inputOutput({ input: { block: 4, factor: 2 }, output: { block: 4, factor: 2 }, ...random }),
      { b: [4, 2], c: [6, 4], d: [2, 4] },
    ],
    // The reference has a matrix [12, 8] and a mask with 48 ones
    ['block', blockDiagonal({ blocks: 2, ...random }), { blocks: [2, 6, 4], identity: [2, 2] }],
    // Its blocks lie along the last axis, and the mixers of all bases are added up
    ['mixed block, 2', mixedBlock({ blocks: 2, ...random }), { blocks: [2, 6, 4], mixer: [2, 2] }],
    ['mixed block, 4', mixedBlock({ blocks: 4, ...random }), { blocks: [4, 3, 2], mixer: [4, 4] }],
  ])('%s', async (name, compressor, shapes) => {
    const op = operatorOn(a, { compressor });
    await op.runUpdateStep(0);
    expect(shapesOf(op)).toEqual(shapes);
    for (const shape of [[1, 12], [12]]) {
      const y = taken(tf.tidy(() => op.applyMatMul(tf.tensor(x, shape))));
      expect(y.shape).toEqual([...shape.slice(0, -1), 8]);
      assertClose(y.data, (await op.toCompressedMatrix()).matMul(matrix([1, 12], x)).data, { absolute: 1e-4 });
    }
    if (name === 'block') {
      const nonzeros = taken(op.apply()).data.filter((entry) => entry !== 0);
      expect(nonzeros.length).toBe(48);
    }
  });
});

describe('two layers of one compressor', () => {
  const jittered = fromRows([4, 5, 6].map((row) => [1, 2, 3].map((column, j) => row * column + [0, 0.1, 0.02][j])));
  // There `A = [1, 2, 3]ᵀ·[4, 5, 6]` gets the jitter
  const a = fromRows([1, 2, 3].map((row) => [4, 5, 6].map((column, j) => row * column + [0, 0.1, 0.02][j])));

  it.each<[string, MatrixCompressor, Matrix]>([
    ['simhash', simhash({ percent: 200, planes: 'gaussian', scales: 'norm', refine: 0, allowLarger: true }), a],
    ['k-means', kMeans({ levels: 2, blockSize: 3 }), a],
    ['k-means of the transpose', kMeans({ levels: 2, blockSize: 3 }), jittered],
  ])('%s: nothing before step 1000, compressed at 2000', async (_, compressor, original) => {
    const schedule = linearAlpha({ begin: 1000, end: 2001, frequency: 100, decrement: 0.01 });
    const apply = new ApplyCompression({ compressor, schedule });
    const variables = ['first', 'second'].map((name) => variableOf(original, name));
    const ops = variables.map((variable) => apply.applyCompression(variable));
    expect(await apply.runUpdateStep(30)).toEqual(['idle', 'idle']);
    for (const { alpha, state, variables } of ops) {
      expect([alpha, state.lastUpdateStep]).toEqual([1, -1]);
      expect(valuesOf(variables.matrix).data.every((entry) => entry > 0)).toBe(true);
      for (const factor of Object.values(variables.factors))
        expect(valuesOf(factor).data.every((v) => v === 0)).toBe(true);
    }
    expect(await apply.runUpdateStep(2000)).toEqual(['compressed', 'compressed']);
    const direct = await compressor.compress(original);
    for (const op of ops) {
      expect(op.alpha).toBeCloseTo(0.99, 12);
      expect(op.state.lastUpdateStep).toBe(2000);
      for (const [name, factor] of Object.entries(op.variables.factors)) {
        assertClose(valuesOf(factor).data, direct.factors[name].data, { absolute: 1e-5 });
      }
    }
    apply.dispose();
    for (const variable of variables) variable.dispose();
  });

  it('simhash keeps the norm of each column', async () => {
    const compressor = simhash({ percent: 200, planes: 'gaussian', scales: 'norm', refine: 0, allowLarger: true });
    const op = operatorOn(a, { compressor });
    await op.runUpdateStep(0);
    const norms = (data: ArrayLike<number>) =>
      [0, 1, 2].map((j) =>
        frobeniusNorm(
          matrix(
            [1, 3],
            [0, 1, 2].map((i) => data[3 * i + j]),
          ),
        ),
      );
    assertClose(norms(taken(op.apply()).data), norms(a.data), { absolute: 1e-4 });
  });
});

describe('dictionary learning', () => {
  const original = normalMatrix([20, 5], 6);
  const compressor = dictLearn({ percent: 200, allowLarger: true });

  it('updates at each of three calls, two of them in one step, as from Python', async () => {
    const op = operatorOn(original, {
      compressor,
      schedule: referenceHost({ begin: 1000, end: 120_000, decrement: 0.01 }),
      // Compared with the portable result below; kernels in WebAssembly learn atoms in float32
      kernels: 'portable',
    });
    expect(frobeniusNorm(original)).toBeGreaterThan(0);
    expect(valuesOf(op.variables.factors.atoms).data.every((entry) => entry === 0)).toBe(true);
    const results = [];
    for (const step of [30, 1001, 1001, 2000]) results.push(await op.runUpdateStep(step));
    expect(results).toEqual(['idle', 'compressed', 'decayed', 'decayed']);
    const direct = compressor.compress(original).factors;
    assertClose(valuesOf(op.variables.factors.atoms).data, direct.atoms.data, { absolute: 1e-5 });
    expect(op.alpha).toBeCloseTo(0.97, 12);
    expect(op.state.lastUpdateStep).toBe(2000);
  });

  it('updates once a step by the documented rule', async () => {
    const schedule = referenceGraph({ begin: 1000, end: 120_000, frequency: 100, decrement: 0.01 });
    const op = operatorOn(original, { compressor, schedule });
    for (const step of [30, 1001, 1001, 2000]) await op.runUpdateStep(step);
    expect(op.alpha).toBeCloseTo(0.98, 12);
  });

  it('explains a table of integers better with more atoms', () => {
    const table = fromRows([
      [1, 2, 3, 4, 5],
      [10, 9, 8, 7, 6],
      [-5, -6, -7, -8, -9],
      [100, 101, 102, 103, 104],
      [20, 19, 18, 17, 16],
      [30, 39, 38, 37, 36],
      [45, 44, 43, 42, 41],
      [88, 89, 89, 80, 91],
      [54, 53, 52, 51, 50],
    ]);
    const errorAt = (percent: number) =>
      relativeError(table, dictLearn({ percent, allowLarger: true }).compress(table).decompress());
    // Measured there: 1.55 % with 0.5 of rows and columns
    expect(errorAt(200)).toBeLessThanOrEqual(0.0155);
    expect(errorAt(125)).toBeLessThanOrEqual(errorAt(200));
  });
});

it('low rank of a matrix of rank 5 at rank 5 is the matrix', () => {
  const [left, right] = [normalMatrix([10, 5], 1), normalMatrix([5, 10], 2)];
  const a = matrix(
    [10, 10],
    Array.from({ length: 100 }, (_, at) =>
      [0, 1, 2, 3, 4].reduce(
        (sum, k) => sum + left.data[Math.floor(at / 10) * 5 + k] * right.data[k * 10 + (at % 10)],
        0,
      ),
    ),
  );
  const back = lowRank({ rank: 5, allowLarger: true }).compress(a).decompress();
  expect(relativeError(a, back) * frobeniusNorm(a)).toBeLessThan(0.01);
});
