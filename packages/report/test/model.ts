// A small trained-looking model, its packed file and its outputs, for the tests.
import { createRandom } from '@gcompress/core';
import { kMeans } from '@gcompress/kmeans';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { lowRank } from '@gcompress/lowrank';
import { lowRankFormat } from '@gcompress/lowrank/format';
import { type PackResult, pack } from '@gcompress/packed';
import { rowDecoder } from '@gcompress/packed/formats';
import { packedModel } from '@gcompress/packed/load';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import type { PlainTensor } from '../src/index.ts';

/** Decoders of the formats that {@link packedExample} uses. */
export const FORMATS = [rowDecoder(kMeansFormat), rowDecoder(lowRankFormat)];

/** Artifacts of a network of 8 × 8 pictures with five classes; its weights are drawn from a seed. */
export async function exampleArtifacts(): Promise<tf.io.ModelArtifacts> {
  const model = tf.sequential();
  model.add(tf.layers.conv2d({ name: 'conv', inputShape: [8, 8, 1], filters: 16, kernelSize: 3, activation: 'relu' }));
  model.add(tf.layers.conv2d({ name: 'tiny', filters: 4, kernelSize: 1 }));
  model.add(tf.layers.flatten());
  model.add(tf.layers.dense({ name: 'hidden', units: 40, activation: 'relu' }));
  model.add(tf.layers.dense({ name: 'wide', units: 32, activation: 'relu' }));
  model.add(tf.layers.dense({ name: 'out', units: 5, activation: 'softmax' }));
  const random = createRandom(5);
  const draw = (tensor: tf.Tensor) =>
    tf.tensor(
      Float32Array.from({ length: tensor.size }, () => (2 * random.normal()) / Math.sqrt(tensor.shape[0] as number)),
      tensor.shape,
    );
  model.setWeights(model.getWeights().map(draw));
  return artifactsOf(model);
}

/** The artifacts that a model's `save` passes to its handler. */
export async function artifactsOf(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  let saved: tf.io.ModelArtifacts | undefined;
  const handler = tf.io.withSaveHandler(async (artifacts) => {
    saved = artifacts;
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
  });
  await model.save(handler);
  return saved as tf.io.ModelArtifacts;
}

/** The example packed by three methods: uniform levels, a codebook, and a low rank. */
export function packedExample(artifacts: tf.io.ModelArtifacts): Promise<PackResult> {
  return pack(artifacts, {
    method: ({ name }) => {
      if (name.startsWith('hidden')) return lowRank({ rank: 6 });
      return name.startsWith('wide') ? kMeans({ levels: 8 }) : uniform({ bits: 4, steps: 'column' });
    },
    minElements: 100,
  });
}

/** Inputs of the example `[count, 8, 8, 1]` from 0 to 1. */
export function exampleInputs(count: number): PlainTensor {
  const random = createRandom(9);
  return { shape: [count, 8, 8, 1], data: Float32Array.from({ length: 64 * count }, () => random.uniform()) };
}

/** The first output of a model for inputs. */
export async function outputsOf(
  handler: tf.io.IOHandler | tf.io.ModelArtifacts,
  inputs: PlainTensor,
): Promise<PlainTensor> {
  const model = await tf.loadLayersModel(
    'load' in handler ? handler : { load: async () => handler as tf.io.ModelArtifacts },
  );
  const answer = tf.tidy(() => model.predict(tf.tensor(inputs.data, [...inputs.shape])) as tf.Tensor);
  const data = (await answer.data()) as Float32Array;
  tf.dispose(answer);
  model.dispose();
  return { shape: answer.shape, data };
}

/** The packed example as a handler. */
export function loadedExample(bytes: Uint8Array): tf.io.IOHandler {
  return packedModel(bytes, { formats: FORMATS });
}
