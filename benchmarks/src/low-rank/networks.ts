// Trains a dense 784-300-100-10 network, and low-rank networks from it, each in its own way.
import { calibrate } from '@gcompress/calibration';
import { type Matrix, type MatrixCompressor, matrix } from '@gcompress/core';
import { network } from '@gcompress/example-mnist/network';
import { allocateRanks, lowRank, lowRankSparse } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import { productSquaredNorm } from '@gcompress/tfjs';
import { constantRate, cosineDecay } from '@gcompress/tfjs/callbacks';
import { compressModel, stripCompression } from '@gcompress/tfjs/layers';
import * as tf from '@tensorflow/tfjs';
import { type Data, stepsPerEpoch, train } from './training.ts';

/** Epochs that all networks of a seed share, and epochs after them. */
export const SHARED = 6;
export const EPOCHS = 6;
/** The learning rate of the shared epochs. */
const SHARED_RATE = 1e-3;
/** Layers with low rank; the last one, of 1,000 weights, stays dense. */
const LAYERS = ['fc1', 'fc2'] as const;
/** Images that the moments come from. */
const CALIBRATION = 4096;

/** One way to train low-rank networks. */
export interface Variant {
  /** Whether the split at the switch keeps the outputs, with moments gathered by then, or the entries. */
  readonly whitened: boolean;
  /** The same ratio for each layer, or a common ratio with ranks from the singular values of the matrices or of their outputs. */
  readonly ranks: 'equal ratio' | 'entries' | 'outputs';
  /** Weight decay of the product or of each factor, after the switch. */
  readonly decay?: { readonly of: 'product' | 'factors'; readonly rate: number };
  /** The part of the entries that have values of their own, at positions drawn from a seed, in the place of some ranks. */
  readonly density?: number;
}

/** A dense network after the shared epochs. */
export async function startDense(data: Data, seed: number): Promise<tf.LayersModel> {
  const model = network(seed);
  const steps = [0, SHARED * stepsPerEpoch(data)] as const;
  await train(model, data, { seed, rate: constantRate(SHARED_RATE), steps, epochsBefore: 0 });
  return model;
}

/** Trains the dense network on, at a learning rate that falls from `rate` to 0 along half a cosine. */
export async function goOnDense(model: tf.LayersModel, data: Data, seed: number, rate: number): Promise<void> {
  const of = EPOCHS * stepsPerEpoch(data);
  await train(model, data, {
    seed,
    rate: cosineDecay({ initial: rate, steps: of }),
    steps: [0, of],
    epochsBefore: SHARED,
  });
}

/** A low-rank network at the same kind of learning rate, trained from a dense one for as many steps as that trains on, and its ranks. */
export async function trainLowRank(
  dense: tf.LayersModel,
  data: Data,
  { seed, rate, ratio, variant }: { seed: number; rate: number; ratio: number; variant: Variant },
): Promise<{ readonly model: tf.LayersModel; readonly ranks: readonly number[] }> {
  const of = EPOCHS * stepsPerEpoch(data);
  const [begin, end] = [Math.round(0.02 * of), Math.round(0.05 * of)];
  const images = tf.tensor2d(data.train.images.subarray(0, CALIBRATION * 784), [CALIBRATION, 784]);
  try {
    const ranks = await ranksFor(dense, images, variant.ranks, ratio);
    const compressed = compressModel(dense, {
      method: lowRank({ ratio }),
      schedule: linearAlpha({ begin, end, frequency: Math.floor((end - begin) / 5) }),
      rules: LAYERS.map((name, at) => ({ name, method: methodFor(dense, name, ranks[at], variant) })),
      ...(variant.whitened && {
        inputMoments: async () => (await calibrate(compressed.model, images, { batchSize: 512 })).moments,
      }),
    });
    const common = { seed, rate: cosineDecay({ initial: rate, steps: of }), epochsBefore: SHARED };
    // Values at their positions train only in the compressed layers; products go on in stock layers
    const switched = variant.density === undefined ? end + 1 : of;
    await train(compressed.model, data, { ...common, steps: [0, switched], callback: compressed.callback });
    const model = stripCompression(compressed.model);
    compressed.model.dispose();
    if (variant.decay) addDecay(model, variant.decay);
    if (switched < of) await train(model, data, { ...common, steps: [switched, of] });
    return { model, ranks };
  } finally {
    images.dispose();
  }
}

/** Low rank of this rank, or of as many bytes with values at some positions. */
function methodFor(dense: tf.LayersModel, name: string, rank: number, { density }: Variant): MatrixCompressor {
  const method = lowRank({ rank });
  if (density === undefined) return method;
  return lowRankSparse({ bytes: method.plan(kernelOf(dense, name).shape).byteLength, density });
}

async function ranksFor(
  dense: tf.LayersModel,
  images: tf.Tensor2D,
  from: Variant['ranks'],
  ratio: number,
): Promise<readonly number[]> {
  const kernels = Object.fromEntries(LAYERS.map((name) => [`${name}/kernel`, kernelOf(dense, name)]));
  if (from === 'equal ratio') {
    return Object.values(kernels).map((kernel) => lowRank({ ratio }).plan(kernel.shape).factors.b.shape[1]);
  }
  const { moments } = await calibrate(dense, images, { batchSize: 512 });
  const ranks = allocateRanks(kernels, { ratio }, from === 'outputs' ? { inputMoments: moments } : {});
  return LAYERS.map((name) => ranks[`${name}/kernel`]);
}

function kernelOf(model: tf.LayersModel, name: string): Matrix {
  const kernel = model.getLayer(name).weights[0].read() as tf.Tensor2D;
  return matrix(kernel.shape, Float32Array.from(kernel.dataSync()));
}

/** Adds a term of `rate/2` times squared norms to the loss: of each product of two layers, or of their kernels. */
function addDecay(model: tf.LayersModel, { of, rate }: NonNullable<Variant['decay']>): void {
  for (const name of LAYERS) {
    const pair = [`${name}_b`, name].map((one) => model.getLayer(one));
    pair[0].addLoss(() => {
      const [b, c] = pair.map((layer) => layer.weights[0].read() as tf.Tensor2D);
      const norm =
        of === 'product' ? productSquaredNorm([b, c]) : tf.add(productSquaredNorm([b]), productSquaredNorm([c]));
      return tf.mul(norm, rate / 2) as tf.Scalar;
    });
  }
}
