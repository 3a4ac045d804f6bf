// Random models from stock layers, their weights, and a removal by hand against which the package is compared.
import { createRandom } from '@gcompress/core';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';

/** What stands between the input and the head of a picture model. */
export type Block =
  | {
      readonly kind: 'conv';
      readonly filters: number;
      readonly size: number;
      readonly strides: number;
      readonly same: boolean;
      readonly bias: boolean;
    }
  | { readonly kind: 'depthwise'; readonly multiplier: number }
  | { readonly kind: 'separable'; readonly filters: number; readonly multiplier: number }
  | { readonly kind: 'transposed'; readonly filters: number }
  | { readonly kind: 'norm' | 'pool' | 'prelu' | 'activation' | 'dropout' | 'residual' | 'branches' | 'twice' };

/** A random picture model: blocks, then a head. */
export interface Architecture {
  readonly blocks: readonly Block[];
  readonly head: 'flatten' | 'average' | 'maximum' | 'reshape';
  readonly hidden: number;
  readonly seed: number;
}

const filters = fc.integer({ min: 1, max: 5 });
const simple = fc.constantFrom('norm', 'pool', 'prelu', 'activation', 'dropout', 'residual', 'branches', 'twice');
const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({
    kind: fc.constant('conv' as const),
    filters,
    size: fc.constantFrom(1, 2, 3),
    strides: fc.constantFrom(1, 2),
    same: fc.boolean(),
    bias: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('depthwise' as const), multiplier: fc.constantFrom(1, 2) }),
  fc.record({ kind: fc.constant('separable' as const), filters, multiplier: fc.constantFrom(1, 2) }),
  fc.record({ kind: fc.constant('transposed' as const), filters }),
  fc.record({ kind: simple }) as fc.Arbitrary<Block>,
);

/** Architectures with a convolution first, so that some units can be removed. */
export const architecture: fc.Arbitrary<Architecture> = fc.record({
  blocks: fc.array(block, { minLength: 1, maxLength: 6 }),
  head: fc.constantFrom('flatten', 'average', 'maximum', 'reshape'),
  hidden: fc.integer({ min: 1, max: 6 }),
  seed: fc.nat(0xffff),
});

/** The model of an architecture: pictures `[8, 8, 2]` to 3 numbers. Weights are random, those of BatchNorm included. */
export function modelOf({ blocks, head, hidden, seed }: Architecture): tf.LayersModel {
  const input = tf.input({ shape: [8, 8, 2] });
  const conv = (count: number) =>
    tf.layers.conv2d({ filters: count, kernelSize: 3, padding: 'same', activation: 'tanh' });
  let x = conv(4).apply(input) as tf.SymbolicTensor;
  for (const each of blocks) x = applied(each, x, conv);
  let features = x;
  if (head === 'average') features = tf.layers.globalAveragePooling2d({}).apply(x) as tf.SymbolicTensor;
  else if (head === 'maximum') features = tf.layers.globalMaxPooling2d({}).apply(x) as tf.SymbolicTensor;
  else if (head === 'flatten') features = tf.layers.flatten().apply(x) as tf.SymbolicTensor;
  else {
    const [, h, w, c] = x.shape as number[];
    const rows = tf.layers.reshape({ targetShape: [h * w, c] }).apply(x);
    features = tf.layers.reshape({ targetShape: [h * w * c] }).apply(rows) as tf.SymbolicTensor;
  }
  const inner = tf.layers.dense({ units: hidden, activation: 'sigmoid' }).apply(features);
  const outputs = tf.layers.dense({ units: 3, activation: 'softmax' }).apply(inner) as tf.SymbolicTensor;
  return withRandomWeights(tf.model({ inputs: input, outputs }), seed);
}

function applied(each: Block, x: tf.SymbolicTensor, conv: (count: number) => tf.layers.Layer): tf.SymbolicTensor {
  const channels = Number(x.shape[3]);
  const apply = (layer: tf.layers.Layer, to: tf.SymbolicTensor | tf.SymbolicTensor[] = x) => {
    return layer.apply(to) as tf.SymbolicTensor;
  };
  switch (each.kind) {
    case 'conv':
      return apply(
        tf.layers.conv2d({
          filters: each.filters,
          kernelSize: Math.min(each.size, Number(x.shape[1])),
          strides: each.strides,
          padding: each.same ? 'same' : 'valid',
          useBias: each.bias,
          activation: 'sigmoid', // not 0 at 0
        }),
      );
    case 'depthwise':
      return apply(
        tf.layers.depthwiseConv2d({
          kernelSize: 2,
          padding: 'same',
          depthMultiplier: each.multiplier,
          activation: 'elu',
        }),
      );
    case 'separable':
      return apply(
        tf.layers.separableConv2d({
          filters: each.filters,
          kernelSize: 2,
          padding: 'same',
          depthMultiplier: each.multiplier,
        }),
      );
    case 'transposed':
      return apply(tf.layers.conv2dTranspose({ filters: each.filters, kernelSize: 2, padding: 'same' }));
    case 'norm':
      return apply(tf.layers.batchNormalization());
    case 'pool':
      return apply(tf.layers.maxPooling2d({ poolSize: 2, strides: 2, padding: 'same' }));
    case 'prelu':
      return apply(tf.layers.prelu({}));
    case 'activation':
      return apply(tf.layers.activation({ activation: 'softplus' }));
    case 'dropout':
      return apply(tf.layers.dropout({ rate: 0.5 }));
    case 'residual':
      return apply(tf.layers.add(), [x, apply(conv(channels))]);
    case 'branches':
      return apply(tf.layers.concatenate(), [apply(conv(3)), x, apply(conv(2))]);
    case 'twice': {
      const shared = conv(channels);
      return apply(shared, apply(shared));
    }
  }
}

/** Gives all weights seeded values. Variances stay above 0. */
export function withRandomWeights<M extends tf.LayersModel>(model: M, seed: number): M {
  const random = createRandom(seed);
  model.setWeights(
    model.weights.map(({ shape, originalName }) => {
      const size = shape.reduce<number>((product, side) => product * Number(side), 1);
      const values = Float32Array.from({ length: size }, () => 0.5 * random.normal());
      const positive = originalName.includes('variance');
      return tf.tensor(positive ? values.map((value) => 0.5 + Math.abs(value)) : values, shape as number[]);
    }),
  );
  return model;
}
