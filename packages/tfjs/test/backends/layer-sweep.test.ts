import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { normal, startBackends } from './both-backends.ts';

beforeAll(startBackends);

type Layer = tf.layers.Layer;
type Outcome = Record<string, Float32Array>;

const { layers } = tf;
const shape = { vector: [6], line: [7, 3], image: [6, 7, 2], volume: [4, 5, 4, 2] };
const sizes = { same: 2, odd: 3 };
const paddings = ['same', 'valid'] as const;
const strides = [1, 2, 3];
const everyPadding = <T>(make: (stride: number, padding: 'same' | 'valid') => T) =>
  strides.flatMap((stride) =>
    paddings.map((padding) => [`stride ${stride} ${padding}`, make(stride, padding)] as const),
  );

/**
 * No thresholdedReLU, which has no gradient in tfjs 4.22.0; no upSampling2d,
 * whose gradients are wrong on cpu for these shapes; no batch normalization by another axis than the last, which
 * has no gradient in tfjs 4.22.0 on either backend. A layer of each kind, by its name and what it is given, with the shape of one example.
 */
const cases: [name: string, shape: number[], make: () => Layer][] = [
  ...(
    [
      'elu',
      'hardSigmoid',
      'linear',
      'relu',
      'relu6',
      'selu',
      'sigmoid',
      'softmax',
      'softplus',
      'softsign',
      'tanh',
      'swish',
      'mish',
      'gelu',
    ] as const
  ).map((activation): (typeof cases)[number] => [
    `activation ${activation}`,
    shape.vector,
    () => layers.dense({ units: 5, activation: activation as 'relu' }),
  ]),
  ['elu layer', shape.vector, () => layers.elu()],
  ['leakyReLU', shape.vector, () => layers.leakyReLU({ alpha: 0.2 })],
  ['prelu', shape.vector, () => layers.prelu({ alphaInitializer: 'ones' })],
  ['softmax layer', shape.line, () => layers.softmax({ axis: -1 })],
  ['batchNormalization of vectors', shape.vector, () => layers.batchNormalization()],
  ['batchNormalization of images', shape.image, () => layers.batchNormalization()],
  ['layerNormalization', shape.line, () => layers.layerNormalization()],
  ['dense on lines', shape.line, () => layers.dense({ units: 4 })],
  ...everyPadding((s, padding) => () => layers.conv1d({ filters: 4, kernelSize: 3, strides: s, padding })).map(
    ([name, make]): (typeof cases)[number] => [`conv1d ${name}`, shape.line, make],
  ),
  ...everyPadding((s, padding) => () => layers.conv2d({ filters: 3, kernelSize: [3, 2], strides: s, padding })).map(
    ([name, make]): (typeof cases)[number] => [`conv2d ${name}`, shape.image, make],
  ),
  ...everyPadding((s, padding) => () => layers.conv2d({ filters: 3, kernelSize: 1, strides: s, padding })).map(
    ([name, make]): (typeof cases)[number] => [`conv2d of single values ${name}`, shape.image, make],
  ),
  ...everyPadding((s, padding) => () => layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: s, padding })).map(
    ([name, make]): (typeof cases)[number] => [`conv2dTranspose ${name}`, shape.image, make],
  ),
  ...everyPadding(
    (s, padding) => () => layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, strides: s, padding }),
  ).map(([name, make]): (typeof cases)[number] => [`depthwiseConv2d ${name}`, shape.image, make]),
  ...everyPadding(
    (s, padding) => () => layers.separableConv2d({ filters: 3, kernelSize: 3, strides: [s, s], padding }),
  ).map(([name, make]): (typeof cases)[number] => [`separableConv2d ${name}`, shape.image, make]),
  ...everyPadding((s, padding) => () => layers.conv3d({ filters: 3, kernelSize: 2, strides: s, padding })).map(
    ([name, make]): (typeof cases)[number] => [`conv3d ${name}`, shape.volume, make],
  ),
  ...[1, sizes.same, sizes.odd].flatMap((poolSize) =>
    everyPadding(
      (s, padding) =>
        [
          ['averagePooling1d', shape.line, () => layers.averagePooling1d({ poolSize, strides: s, padding })],
          ['maxPooling1d', shape.line, () => layers.maxPooling1d({ poolSize, strides: s, padding })],
          ['averagePooling2d', shape.image, () => layers.averagePooling2d({ poolSize, strides: s, padding })],
          ['maxPooling2d', shape.image, () => layers.maxPooling2d({ poolSize, strides: s, padding })],
          ['averagePooling3d', shape.volume, () => layers.averagePooling3d({ poolSize, strides: s, padding })],
          ['maxPooling3d', shape.volume, () => layers.maxPooling3d({ poolSize, strides: s, padding })],
        ] as [string, number[], () => Layer][],
    ).flatMap(([name, made]) =>
      made.map(([kind, example, make]): (typeof cases)[number] => [`${kind} ${poolSize} ${name}`, example, make]),
    ),
  ),
  ['globalAveragePooling1d', shape.line, () => layers.globalAveragePooling1d({})],
  ['globalMaxPooling1d', shape.line, () => layers.globalMaxPooling1d({})],
  ['globalAveragePooling2d', shape.image, () => layers.globalAveragePooling2d({})],
  ['globalMaxPooling2d', shape.image, () => layers.globalMaxPooling2d({})],
  [
    'zeroPadding2d',
    shape.image,
    () =>
      layers.zeroPadding2d({
        padding: [
          [1, 2],
          [0, 3],
        ],
      }),
  ],
  [
    'cropping2D',
    shape.image,
    () =>
      layers.cropping2D({
        cropping: [
          [1, 2],
          [0, 3],
        ],
      }),
  ],
  ['repeatVector', shape.vector, () => layers.repeatVector({ n: 3 })],
  ['permute', shape.image, () => layers.permute({ dims: [3, 1, 2] })],
  ...([true, false] as const).flatMap((returnSequences): typeof cases => [
    [`simpleRNN ${returnSequences}`, shape.line, () => layers.simpleRNN({ units: 4, returnSequences })],
    [`lstm ${returnSequences}`, shape.line, () => layers.lstm({ units: 4, returnSequences })],
    [`gru ${returnSequences}`, shape.line, () => layers.gru({ units: 4, returnSequences })],
    [
      `bidirectional ${returnSequences}`,
      shape.line,
      () => layers.bidirectional({ layer: layers.lstm({ units: 4, returnSequences }) as tf.RNN, mergeMode: 'concat' }),
    ],
  ]),
];

