// A job that trains a small classifier for some steps: work as the jobs of a sweep do it, on the processor and in memory.
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

/** What a job trains. */
export type TrainingConfiguration = { readonly seed: number; readonly steps: number };

const [EXAMPLES, INPUTS, HIDDEN, CLASSES] = [64, 784, 300, 10];

/** Trains a network of 784-300-10 units on drawn examples; the same loss for the same configuration. */
export default async function trainingJob({ seed, steps }: TrainingConfiguration): Promise<{ readonly loss: number }> {
  await tf.setBackend('wasm');
  const kernelInitializer = tf.initializers.glorotNormal({ seed });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [INPUTS], units: HIDDEN, activation: 'relu', kernelInitializer }),
      tf.layers.dense({ units: CLASSES, activation: 'softmax', kernelInitializer }),
    ],
  });
  model.compile({ optimizer: tf.train.sgd(0.01), loss: 'categoricalCrossentropy' });
  const x = tf.randomNormal([EXAMPLES, INPUTS], 0, 1, 'float32', seed);
  const y = tf.tidy(() => tf.oneHot(x.slice([0, 0], [-1, CLASSES]).argMax(1), CLASSES));
  try {
    let loss = Number.NaN;
    for (let step = 0; step < steps; step++) loss = Number(await model.trainOnBatch(x, y));
    return { loss };
  } finally {
    tf.dispose([x, y]);
    model.dispose();
  }
}
