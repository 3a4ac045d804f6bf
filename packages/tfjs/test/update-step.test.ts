import { type Algorithm, defineMethod, isGCompressError, type Matrix, type MatrixCompressor } from '@gcompress/core';
import { lowRank, lowRankFormat } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import { normalMatrix } from '@gcompress/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { TfCompressionOp } from '../src/index.ts';
import { fourSteps, runSteps, useOperators, valuesOf } from './operators.ts';

const original = normalMatrix([8, 6]);
const compressor = lowRank({ rank: 2 });
const code = (expected: string) => expect.toSatisfy((error) => isGCompressError(error, expected));

const operatorOn = useOperators({ compressor, schedule: fourSteps });

/** The low-rank method with a factorization that is not finished at once. */
function slowLowRank(finish: (matrix: Matrix) => Promise<void>): MatrixCompressor {
  const factorize: Algorithm<'b' | 'c'>['factorize'] = async (matrix) => {
    await finish(matrix);
    return compressor.compress(matrix).factors;
  };
  const { plan } = compressor;
  const method = defineMethod<object, 'b' | 'c'>({
    name: 'test/slow',
    format: lowRankFormat,
    create: () => ({ options: {}, plan, factorize }),
  });
  return method({});
}

/** All values that an operator holds. */
function everything({ variables, relativeErrorAtCompression }: TfCompressionOp): unknown {
  const { matrix, factors, alpha, state } = variables;
  const values = [matrix, ...Object.values(factors), alpha, state].map(valuesOf);
  return { values, relativeErrorAtCompression };
}

const assign = (variable: tf.Variable, tensor: () => tf.Tensor) => tf.tidy(() => variable.assign(tensor()));

describe('runUpdateStep', () => {
  it('is idle, compresses, or lowers alpha, as the schedule says, and counts steps', async () => {
    const op = operatorOn(original, { schedule: linearAlpha({ begin: 2, end: 6, frequency: 2 }) });
    const seen: unknown[] = [];
    for (let step = 0; step < 8; step++) seen.push([await op.runUpdateStep(step), op.alpha, op.state.steps]);
    const third = 1 - 1 / 3;
    expect(seen).toEqual([
      ['idle', 1, 1],
      ['idle', 1, 2],
      ['compressed', third, 3],
      ['idle', third, 4],
      ['decayed', 1 - 2 / 3, 5],
      ['idle', 1 - 2 / 3, 6],
      ['decayed', 0, 7],
      ['idle', 0, 8],
    ]);
    expect(op.state).toEqual({ updates: 3, lastUpdateStep: 6, steps: 8 });
    expect(valuesOf(op.variables.state).data).toEqual(Float32Array.of(3, 6, 8));
  });

  it('computes the factors of A once, leaves A, and then leaves the factors to training', async () => {
    const op = operatorOn(original);
    await runSteps(op, 1);
    const { b, c } = op.variables.factors;
    const direct = compressor.compress(original).factors;
    expect([valuesOf(b).data, valuesOf(c).data]).toEqual([direct.b.data, direct.c.data]);
    assign(b, () => tf.ones([8, 2]));
    await op.runUpdateStep(1);
    expect(valuesOf(b).data.every((entry) => entry === 1)).toBe(true);
    expect(valuesOf(op.variables.matrix).data).toEqual(original.data);
  });

  it('computes the factors again if the schedule says so', async () => {
    const schedule = linearAlpha({ begin: 0, end: 3, frequency: 1, refactorEvery: 2 });
    const op = operatorOn(original, { schedule });
    const results = [];
    for (let step = 0; step < 4; step++) {
      assign(op.variables.factors.b, () => tf.zeros([8, 2]));
      results.push(await op.runUpdateStep(step));
    }
    expect(results).toEqual(['compressed', 'decayed', 'compressed', 'decayed']);
  });

  it('awaits an asynchronous compressor', async () => {
    const op = operatorOn(original, { compressor: slowLowRank(async () => {}) });
    await runSteps(op, 1);
    expect((await op.toCompressedMatrix()).factors).toEqual(compressor.compress(original).factors);
  });

  it('continues from a checkpoint that was loaded into its variables', async () => {
    const [first, second] = [operatorOn(original, { name: 'first' }), operatorOn(original, { name: 'second' })];
    await runSteps(first, 2);
    const [from, to] = [first.variables, second.variables];
    for (const name of ['b', 'c']) assign(to.factors[name], () => from.factors[name].clone());
    assign(to.alpha, () => from.alpha.clone());
    assign(to.state, () => from.state.clone());
    expect(second.alpha).toBe(0.5);
    expect(await second.runUpdateStep(2)).toBe('decayed');
    expect(second.state).toEqual({ updates: 3, lastUpdateStep: 2, steps: 3 });
  });
});

describe('a failure changes nothing', () => {
  it('when the matrix cannot be compressed; the step works after the matrix is repaired', async () => {
    const broken = { ...original, data: original.data.map((entry, i) => (i === 11 ? Number.NaN : entry)) };
    const op = operatorOn(broken);
    const before = everything(op);
    await expect(op.runUpdateStep(0)).rejects.toThrow(code('non-finite'));
    await expect(op.runUpdateStep(0)).rejects.toThrow('got NaN at row 1, column 5');
    expect(everything(op)).toEqual(before);
    assign(op.variables.matrix, () => tf.tensor2d(original.data, [8, 6]));
    expect(await op.runUpdateStep(0)).toBe('compressed');
  });

  it('when an asynchronous compressor fails', async () => {
    const op = operatorOn(original, {
      compressor: slowLowRank(async () => {
        throw new Error('out of luck');
      }),
    });
    const before = everything(op);
    await expect(op.runUpdateStep(0)).rejects.toThrow('out of luck');
    expect(everything(op)).toEqual(before);
  });

  it('when the step is invalid', async () => {
    const op = operatorOn(original);
    const before = everything(op);
    for (const step of [-1, 0.5, Number.NaN]) {
      await expect(op.runUpdateStep(step)).rejects.toThrow(code('invalid-option'));
    }
    expect(everything(op)).toEqual(before);
  });

  it('when the operator is disposed while it compresses', async () => {
    const op = operatorOn(original, { compressor: slowLowRank(async () => op.dispose()) });
    await expect(op.runUpdateStep(0)).rejects.toThrow(code('disposed'));
  });
});
