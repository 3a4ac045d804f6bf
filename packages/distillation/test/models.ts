// Small layers models with seeded weights, and inputs for them.
import { createRandom } from '@gcompress/core';
import * as tf from '@tensorflow/tfjs';

const kernelInitializer = (seed: number) => tf.initializers.glorotNormal({ seed });

/** A classifier of 12 values into 4 classes. */
export function classifier(): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.dense({
        inputShape: [12],
        units: 48,
        activation: 'relu',
        name: 'hidden',
        kernelInitializer: kernelInitializer(1),
      }),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.dense({ units: 4, activation: 'softmax', name: 'out', kernelInitializer: kernelInitializer(2) }),
    ],
  });
}

/** A convolution, BatchNorm, a transposed convolution and a recurrent layer: pictures `[4, 4, 3]` to 2 numbers. */
export function pictureNetwork(): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [4, 4, 3],
        filters: 12,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        name: 'conv',
        kernelInitializer: kernelInitializer(3),
      }),
      tf.layers.batchNormalization({ name: 'norm' }),
      tf.layers.conv2dTranspose({
        filters: 5,
        kernelSize: 3,
        padding: 'same',
        name: 'turned',
        kernelInitializer: kernelInitializer(4),
      }),
      tf.layers.reshape({ targetShape: [4, 20] }),
      tf.layers.gru({
        units: 10,
        name: 'steps',
        kernelInitializer: kernelInitializer(5),
        recurrentInitializer: kernelInitializer(6),
      }),
      tf.layers.dense({ units: 2, name: 'out', kernelInitializer: kernelInitializer(7) }),
    ],
  });
}

/** Seeded inputs `[count, …shape]`. */
export function samples(count: number, shape: readonly number[], seed = 1): tf.Tensor {
  const random = createRandom(seed);
  const size = shape.reduce((product, side) => product * side, count);
  return tf.tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    [count, ...shape],
  );
}
