// A model packed with the moments of its inputs answers closer to the original than one packed without.

import { pack } from '@gcompress/packed';
import { packedModel } from '@gcompress/packed/load';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { calibrate } from '../src/index.ts';
import { artifactsOf } from './artifacts.ts';

/** Inputs near a few directions, like the inputs of real layers. */
function inputs(samples: number, seed: number): tf.Tensor {
  return tf.tidy(() =>
    tf.matMul(tf.randomNormal([samples, 8], 0, 1, 'float32', seed), tf.randomNormal([8, 64], 0, 1, 'float32', 1)),
  );
}

it('packs a network with less error at its outputs in no more bytes', async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({
        inputShape: [64],
        units: 48,
        activation: 'relu',
        kernelInitializer: tf.initializers.glorotNormal({ seed: 3 }),
      }),
      tf.layers.dense({ units: 16, kernelInitializer: tf.initializers.glorotNormal({ seed: 4 }) }),
    ],
  });
  const [seen, unseen] = [inputs(256, 5), inputs(64, 6)];
  const { moments } = await calibrate(model, seen, { batchSize: 64 });
  const artifacts = await artifactsOf(model);
  const method = uniform({ ratio: 10 });
  const errors: number[] = [];
  const sizes: number[] = [];
  for (const options of [{ method }, { method, inputMoments: moments }]) {
    const { bytes } = await pack(artifacts, options);
    const small = await tf.loadLayersModel(packedModel(bytes));
    errors.push(
      tf.tidy(
        () => tf.norm(tf.sub(small.predict(unseen) as tf.Tensor, model.predict(unseen) as tf.Tensor)).dataSync()[0],
      ),
    );
    sizes.push(bytes.length);
    small.dispose();
  }
  expect(errors[1]).toBeLessThan(0.8 * errors[0]);
  expect(sizes[1]).toBeLessThanOrEqual(1.02 * sizes[0]);
  model.dispose();
  tf.dispose([seen, unseen]);
});

it('packs kernels of all kinds with moments: transposed, depthwise, recurrent and tables', async () => {
  const picture = tf.sequential({
    layers: [
      tf.layers.depthwiseConv2d({ inputShape: [5, 5, 4], kernelSize: 3, depthMultiplier: 2, name: 'depthwise' }),
      tf.layers.conv2dTranspose({ filters: 6, kernelSize: 3, strides: 2, name: 'transposed' }),
    ],
  });
  const words = tf.sequential({
    layers: [
      tf.layers.embedding({ inputShape: [6], inputDim: 12, outputDim: 8, name: 'table' }),
      tf.layers.bidirectional({ layer: tf.layers.lstm({ units: 5 }) as tf.RNN, mergeMode: 'concat' }),
      tf.layers.dense({ units: 4, name: 'last' }),
    ],
  });
  const seen: tf.Tensor[] = [tf.randomNormal([20, 5, 5, 4], 0, 1, 'float32', 1)];
  seen.push(tf.randomUniform([20, 6], 0, 12, 'int32', 2));
  for (const [at, model] of [picture, words].entries()) {
    const { moments, skipped } = await calibrate(model, seen[at]);
    expect([...skipped]).toEqual([]);
    const method = uniform({ bits: 4 });
    const { report } = await pack(await artifactsOf(model), { method, inputMoments: moments, minElements: 1 });
    const kernels = report.weights.filter(({ name }) => moments.has(name));
    expect(kernels).toHaveLength(moments.size);
    expect(kernels.flatMap(({ notes }) => notes).join()).not.toContain('inputMoments');
    model.dispose();
  }
  tf.dispose(seen);
});

it('refuses moments of another model', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [4], units: 80, name: 'only' })] });
  const artifacts = await artifactsOf(model);
  const moments = (size: number) => ({ size, count: 1, values: new Float64Array(size * size).fill(1) });
  for (const [name, size] of [
    ['other/kernel', 4],
    ['only/kernel', 5],
  ] as const) {
    const refused = pack(artifacts, { inputMoments: new Map([[name, moments(size)]]) });
    await expect(refused).rejects.toThrow(
      `expected moments of weights of this model, got moments of '${name}' with ${size} inputs`,
    );
  }
  model.dispose();
});
