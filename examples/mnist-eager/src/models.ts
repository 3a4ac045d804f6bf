// The models of the program.
import { inputOutput } from '@gcompress/blocks';
import { GCompressError } from '@gcompress/core';
import { dictLearn } from '@gcompress/dictlearn';
import { type CompressionHParams, CompressionWrapper } from '@gcompress/graph-compression';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { simhash } from '@gcompress/simhash';
import * as tf from '@tensorflow/tfjs';
import { compressedConv2d } from './conv-layer.ts';
import { compressedDense, dense } from './dense-layer.ts';
import { type Layer, linear } from './layer.ts';
import { compressedLinear } from './linear-layer.ts';

/** A network in plain variables. */
export interface Model {
  /** Its layers by name, in their order. */
  readonly layers: ReadonlyMap<string, Layer>;
  /** The weight of the uncompressed matrices; undefined where there are none. */
  readonly alpha: number | undefined;
  /** Scores `[batch, 10]` of pictures `[batch, 784]`. */
  logits(images: tf.Tensor2D, training: boolean): tf.Tensor2D;
  /** Runs the update of the compression after a step, counted from 0. */
  runUpdateStep(step: number): Promise<void>;
  dispose(): void;
}

/**
 * 784 → `hidden` → 10 with two compressed linear layers.
 *
 * @throws GCompressError `invalid-option` when the hyperparameters mean no compression; otherwise as the compressor does.
 */
export function twoLayerModel(hidden: number, hparams: CompressionHParams, seed: number): Model {
  const compression = new CompressionWrapper([lowRank, simhash, dictLearn, kMeans]).getApplyCompression(hparams);
  if (!compression) throw wrongOption('a compression', hparams);
  const layers = new Map([
    [
      'hidden',
      compressedLinear(compression, { name: 'hidden', inputs: 784, units: hidden, activation: tf.relu, seed }),
    ],
    [
      'scores',
      compressedLinear(compression, { name: 'scores', inputs: hidden, units: 10, activation: linear, seed: seed + 1 }),
    ],
  ]);
  return {
    layers,
    get alpha() {
      return Math.max(...compression.ops.map((op) => op.alpha));
    },
    logits: (images, training) => tf.tidy(() => through(layers, images, training)),
    async runUpdateStep(step) {
      await compression.runUpdateStep(step);
    },
    dispose: () => disposeAll(layers),
  };
}

/**
 * LeNet-5 with compressed convolutions (`rank`) and a dense layer whose inputs are compressed (`input_block_size`,
 * `input_compression_factor`).
 *
 * @throws GCompressError `invalid-option` for another option of compression or sizes that do not divide.
 */
export async function leNet5(hparams: CompressionHParams, seed: number): Promise<Model> {
  const { compressionOption, rank, inputBlockSize, inputCompressionFactor } = hparams;
  if (compressionOption !== 'input-output') throw wrongOption('compression_option=9 (input-output)', hparams);
  const shared = { window: 5, rank, activation: tf.relu };
  const shortened = inputOutput({
    input: { block: inputBlockSize, factor: inputCompressionFactor },
    start: 'random',
    seed,
    allowLarger: true,
  });
  const layers = new Map([
    ['conv1', compressedConv2d({ ...shared, channels: 1, filters: 6, seed: seed + 1 })],
    ['conv2', compressedConv2d({ ...shared, channels: 6, filters: 16, seed: seed + 2 })],
    ['conv3', compressedConv2d({ ...shared, channels: 16, filters: 120, seed: seed + 3 })],
    ['dense', await compressedDense(shortened, [7 * 7 * 120, 84], tf.relu)],
    ['scores', dense([84, 10], linear, seed + 4)],
  ]);
  const before: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
    conv1: (x) => x.reshape([-1, 28, 28, 1]),
    conv2: halved,
    conv3: halved,
    dense: (x) => x.reshape([x.shape[0], -1]),
  };
  return {
    layers,
    alpha: undefined,
    logits: (images, training) => tf.tidy(() => through(layers, images, training, before)),
    runUpdateStep: async () => {},
    dispose: () => disposeAll(layers),
  };
}

/** The output of the last layer; `before` is what happens to the input of some. */
function through(
  layers: Model['layers'],
  images: tf.Tensor2D,
  training: boolean,
  before: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {},
): tf.Tensor2D {
  let x: tf.Tensor = images;
  for (const [name, layer] of layers) x = layer.call(before[name]?.(x) ?? x, training);
  return x as tf.Tensor2D;
}

const halved = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'same');

function disposeAll(layers: Model['layers']): void {
  for (const layer of layers.values()) layer.dispose();
}

function wrongOption(expected: string, { compressionOption }: CompressionHParams): GCompressError {
  return new GCompressError('invalid-option', {
    where: '--compression_hparams',
    expected,
    actual: `'${compressionOption}'`,
  });
}