/** The output of the layer in training, and the gradients of its input and weights, on this backend. */
function outcome(backend: 'cpu' | 'wasm', example: number[], make: () => Layer): Outcome {
  void tf.setBackend(backend);
  return tf.tidy(() => {
    const layer = make();
    const x = normal([3, ...example], 1);
    // Called, not built: a recurrent layer builds its cell again at its first call after build()
    layer.apply(x);
    layer.setWeights(layer.getWeights().map((weight, i) => tf.mul(normal(weight.shape, i + 2), 0.5)));
    const run = (input: tf.Tensor) => layer.apply(input, { training: true }) as tf.Tensor;
    const y = run(x);
    const loss = (input: tf.Tensor): tf.Scalar => tf.sum(tf.mul(run(input), normal(y.shape, 99)));
    const found: Outcome = { output: y.dataSync<'float32'>(), input: tf.grad(loss)(x).dataSync<'float32'>() };
    const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
    if (variables.length === 0) return found;
    const { grads } = tf.variableGrads(() => loss(x), variables);
    for (const [i, variable] of variables.entries()) {
      found[`weight ${i}`] = grads[variable.name].dataSync<'float32'>();
    }
    return found;
  });
}

/** Asserts that both hold the same, to float32 sums. */
function expectSame(wasm: Outcome, cpu: Outcome): void {
  expect(Object.keys(wasm)).toEqual(Object.keys(cpu));
  for (const [name, expected] of Object.entries(cpu)) {
    const actual = wasm[name];
    expect(actual.length, name).toBe(expected.length);
    const size = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    // Written so that NaN on either side fails
    const differs = expected.findIndex((value, i) => !(Math.abs(value - actual[i]) <= 2e-5 * size));
    expect(differs, `${name} differs at`).toBe(-1);
  }
}

describe('layers on wasm', () => {
  it.each(cases)('%s gives the output and the gradients of cpu', (_, example, make) => {
    expectSame(outcome('wasm', example, make), outcome('cpu', example, make));
  });
});
