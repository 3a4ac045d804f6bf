// LeNet-5, trained here on MNIST for a few epochs.
import { type Digits, mnist } from '@gcompress/example-datasets';
import { NETWORKS } from '@gcompress/example-record/networks';
import * as tf from '@tensorflow/tfjs';
import type { ReportedModel } from './write-report.ts';

const IMAGES = 20_000;
const EPOCHS = 4;
const SEED = 1;

/** Test images that the report shows answers to; all forms run on each. */
const TESTED = 2000;

/** The trained network with the first test images of MNIST. */
export async function lenet5(): Promise<ReportedModel> {
  const network = NETWORKS['lenet-5'].build(SEED);
  network.compile({ optimizer: tf.train.adam(1e-3), loss: 'sparseCategoricalCrossentropy' });
  const digits = mnist('train', IMAGES);
  const images = imagesOf(digits);
  const labels = tf.tensor1d(Float32Array.from(digits.labels));
  // The order stays that of the file, so that the same seed gives the same network
  await network.fit(images, labels, { epochs: EPOCHS, batchSize: 32, shuffle: false, verbose: 0 });
  const artifacts = await artifactsOf(network);
  const test = mnist('test', TESTED);
  return {
    name: 'lenet-5',
    title: 'LeNet-5 on MNIST, compressed without training',
    source: `LeNet-5, trained on ${IMAGES.toLocaleString('en-US')} images for ${EPOCHS} epochs`,
    artifacts,
    bytes: 60_000,
    calibration: tf.slice(images, [0, 0, 0, 0], [512, 28, 28, 1]),
    inputs: imagesOf(test),
    inputsAre: `the first ${test.count.toLocaleString('en-US')} test images of MNIST`,
    labels: Int32Array.from(test.labels),
    classNames: Array.from({ length: 10 }, (_, digit) => String(digit)),
    batchSize: 128,
  };
}

function imagesOf({ images, count }: Digits): tf.Tensor4D {
  return tf.tensor4d(images, [count, 28, 28, 1]);
}

async function artifactsOf(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  let saved: tf.io.ModelArtifacts = {};
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  return saved;
}
