// Kernels that the backend had wrong equal those of cpu over random shapes, strides, paddings and signs.
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectAgreement, normal, on, startBackends } from './both-backends.ts';

beforeAll(startBackends);

const side = fc.integer({ min: 1, max: 3 });
const cases = fc.record({
  size: fc.integer({ min: 3, max: 7 }),
  window: side,
  stride: side,
  pad: fc.constantFrom<('same' | 'valid')[]>('same', 'valid'),
  sign: fc.constantFrom('mixed', 'negative', 'zero'),
  channels: side,
  seed: fc.nat(1000),
});
const options = { numRuns: 20, seed: 3 };

function signed(shape: number[], sign: string, seed: number): tf.Tensor {
  const x = normal(shape, seed);
  if (sign === 'mixed') return x;
  return sign === 'negative' ? tf.neg(tf.abs(x)) : tf.zerosLike(x);
}

/** The gradient of `compute` for an output gradient without equal values. */
function gradientOf(compute: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor): tf.Tensor {
  return tf.grad((input) => {
    const y = compute(input);
    return tf.sum(tf.mul(y, normal(y.shape, 9)));
  })(x);
}

describe('kernels of wasm that were wrong', () => {
  it('gives the gradient to the largest value of a window also where that is below 0', () => {
    const { values } = on('wasm', () =>
      tf.grad((x) => tf.sum(tf.maxPool(x as tf.Tensor4D, [1, 2], [1, 2], 'valid')))(
        tf.tensor4d([-1, 2, -3, -4], [1, 1, 4, 1]),
      ),
    );
    expect(values).toEqual([0, 1, 1, 0]);
  });

  it('pools as cpu does in 2-D and 3-D, with the same gradients', () => {
    fc.assert(
      fc.property(cases, ({ size, window, stride, pad, sign, channels, seed }) => {
        const flat = () => signed([2, size, size + 1, channels], sign, seed);
        const deep = () => signed([1, size, 3, size, channels], sign, seed);
        for (const [x, pool] of [
          [flat, (input: tf.Tensor) => tf.maxPool(input as tf.Tensor4D, window, stride, pad)],
          [flat, (input: tf.Tensor) => tf.avgPool(input as tf.Tensor4D, window, stride, pad)],
          [deep, (input: tf.Tensor) => tf.maxPool3d(input as tf.Tensor5D, window, stride, pad)],
          [deep, (input: tf.Tensor) => tf.avgPool3d(input as tf.Tensor5D, window, stride, pad)],
        ] as const) {
          expectAgreement(() => pool(x()));
          expectAgreement(() => gradientOf(pool, x()));
        }
      }),
      options,
    );
  });

  it('convolves with same padding where the stride leaves values over, and in 3-D has the gradients of cpu', () => {
    fc.assert(
      fc.property(cases, ({ size, window, stride, pad, channels, seed }) => {
        const image = () => normal([2, size, size + 1, channels], seed) as tf.Tensor4D;
        const filter = () => normal([window, 1, channels, 2], seed + 1) as tf.Tensor4D;
        expectAgreement(() => tf.conv2d(image(), filter(), stride, pad));
        expectAgreement(() => tf.depthwiseConv2d(image(), filter(), stride, pad));
        expectAgreement(() =>
          tf.fused.conv2d({ x: image(), filter: filter(), strides: stride, pad, activation: 'relu' }),
        );
        const volume = () => normal([1, size, 3, size, channels], seed) as tf.Tensor5D;
        const weights = () => normal([window, 2, 1, channels, 2], seed + 1) as tf.Tensor5D;
        for (const which of [0, 1]) {
          expectAgreement(
            () =>
              tf.grads((x, w) => tf.sum(tf.square(tf.conv3d(x as tf.Tensor5D, w as tf.Tensor5D, stride, pad))))([
                volume(),
                weights(),
              ])[which],
          );
        }
      }),
      options,
    );
  });
});
