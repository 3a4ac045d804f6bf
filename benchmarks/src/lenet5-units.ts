// LeNet-5 as a layers model on MNIST, trained dense and then to fewer units.
import { calibrate } from '@gcompress/calibration';
import { createRandom } from '@gcompress/core';
import { type Digits, mnist } from '@gcompress/example-datasets';
import { copyShifted } from '@gcompress/example-record/shift';
import { pack } from '@gcompress/packed';
import { linearAlpha } from '@gcompress/scheduler';
import { constantRate, cosineDecay, type LearningRate, learningRateCallback } from '@gcompress/tfjs/callbacks';
import { teacherTargets } from '@gcompress/tfjs/layers';
import { removeUnits, unitCallback } from '@gcompress/units';
import * as tf from '@tensorflow/tfjs';

const BATCH = 128;
const RATE = 1e-3;
/** Images of the training set that no network trains on: all choices are made on them. */
const VALIDATION = [55_000, 60_000] as const;
/** Pixels by which training images are shifted at most, in each direction and epoch, for all networks. */
const SHIFT = 1;
/** Inputs of a calibration. */
const CALIBRATED = 1000;

/** Units of the layers: 20-50-500 before. */
export type Units = Readonly<Record<'conv1' | 'conv2' | 'fc1', number>>;

/** How long a run trains. */
export interface Recipe {
  readonly seed: number;
  /** Training images, from the first on. */
  readonly images: number;
  readonly denseEpochs: number;
  /** Units that stay after each round of gates, and the epochs of a round. */
  readonly rounds: readonly Units[];
  readonly fadeEpochs: number;
  /** Epochs of the smallest network after the rounds. */
  readonly tuneEpochs: number;
}

/** What a trained network is measured by. */
export interface Measured {
  readonly weights: number;
  readonly multiplyAdds: number;
  /** Bytes of the packed file: all weights as float16, no further compression. */
  readonly packedBytes: number;
  /** Errors in percent. */
  readonly validationError: number;
  readonly testError: number;
}

/** LeNet-5 as Caffe has it: two convolutions halved by maxima, and two Dense layers. */
export function lenet5(seed: number): tf.Sequential {
  const kernel = (layer: number) => ({ kernelInitializer: tf.initializers.heNormal({ seed: seed * 10 + layer }) });
  return tf.sequential({
    layers: [
      tf.layers.reshape({ inputShape: [784], targetShape: [28, 28, 1] }),
      tf.layers.conv2d({ filters: 20, kernelSize: 5, name: 'conv1', ...kernel(1) }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({ filters: 50, kernelSize: 5, name: 'conv2', ...kernel(2) }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 500, activation: 'relu', name: 'fc1', ...kernel(3) }),
      tf.layers.dense({ units: 10, activation: 'softmax', name: 'out', ...kernel(4) }),
    ],
  });
}

