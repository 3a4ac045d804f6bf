// An operator tells of a form that is not smaller than the matrix: once, and with the size that it has now.
import { defineMethod, floatFactor } from '@gcompress/core';
import { packedTensor } from '@gcompress/core/storage';
import { normalMatrix } from '@gcompress/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { fourSteps, useOperators } from './operators.ts';

const listOf = (data: Float32Array) => ({ shape: [data.length], data });

/** A method that keeps all values, and stores those that are not 0: how many these are changes while the factor trains. */
const withoutZeros = defineMethod<object, 'all'>({
  name: 'test/without-zeros',
  format: {
    id: 'test/without-zeros',
    version: 1,
    reconstruct: (_, { all }) => all,
    pack: ({ factors: { all } }) => ({
      flags: { shape: all.shape, data: Uint8Array.from(all.data, (value) => Number(value !== 0)) },
      values: listOf(Float32Array.from(all.data).filter((value) => value !== 0)),
    }),
    unpack: (packed) => {
      const values = packedTensor(packed, 'values', 'float32', [null]).data;
      const flags = packedTensor(packed, 'flags', 'uint8', packed.shape).data;
      let next = 0;
      return {
        all: floatFactor(
          packed.shape,
          Float32Array.from(flags, (flag) => (flag ? values[next++] : 0)),
        ),
      };
    },
  },
  create: () => ({
    options: {},
    plan: (shape) => ({ factors: { all: { shape, dtype: 'float32', trainable: true } } }),
    factorize: ({ shape, data }) => ({ all: floatFactor(shape, Float32Array.from(data)) }),
  }),
});

const operatorOn = useOperators({ compressor: withoutZeros({}), schedule: fourSteps });

it('the size warning appears once, with the current size, also after training changed it', async () => {
  const op = operatorOn(normalMatrix([8, 6]));
  await op.runUpdateStep(0);
  for (const zeros of [0, 5, 12]) {
    const { all } = op.variables.factors;
    const values = Float32Array.from({ length: 48 }, (_, i) => (i < zeros ? 0 : 1));
    tf.tidy(() => void all.assign(tf.tensor2d(values, [8, 6])));
    // A byte for each value, and four more for each that is not 0
    const bytes = 48 + 4 * (48 - zeros);
    expect(op.warnings).toEqual([
      `test/without-zeros: ${bytes} bytes are not fewer than the 192 of the dense matrix [8, 6].`,
    ]);
  }
  const { all } = op.variables.factors;
  tf.tidy(() => void all.assign(tf.zeros([8, 6])));
  expect(op.warnings).toEqual([]);
});
