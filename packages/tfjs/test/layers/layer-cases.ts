import { createRandom, type MatrixCompressor } from '@gcompress/core';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import * as tf from '@tensorflow/tfjs';
import type { LayerRule } from '../../src/layers/index.ts';

/** A network around one kind of layer, and what becomes of it. */
export interface LayerCase {
  /** The layer, called 'it', with its input shape. */
  readonly layer: () => tf.layers.Layer;
  /** What comes after it, before 3 probabilities. */
  readonly rest?: () => tf.layers.Layer[];
  /** Whether inputs are ids below 9, not normal numbers. */
  readonly ids?: boolean;
  readonly method: MatrixCompressor;
  readonly rule?: LayerRule;
  /** Names of the matrices that are compressed. */
  readonly matrices: readonly string[];
  /** Classes of the layers that it is stripped to. */
  readonly stripped: readonly string[];
}

/** A layer of a user, which names its matrices: `x·A + (x·Bᵀ)²`, and a weight that is none. */
export class Mixing extends tf.layers.Layer {
  static readonly className: string = 'Mixing';
  #linear: tf.LayerVariable | undefined;
  #square: tf.LayerVariable | undefined;
  #offset: tf.LayerVariable | undefined;

  compressibleMatrices() {
    if (!this.#linear || !this.#square) throw new Error('not built');
    return [
      { name: 'linear', weight: this.#linear },
      { name: 'square', weight: this.#square, shape: [12, 10] as const, permutation: [1, 0] },
    ];
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = Number((inputShape as tf.Shape).at(-1));
    const normal = tf.initializers.randomNormal({ stddev: 0.2, seed: 3 });
    this.#linear = this.addWeight('linear', [channels, 10], 'float32', normal);
    this.#square = this.addWeight('square', [10, channels], 'float32', normal);
    this.#offset = this.addWeight('offset', [10], 'float32', tf.initializers.zeros(), undefined, false);
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return [...(inputShape as tf.Shape).slice(0, -1), 10];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [linear, square, offset] = [this.#linear, this.#square, this.#offset].map((weight) => weight?.read());
    return tf.tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0] : inputs;
      const product = tf.matMul(x, square as tf.Tensor, false, true);
      return tf
        .matMul(x, linear as tf.Tensor)
        .add(product.square())
        .add(offset as tf.Tensor);
    });
  }
}

const rank = (rank: number) => lowRank({ rank });
const coded = kMeans({ levels: 4 });
const image = [6, 7, 4];
const spatial = { split: 'spatial' } as const;
const convolution = { filters: 8, kernelSize: [3, 2] as [number, number], activation: 'tanh', name: 'it' } as const;
const sequence = { inputShape: [5, 8] };

export const layerCases: Readonly<Record<string, LayerCase>> = {
  'Dense, low rank': {
    layer: () => tf.layers.dense({ inputShape: [5, 8], units: 9, activation: 'relu', name: 'it' }),
    method: rank(2),
    matrices: ['it/kernel'],
    stripped: ['Dense', 'Dense'],
  },
  'Conv1D, low rank, same padding, stride': {
    layer: () =>
      tf.layers.conv1d({ inputShape: [9, 8], filters: 9, kernelSize: 3, strides: 2, padding: 'same', name: 'it' }),
    method: rank(3),
    matrices: ['it/kernel'],
    stripped: ['Conv1D', 'Conv1D'],
  },
  'Conv1D, codebook': {
    layer: () => tf.layers.conv1d({ inputShape: [9, 8], filters: 9, kernelSize: 3, name: 'it' }),
    method: coded,
    matrices: ['it/kernel'],
    stripped: ['PackedLayer'],
  },
  'Conv2D, low rank of filters, same padding, stride': {
    layer: () => tf.layers.conv2d({ ...convolution, inputShape: image, padding: 'same', strides: [2, 1] }),
    method: rank(3),
    matrices: ['it/kernel'],
    stripped: ['Conv2D', 'Conv2D'],
  },
  'Conv2D, low rank of filters, channels first, no bias': {
    layer: () =>
      tf.layers.conv2d({
        ...convolution,
        inputShape: [4, 6, 7],
        dataFormat: 'channelsFirst',
        useBias: false,
      }),
    method: rank(3),
    matrices: ['it/kernel'],
    stripped: ['Conv2D', 'Conv2D'],
  },
  'Conv2D, spatial low rank, same padding, stride': {
    layer: () => tf.layers.conv2d({ ...convolution, inputShape: image, padding: 'same', strides: [1, 2] }),
    method: rank(3),
    rule: spatial,
    matrices: ['it/kernel'],
    stripped: ['Conv2D', 'Conv2D'],
  },
  'Conv2D, spatial low rank, channels first': {
    layer: () => tf.layers.conv2d({ ...convolution, inputShape: [4, 6, 7], dataFormat: 'channelsFirst' }),
    method: rank(3),
    rule: spatial,
    matrices: ['it/kernel'],
    stripped: ['Conv2D', 'Conv2D'],
  },
  'Conv2D, spatial codebook': {
    layer: () => tf.layers.conv2d({ ...convolution, inputShape: image }),
    method: coded,
    rule: spatial,
    matrices: ['it/kernel'],
    stripped: ['PackedLayer'],
  },
  'DepthwiseConv2D, codebook': {
    layer: () =>
      tf.layers.depthwiseConv2d({ inputShape: image, kernelSize: 3, depthMultiplier: 2, strides: 2, name: 'it' }),
    method: coded,
    matrices: ['it/depthwise_kernel'],
    stripped: ['PackedLayer'],
  },
  'SeparableConv2D, low rank of the pointwise kernel': {
    layer: () =>
      tf.layers.separableConv2d({ inputShape: image, filters: 9, kernelSize: 3, depthMultiplier: 2, name: 'it' }),
    method: rank(2),
    matrices: ['it/pointwise_kernel'],
    stripped: ['PackedLayer'],
  },
  'SeparableConv2D, codebooks': {
    layer: () =>
      tf.layers.separableConv2d({ inputShape: image, filters: 9, kernelSize: 3, depthMultiplier: 2, name: 'it' }),
    method: coded,
    matrices: ['it/depthwise_kernel', 'it/pointwise_kernel'],
    stripped: ['PackedLayer'],
  },
  'Conv2DTranspose, low rank, stride': {
    layer: () => tf.layers.conv2dTranspose({ ...convolution, inputShape: [3, 4, 7], strides: 2, padding: 'same' }),
    method: rank(3),
    matrices: ['it/kernel'],
    stripped: ['Conv2D', 'Conv2DTranspose'],
  },
  'Conv2DTranspose, low rank, channels first': {
    layer: () => tf.layers.conv2dTranspose({ ...convolution, inputShape: [7, 3, 4], dataFormat: 'channelsFirst' }),
    method: rank(3),
    matrices: ['it/kernel'],
    stripped: ['Conv2D', 'Conv2DTranspose'],
  },
  'Conv2DTranspose, codebook': {
    layer: () => tf.layers.conv2dTranspose({ ...convolution, inputShape: [3, 4, 7], strides: 2 }),
    method: coded,
    matrices: ['it/kernel'],
    stripped: ['PackedLayer'],
  },
  'Embedding, low rank': {
    layer: () => tf.layers.embedding({ inputDim: 9, outputDim: 8, inputLength: 6, name: 'it' }),
    ids: true,
    method: rank(2),
    matrices: ['it/embeddings'],
    stripped: ['Embedding', 'Dense'],
  },
  'Embedding, low rank, zeros masked': {
    layer: () => tf.layers.embedding({ inputDim: 9, outputDim: 8, inputLength: 6, maskZero: true, name: 'it' }),
    rest: () => [tf.layers.lstm({ units: 3 })],
    ids: true,
    method: rank(2),
    matrices: ['it/embeddings'],
    stripped: ['Embedding', 'Dense'],
  },
  'Embedding, codebook of rows': {
    layer: () => tf.layers.embedding({ inputDim: 9, outputDim: 8, inputLength: 6, name: 'it' }),
    ids: true,
    method: kMeans({ levels: 4, blockSize: 4 }),
    matrices: ['it/embeddings'],
    stripped: ['PackedLayer'],
  },
  'SimpleRNN, low rank': {
    layer: () => tf.layers.simpleRNN({ ...sequence, units: 8, name: 'it' }),
    method: rank(2),
    matrices: ['it/kernel', 'it/recurrent_kernel'],
    stripped: ['PackedLayer'],
  },
  'LSTM, low rank': {
    layer: () => tf.layers.lstm({ ...sequence, units: 6, name: 'it' }),
    method: rank(2),
    matrices: ['it/kernel', 'it/recurrent_kernel'],
    stripped: ['PackedLayer'],
  },
  'LSTM, low rank of the recurrent kernel, sequences': {
    layer: () => tf.layers.lstm({ ...sequence, units: 6, returnSequences: true, goBackwards: true, name: 'it' }),
    method: rank(2),
    rule: { matrices: ['recurrent_kernel'] },
    matrices: ['it/recurrent_kernel'],
    stripped: ['PackedLayer'],
  },
  'GRU, codebooks': {
    layer: () => tf.layers.gru({ ...sequence, units: 6, name: 'it' }),
    method: coded,
    matrices: ['it/kernel', 'it/recurrent_kernel'],
    stripped: ['PackedLayer'],
  },
  'Bidirectional LSTM, low rank': {
    layer: () =>
      tf.layers.bidirectional({
        ...sequence,
        layer: tf.layers.lstm({ units: 6, returnSequences: true }) as tf.RNN,
        mergeMode: 'concat',
        name: 'it',
      }),
    method: rank(2),
    matrices: [
      'it/forward_kernel',
      'it/forward_recurrent_kernel',
      'it/backward_kernel',
      'it/backward_recurrent_kernel',
    ],
    stripped: ['PackedLayer'],
  },
  'Bidirectional GRU, codebooks': {
    layer: () =>
      tf.layers.bidirectional({
        ...sequence,
        layer: tf.layers.gru({ units: 4 }) as tf.RNN,
        mergeMode: 'sum',
        name: 'it',
      }),
    method: coded,
    matrices: [
      'it/forward_kernel',
      'it/forward_recurrent_kernel',
      'it/backward_kernel',
      'it/backward_recurrent_kernel',
    ],
    stripped: ['PackedLayer'],
  },
  'TimeDistributed Dense, low rank': {
    layer: () =>
      tf.layers.timeDistributed({ ...sequence, layer: tf.layers.dense({ units: 9, activation: 'tanh' }), name: 'it' }),
    method: rank(2),
    matrices: ['it/kernel'],
    stripped: ['TimeDistributed', 'TimeDistributed'],
  },
  'TimeDistributed Conv2D, codebook': {
    layer: () =>
      tf.layers.timeDistributed({
        inputShape: [2, 5, 5, 3],
        layer: tf.layers.conv2d({ filters: 4, kernelSize: 3 }),
        name: 'it',
      }),
    method: coded,
    matrices: ['it/kernel'],
    stripped: ['PackedLayer'],
  },
  'a layer of the user, low rank': {
    layer: () => new Mixing({ inputShape: [12], name: 'it' } as never),
    method: rank(2),
    matrices: ['it/linear', 'it/square'],
    stripped: ['PackedLayer'],
  },
};

/** The network of a case, and inputs and labels for it. */
export function caseNetwork({ layer, rest = () => [], ids = false }: LayerCase) {
  const model = tf.sequential({ layers: [layer(), ...rest()] });
  if (model.outputShape.length > 2) model.add(tf.layers.flatten());
  model.add(tf.layers.dense({ units: 3, activation: 'softmax', name: 'out' }));
  const random = createRandom(5);
  const shape = model.inputs[0].shape.map((side) => side ?? 16);
  const size = shape.reduce((product, side) => product * side, 1);
  const values = Array.from({ length: size }, () => (ids ? Math.floor(9 * random.uniform()) : random.normal()));
  const xs = tf.tensor(values, shape);
  const ys = tf.tidy(() =>
    tf
      .oneHot(
        tf.tensor1d(
          Array.from({ length: 16 }, (_, i) => i % 3),
          'int32',
        ),
        3,
      )
      .toFloat(),
  );
  return { model, data: { xs: xs as tf.Tensor2D, ys: ys as tf.Tensor2D, dispose: () => tf.dispose([xs, ys]) } };
}