/** Trains LeNet-5 as the recipe says, `compressed` to fewer units or dense for as many epochs with the same teacher, and measures it. */
export async function trained(recipe: Recipe, compressed: boolean, log: (line: string) => void) {
  const { seed, images, denseEpochs, rounds, fadeEpochs, tuneEpochs } = recipe;
  const train = mnist('train');
  const labels = tf.oneHot(tf.tensor1d(Int32Array.from(train.labels.subarray(0, images)), 'int32'), 10);
  let epoch = 0;
  const fit = async (
    model: tf.LayersModel,
    targets: tf.Tensor,
    epochs: number,
    rate: LearningRate,
    own?: tf.Callback,
  ) => {
    model.compile({ optimizer: tf.train.adam(RATE), loss: 'categoricalCrossentropy' });
    const callbacks = [...(own ? [own] : []), learningRateCallback(rate)];
    for (let at = 0; at < epochs; at++, epoch++) {
      const { xs, order } = shiftedImages(train, images, seed, epoch);
      const ys = tf.gather(targets, order);
      const range = { epochs: at + 1, initialEpoch: at };
      await model.fit(xs, ys, { ...range, batchSize: BATCH, shuffle: false, verbose: 0, callbacks });
      tf.dispose([xs, ys, order]);
      log(`epoch ${epoch + 1}: validation error ${errorOf(model, train, ...VALIDATION).toFixed(2)} %`);
    }
  };
  const steps = Math.ceil(images / BATCH);

  const dense = lenet5(seed);
  await fit(dense, labels, denseEpochs, constantRate(RATE));
  const all = Int32Array.from({ length: images }, (_, image) => image);
  const pictures = tf.tensor2d(train.images.subarray(0, images * 784), [images, 784]);
  const targets = teacherTargets(dense, pictures, labels);
  const inputs = tf.gather(pictures, tf.tensor1d(all.subarray(0, CALIBRATED), 'int32'));
  pictures.dispose();

  let model: tf.LayersModel = dense;
  if (compressed) {
    for (const keep of rounds) {
      const { moments: inputMoments } = await calibrate(model, inputs, { batchSize: 100 });
      const schedule = linearAlpha({ begin: 0, end: Math.floor(0.8 * fadeEpochs * steps), frequency: 10 });
      const callback = unitCallback(model, { keep, schedule, inputMoments });
      await fit(model, targets, fadeEpochs, constantRate(RATE), callback);
      const { model: smaller, report } = await removeUnits(model, { removed: callback.gates.removed });
      log(String(report));
      model = smaller;
    }
  } else await fit(model, targets, fadeEpochs * rounds.length, constantRate(RATE));
  await fit(model, targets, tuneEpochs, cosineDecay({ initial: RATE, steps: tuneEpochs * steps }));
  return measured(model, train);
}

async function measured(model: tf.LayersModel, train: Digits): Promise<Measured> {
  const saved: tf.io.ModelArtifacts[] = [];
  const handler = tf.io.withSaveHandler(async (artifacts) => {
    saved.push(artifacts);
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
  });
  await model.save(handler);
  const { bytes } = await pack(saved[0], { method: () => undefined });
  // A ratio of 1 removes nothing, and reports what there is
  const { report } = await removeUnits(model, { ratio: 1 });
  return {
    weights: model.countParams(),
    multiplyAdds: report.multiplyAdds.after,
    packedBytes: bytes.length,
    validationError: errorOf(model, train, ...VALIDATION),
    testError: errorOf(model, mnist('test')),
  };
}

/** The images of an epoch in its order, each shifted by its own whole pixels, and that order. */
function shiftedImages(digits: Digits, count: number, seed: number, epoch: number) {
  const random = createRandom(seed * 1000 + epoch);
  const order = random.shuffle(Int32Array.from({ length: count }, (_, image) => image));
  const shifted = new Float32Array(count * 784);
  for (let at = 0; at < count; at++) {
    const [down, right] = [random.integer(2 * SHIFT + 1) - SHIFT, random.integer(2 * SHIFT + 1) - SHIFT];
    const picture = digits.images.subarray(order[at] * 784, (order[at] + 1) * 784);
    copyShifted(picture, shifted.subarray(at * 784, (at + 1) * 784), { down, right });
  }
  return { xs: tf.tensor2d(shifted, [count, 784]), order: tf.tensor1d(order, 'int32') };
}

/** Error in percent on the digits from `first` to before `end`. */
function errorOf(model: tf.LayersModel, digits: Digits, first = 0, end = digits.count): number {
  return tf.tidy(() => {
    const xs = tf.tensor2d(digits.images.subarray(first * 784, end * 784), [end - first, 784]);
    const predicted = tf.argMax(model.predict(xs, { batchSize: 1000 }) as tf.Tensor, 1).dataSync();
    const wrong = predicted.filter((digit, at) => digit !== digits.labels[first + at]).length;
    return (100 * wrong) / (end - first);
  });
}
