import { createRandom } from '@gcompress/core';
import * as tf from '@tensorflow/tfjs';

/** Inputs `[count, 12]` of four classes that a small network can tell apart, and their one-hot labels. */
export function classes(count = 64, seed = 1): { readonly xs: tf.Tensor2D; readonly ys: tf.Tensor2D; dispose(): void } {
  const random = createRandom(seed);
  const inputs = new Float32Array(count * 12);
  const labels = new Float32Array(count * 4);
  for (let row = 0; row < count; row++) {
    const label = row % 4;
    labels[row * 4 + label] = 1;
    for (let col = 0; col < 12; col++) inputs[row * 12 + col] = 0.5 * random.normal() + (col % 4 === label ? 1 : 0);
  }
  const xs = tf.tensor2d(inputs, [count, 12]);
  const ys = tf.tensor2d(labels, [count, 4]);
  return { xs, ys, dispose: () => tf.dispose([xs, ys]) };
}

/** Layers 12 → 16 → 16 → 4 with seeded weights; the second one may have another number of units. */
export function smallNetwork(units = 16): tf.Sequential {
  const kernel = (seed: number) => tf.initializers.glorotUniform({ seed });
  return tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [12], units: 16, activation: 'relu', name: 'fc1', kernelInitializer: kernel(1) }),
      tf.layers.dense({ units, activation: 'tanh', name: 'fc2', kernelInitializer: kernel(2) }),
      tf.layers.dense({ units: 4, activation: 'softmax', name: 'out', kernelInitializer: kernel(3) }),
    ],
  });
}

/** Makes a model ready to train on {@link classes}. */
export function compile(model: tf.LayersModel, optimizer: string | tf.Optimizer = 'adam'): void {
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
}

/** Trains without shuffling, so that two runs see the same batches. */
export async function train(
  model: tf.LayersModel,
  data: ReturnType<typeof classes>,
  epochs: number,
  callbacks: tf.Callback[],
): Promise<number[]> {
  const options = { epochs, batchSize: 16, shuffle: false, verbose: 0, callbacks } as const;
  const { history } = await model.fit(data.xs, data.ys, options);
  return history.loss as number[];
}

/** All weights of a model by name. */
export function weightValues(model: tf.LayersModel): Record<string, number[]> {
  return Object.fromEntries(model.weights.map((weight) => [weight.originalName, Array.from(weight.read().dataSync())]));
}

/** What `save` hands to a file, with its optimizer. */
export async function savedArtifacts(model: tf.LayersModel, includeOptimizer = false): Promise<tf.io.ModelArtifacts> {
  const saved: tf.io.ModelArtifacts[] = [];
  const handler = tf.io.withSaveHandler(async (artifacts) => {
    saved.push(artifacts);
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
  });
  await model.save(handler, { includeOptimizer });
  // Through text, as a file would
  return { ...saved[0], modelTopology: JSON.parse(JSON.stringify(saved[0].modelTopology)) };
}

/** A model from what {@link savedArtifacts} gave. */
export function loadArtifacts(artifacts: tf.io.ModelArtifacts): Promise<tf.LayersModel> {
  return tf.loadLayersModel(tf.io.fromMemory(artifacts));
}

/** The largest difference between two predictions for the same inputs. */
export function predictionDifference(a: tf.LayersModel, b: tf.LayersModel, xs: tf.Tensor): number {
  return tf.tidy(() => {
    const difference = tf.sub(a.predict(xs) as tf.Tensor, b.predict(xs) as tf.Tensor);
    return difference.abs().max().dataSync()[0];
  });
}
