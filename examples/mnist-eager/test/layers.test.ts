import { inputOutput } from '@gcompress/blocks';
import { inputOutputFormat } from '@gcompress/blocks/format';
import { floatFactor } from '@gcompress/core';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import { startBackend } from '@gcompress/example-program';
import { ApplyCompression, parseHParams } from '@gcompress/graph-compression';
import { lowRank } from '@gcompress/lowrank';
import { compressAtOnce } from '@gcompress/scheduler';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compressedConv2d } from '../src/conv-layer.ts';
import { compressedDense } from '../src/dense-layer.ts';
import { linear } from '../src/layer.ts';
import { compressedLinear } from '../src/linear-layer.ts';
import { leNet5, twoLayerModel } from '../src/models.ts';

beforeAll(async () => {
  await startBackend('wasm');
});

/** Asserts that two tensors are equal to float32 sums, and frees both. */
function expectClose(actual: tf.Tensor, expected: tf.Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  expect(tf.tidy(() => tf.max(tf.abs(tf.sub(actual, expected))).dataSync()[0])).toBeLessThan(1e-5);
  tf.dispose([actual, expected]);
}

const noise = (shape: number[]) => tf.randomNormal(shape, 0, 1, 'float32', 7);

describe('compressedConv2d', () => {
  const options = { channels: 3, filters: 8, window: 5, rank: 4, activation: tf.relu, seed: 1 };

  it('is a convolution with a kernel of low rank, then bias and activation', () => {
    const layer = compressedConv2d(options);
    const [kernel, expansion, bias] = layer.trainable;
    bias.assign(noise([8]));
    const x = noise([2, 6, 7, 3]) as tf.Tensor4D;
    const whole = tf.matMul(kernel.reshape([75, 2]), expansion.reshape([2, 8])).reshape([5, 5, 3, 8]) as tf.Tensor4D;
    expectClose(layer.call(x, true), tf.relu(tf.conv2d(x, whole, 1, 'same').add(bias)));
    expect(layer.values).toEqual({ dense: 5 * 5 * 3 * 8 + 8, compressed: 5 * 5 * 3 * 2 + 2 * 8 + 8 });
    layer.dispose();
  });

  it('refuses a rank that does not divide its filters', () => {
    expect(() => compressedConv2d({ ...options, rank: 3 })).toThrow(/expected a divisor of 8 filters, got 3/);
  });
});

describe('compressedDense', () => {
  it('multiplies with what its factors stand for', async () => {
    const compressor = inputOutput({ input: { block: 6, factor: 3 }, start: 'random', seed: 2 });
    const layer = await compressedDense(compressor, [12, 5], linear);
    const [b, c, bias] = layer.trainable;
    expect([b.shape, c.shape, bias.shape]).toEqual([[6, 2], [4, 5], [5]]);
    const { config } = compressor.plan([12, 5]);
    const factor = (variable: tf.Variable) => floatFactor(variable.shape, variable.dataSync() as Float32Array);
    const factors = { b: factor(b), c: factor(c) };
    const { data } = createCompressedMatrix(inputOutputFormat, { shape: [12, 5], config, factors }).decompress();
    const x = noise([3, 12]);
    expectClose(layer.call(x, true), tf.matMul(x, tf.tensor2d(data, [12, 5])).add(bias));
    expect(layer.values).toEqual({ dense: 65, compressed: 37 });
    layer.dispose();
  });
});

describe('compressedLinear', () => {
  it('multiplies with its matrix, and after the compression with the product of its factors', async () => {
    const compression = new ApplyCompression({ compressor: lowRank({ rank: 2 }), schedule: compressAtOnce() });
    const layer = compressedLinear(compression, { name: 'layer', inputs: 9, units: 6, activation: tf.relu, seed: 3 });
    const [weights, b, c, bias] = layer.trainable;
    const x = noise([4, 9]);
    expectClose(layer.call(x, true), tf.relu(tf.matMul(x, weights as tf.Tensor2D).add(bias)));
    await compression.runUpdateStep(0);
    for (const training of [true, false]) {
      expectClose(
        layer.call(x, training),
        tf.relu(tf.matMul(tf.matMul(x, b as tf.Tensor2D), c as tf.Tensor2D).add(bias)),
      );
    }
    expect(layer.values).toEqual({ dense: 60, compressed: 36 });
    layer.dispose();
  });
});

describe('the models', () => {
  it('have the sizes of the reference', async () => {
    const before = tf.memory().numTensors;
    const two = twoLayerModel(64, parseHParams('rank=200'), 1);
    expect([...two.layers.values()].map(({ values }) => values.dense)).toEqual([784 * 64 + 64, 64 * 10 + 10]);
    two.dispose();
    const hparams = parseHParams('compression_option=9,rank=2,input_block_size=20,input_compression_factor=2');
    const model = await leNet5(hparams, 1);
    const values = [...model.layers.values()].map(({ values: { dense, compressed } }) => [dense, compressed]);
    expect(values).toEqual([
      [156, 25 * 3 + 3 * 6 + 6],
      [2416, 25 * 6 * 8 + 8 * 16 + 16],
      [48_120, 25 * 16 * 60 + 60 * 120 + 120],
      [5880 * 84 + 84, 20 * 10 + 2940 * 84 + 84],
      [850, 850],
    ]);
    expect(tf.tidy(() => model.logits(noise([2, 784]) as tf.Tensor2D, true).shape)).toEqual([2, 10]);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuse hyperparameters that they cannot have', async () => {
    expect(() => twoLayerModel(50, parseHParams('compression_option=0'), 1)).toThrow(
      /expected a compression, got 'none'/,
    );
    expect(() => twoLayerModel(50, parseHParams('compression_option=9'), 1)).toThrow('@gcompress/blocks');
    await expect(leNet5(parseHParams('rank=2'), 1)).rejects.toThrow(/expected compression_option=9 .*, got 'lowrank'/);
    await expect(leNet5(parseHParams('compression_option=9,rank=4'), 1)).rejects.toThrow(/a divisor of 6 filters/);
  });
});
