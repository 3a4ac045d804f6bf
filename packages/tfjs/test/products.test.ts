import { cpuOps, isGCompressError } from '@gcompress/core';
import { lowRank } from '@gcompress/lowrank';
import { assertClose, normalMatrix } from '@gcompress/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { everyMethod } from './methods.ts';
import { blended, fourSteps, runSteps, taken, useOperators } from './operators.ts';

const original = normalMatrix([8, 12]);
const close = { absolute: 1e-5 };
const operatorOn = useOperators({ compressor: lowRank({ rank: 2 }), schedule: fourSteps });

/** Inputs of one to four axes whose last side is this. */
const inputs = (side: number) => [[side], [5, side], [2, 3, side], [2, 1, 3, side]];
const rows = (side: number, shape: readonly number[]) =>
  normalMatrix([tf.util.sizeFromShape([...shape]) / side, side], 2);

describe.each(everyMethod)('%s', (_, compressor) => {
  it.each([0, 2, 4])(
    'multiplies inputs of any rank by the matrix and its transpose, after %i updates',
    async (updates) => {
      const op = operatorOn(original, { compressor });
      await runSteps(op, updates);
      const w = blended(op);
      const byTranspose = cpuOps.transpose(w);
      for (const [from, to, transpose, right] of [
        [8, 12, false, w],
        [12, 8, true, byTranspose],
      ] as const) {
        for (const shape of inputs(from)) {
          const left = rows(from, shape);
          const x = tf.tensor(left.data, shape);
          for (const training of [true, false]) {
            const product = taken(op.applyMatMul(x, { training, transpose }));
            expect(product.shape).toEqual([...shape.slice(0, -1), to]);
            assertClose(product.data, cpuOps.matMul(left, right).data, close);
          }
          x.dispose();
        }
      }
    },
  );

  it('multiplies the input and the state of an LSTM cell', async () => {
    const op = operatorOn(original, { compressor });
    await runSteps(op, 2);
    const concatenated = normalMatrix([3, 8], 4);
    const [x, h] = tf.tidy(() => tf.split(tf.tensor2d(concatenated.data, [3, 8]), [5, 3], 1));
    for (const training of [true, false]) {
      const mixed = taken(op.applyMix([x, h], { training }));
      expect(mixed.shape).toEqual([3, 12]);
      assertClose(mixed.data, cpuOps.matMul(concatenated, blended(op)).data, close);
    }
    tf.dispose([x, h]);
  });
});

it('an embedding and the softmax after it can share one table', async () => {
  const op = operatorOn(original);
  await runSteps(op, 2);
  const logits = taken(
    tf.tidy(() => op.applyMatMul(op.applyLookup(tf.tensor1d([6, 1], 'int32')), { transpose: true })),
  );
  const w = blended(op);
  const embedded = cpuOps.gather(w, { shape: [2], data: Int32Array.of(6, 1) });
  expect(logits.shape).toEqual([2, 8]);
  assertClose(logits.data, cpuOps.matMul(embedded, cpuOps.transpose(w)).data, close);
});

it('a product with an empty batch is empty', () => {
  const x = tf.zeros([0, 8]);
  expect(taken(operatorOn(original).applyMatMul(x)).shape).toEqual([0, 12]);
  x.dispose();
});

it('refuses an input whose side differs from the matrix, and names both sizes', () => {
  const op = operatorOn(original, { name: 'fc1' });
  const refused = (x: tf.Tensor, call: (x: tf.Tensor) => tf.Tensor, message: string) => {
    const attempt = () => call(x);
    expect(attempt).toThrow(expect.toSatisfy((error) => isGCompressError(error, 'shape-mismatch')));
    expect(attempt).toThrow(message);
    x.dispose();
  };
  refused(
    tf.zeros([3, 12]),
    (x) => op.applyMatMul(x),
    "applyMatMul of 'fc1': expected a tensor with a last side of 8, got [3, 12]",
  );
  refused(tf.zeros([3, 8]), (x) => op.applyMatMul(x, { transpose: true }), 'a last side of 12, got [3, 8]');
  refused(tf.scalar(1), (x) => op.applyMatMul(x), 'got []');
  refused(tf.zeros([3, 3]), (x) => op.applyMix([x, x]), 'a last side of 8, got [3, 6]');
});
