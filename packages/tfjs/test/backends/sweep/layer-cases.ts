// A layer of each kind that trains in TensorFlow.js, with the strides, sizes and paddings in which its kernels differ.
import * as tf from '@tensorflow/tfjs';
import { normal } from '../both-backends.ts';

type Layer = tf.layers.Layer;

/** One layer and what it is given. */
export interface LayerCase {
  /** The function of `tf.layers` that makes it, or the activation. */
  readonly kind: string;
  /** What tells it from others of its kind. */
  readonly variant: string;
  readonly make: () => Layer;
  /** Makes what it is given. */
  readonly inputs: () => tf.Tensor[];
}

/** The kind and the variant, as the title of a test. */
export function titled<T extends { readonly kind: string; readonly variant: string }>(given: T): [string, T] {
  return [`${given.kind} ${given.variant}`.trim(), given];
}

const { layers } = tf;
const shapes = { vector: [6], line: [5, 3], image: [6, 7, 2], volume: [4, 5, 4, 2], film: [3, 4, 4, 2] };
const BATCH = 3;

function layerCase(kind: string, shape: number[], make: () => Layer, variant = '', batch = BATCH): LayerCase {
  return { kind, variant, make, inputs: () => [normal([batch, ...shape], 1)] };
}

type Padding = 'same' | 'valid';

/** The layer with each stride and padding. */
function strided(kind: string, shape: number[], make: (strides: number, padding: Padding) => Layer, what = '') {
  return [1, 2, 3].flatMap((stride) =>
    (['same', 'valid'] as const).map((padding) =>
      layerCase(kind, shape, () => make(stride, padding), `${what} stride ${stride} ${padding}`.trim()),
    ),
  );
}

/** The layer with the windows and strides that overlap, touch and leave values out. */
function pooled(kind: string, shape: number[], make: (poolSize: number, strides: number, padding: Padding) => Layer) {
  const windows = [
    [3, 1],
    [2, 2],
    [3, 2],
    [2, 3],
  ];
  return windows.flatMap(([size, stride]) =>
    (['same', 'valid'] as const).map((padding) =>
      layerCase(kind, shape, () => make(size, stride, padding), `${size} stride ${stride} ${padding}`),
    ),
  );
}

const activations = [
  'elu',
  'gelu',
  'gelu_new',
  'hardSigmoid',
  'linear',
  'logSoftmax',
  'mish',
  'relu',
  'relu6',
  'selu',
  'sigmoid',
  'softmax',
  'softplus',
  'softsign',
  'swish',
  'tanh',
].map((name) =>
  layerCase(`activation ${name}`, shapes.vector, () => layers.activation({ activation: name as 'relu' })),
);

const convolutions = [
  ...strided('conv1d', shapes.line, (strides, padding) =>
    layers.conv1d({ filters: 4, kernelSize: 3, strides, padding }),
  ),
  ...strided('conv2d', shapes.image, (strides, padding) =>
    layers.conv2d({ filters: 3, kernelSize: [3, 2], strides, padding }),
  ),
  ...strided(
    'conv2d',
    shapes.image,
    (strides, padding) => layers.conv2d({ filters: 3, kernelSize: 1, strides, padding }),
    'of single values',
  ),
  layerCase(
    'conv2d',
    shapes.image,
    () => layers.conv2d({ filters: 3, kernelSize: 2, dataFormat: 'channelsFirst' }),
    'channels first',
  ),
  ...strided('conv2dTranspose', shapes.image, (strides, padding) =>
    layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides, padding }),
  ),
  ...strided('depthwiseConv2d', shapes.image, (strides, padding) =>
    layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, strides, padding }),
  ),
  ...strided('separableConv2d', shapes.image, (strides, padding) =>
    layers.separableConv2d({ filters: 3, kernelSize: 3, strides: [strides, strides], padding }),
  ),
  ...strided('conv3d', shapes.volume, (strides, padding) =>
    layers.conv3d({ filters: 3, kernelSize: 2, strides, padding }),
  ),
];

const poolings = [
  ...pooled('averagePooling1d', shapes.line, (poolSize, strides, padding) =>
    layers.averagePooling1d({ poolSize, strides, padding }),
  ),
  ...pooled('maxPooling1d', shapes.line, (poolSize, strides, padding) =>
    layers.maxPooling1d({ poolSize, strides, padding }),
  ),
  ...pooled('averagePooling2d', shapes.image, (poolSize, strides, padding) =>
    layers.averagePooling2d({ poolSize, strides, padding }),
  ),
  ...pooled('maxPooling2d', shapes.image, (poolSize, strides, padding) =>
    layers.maxPooling2d({ poolSize, strides, padding }),
  ),
  layerCase(
    'maxPooling2d',
    shapes.image,
    () => layers.maxPooling2d({ poolSize: 2, dataFormat: 'channelsFirst' }),
    'channels first',
  ),
  ...pooled('averagePooling3d', shapes.volume, (poolSize, strides, padding) =>
    layers.averagePooling3d({ poolSize, strides, padding }),
  ),
  ...pooled('maxPooling3d', shapes.volume, (poolSize, strides, padding) =>
    layers.maxPooling3d({ poolSize, strides, padding }),
  ),
  layerCase('globalAveragePooling1d', shapes.line, () => layers.globalAveragePooling1d({})),
  layerCase('globalMaxPooling1d', shapes.line, () => layers.globalMaxPooling1d({})),
  layerCase('globalAveragePooling2d', shapes.image, () => layers.globalAveragePooling2d({})),
  layerCase('globalMaxPooling2d', shapes.image, () => layers.globalMaxPooling2d({})),
];

const merges = (['add', 'average', 'concatenate', 'dot', 'maximum', 'minimum', 'multiply'] as const).map(
  (kind): LayerCase => ({
    kind,
    variant: '',
    make: () =>
      kind === 'dot' ? layers.dot({ axes: 1 }) : kind === 'concatenate' ? layers.concatenate() : layers[kind](),
    inputs: () => [normal([BATCH, 5], 1), normal([BATCH, 5], 2)],
  }),
);

const around: [[number, number], [number, number]] = [
  [1, 2],
  [0, 3],
];

const shapeChanges = [
  layerCase('zeroPadding2d', shapes.image, () => layers.zeroPadding2d({ padding: around })),
  layerCase('cropping2D', shapes.image, () => layers.cropping2D({ cropping: around })),
  layerCase('flatten', shapes.image, () => layers.flatten()),
  layerCase('reshape', shapes.line, () => layers.reshape({ targetShape: [3, 5] })),
  layerCase('repeatVector', shapes.vector, () => layers.repeatVector({ n: 3 })),
  layerCase('permute', shapes.image, () => layers.permute({ dims: [3, 1, 2] })),
  layerCase('rescaling', shapes.image, () => layers.rescaling({ scale: 0.5, offset: 1 }) as Layer),
  // On cpu 4.22.0 the gradient is wrong in larger batches, and with 'bilinear' fails where the sides differ
  layerCase('upSampling2d', shapes.image, () => layers.upSampling2d({ size: [2, 3] }), 'nearest', 1),
  layerCase('upSampling2d, bilinear', [5, 5, 2], () =>
    layers.upSampling2d({ size: [2, 3], interpolation: 'bilinear' }),
  ),
];

const elementwise = [
  layerCase('elu', shapes.vector, () => layers.elu()),
  layerCase('reLU', shapes.vector, () => layers.reLU({ maxValue: 1 })),
  layerCase('leakyReLU', shapes.vector, () => layers.leakyReLU({ alpha: 0.2 })),
  layerCase('prelu', shapes.vector, () => layers.prelu({ alphaInitializer: 'ones' })),
  layerCase('softmax', shapes.line, () => layers.softmax({ axis: -1 })),
  layerCase('dropout', shapes.vector, () => layers.dropout({ rate: 0.4, seed: 5 })),
  layerCase('spatialDropout1d', shapes.line, () => layers.spatialDropout1d({ rate: 0.4, seed: 5 })),
  layerCase('batchNormalization', shapes.vector, () => layers.batchNormalization(), 'of vectors'),
  layerCase('batchNormalization', shapes.image, () => layers.batchNormalization(), 'of images'),
  layerCase('layerNormalization', shapes.line, () => layers.layerNormalization()),
];

const weighted = [
  layerCase('dense', shapes.vector, () => layers.dense({ units: 5, activation: 'relu' }), 'of vectors'),
  layerCase('dense', shapes.line, () => layers.dense({ units: 4 }), 'of lines'),
  layerCase('timeDistributed', shapes.line, () => layers.timeDistributed({ layer: layers.dense({ units: 4 }) })),
  // A row that is read repeatedly collects several gradients, one that is not read gets zeros
  {
    kind: 'embedding',
    variant: '',
    make: () => layers.embedding({ inputDim: 5, outputDim: 4 }),
    inputs: () => [tf.tensor2d([0, 3, 3, 1, 3, 0], [2, 3], 'int32')],
  },
];

const recurrent = [true, false].flatMap((returnSequences) => {
  const options = { units: 4, returnSequences };
  const variant = returnSequences ? 'all outputs' : 'the last output';
  return [
    layerCase('simpleRNN', shapes.line, () => layers.simpleRNN(options), variant),
    layerCase('lstm', shapes.line, () => layers.lstm(options), variant),
    layerCase('gru', shapes.line, () => layers.gru(options), variant),
    layerCase(
      'bidirectional',
      shapes.line,
      () => layers.bidirectional({ layer: layers.lstm(options) as tf.RNN, mergeMode: 'concat' }),
      variant,
    ),
    layerCase(
      'convLstm2d',
      shapes.film,
      () => layers.convLstm2d({ filters: 2, kernelSize: 2, padding: 'same', returnSequences }),
      variant,
    ),
  ];
});

/** All cases. */
export const layerCases: readonly LayerCase[] = [
  ...activations,
  ...elementwise,
  ...weighted,
  ...convolutions,
  ...poolings,
  ...merges,
  ...shapeChanges,
  ...recurrent,
];

/** Layers that do not train in TensorFlow.js 4.22.0, whatever the backend, with what it says. */
export const withoutGradient: readonly (readonly [layerCase: LayerCase, message: string])[] = [
  [
    layerCase('thresholdedReLU', shapes.vector, () => layers.thresholdedReLU()),
    'gradient function not found for Greater',
  ],
  [
    layerCase('conv3dTranspose', shapes.volume, () => layers.conv3dTranspose({ filters: 3, kernelSize: 2 })),
    'gradient function not found for Conv3DBackpropInputV2',
  ],
  [layerCase('masking', shapes.line, () => layers.masking()), 'gradient function not found for Any'],
  [
    layerCase('batchNormalization', shapes.image, () => layers.batchNormalization({ axis: 1 }), 'by another axis'),
    'must match the product of shape',
  ],
  ...[
    layerCase('conv1d', shapes.line, () => layers.conv1d({ filters: 3, kernelSize: 2, dilationRate: 2 }), 'dilated'),
    layerCase('conv2d', shapes.image, () => layers.conv2d({ filters: 3, kernelSize: 2, dilationRate: 2 }), 'dilated'),
  ].map((dilated) => [dilated, 'dilation rates greater than 1 are not yet supported'] as const),
];

/** Layers of TensorFlow.js without a case, by class, and why. */
export const layersWithoutCase: Readonly<Record<string, string>> = {
  InputLayer: 'computes nothing',
  Model: 'computes nothing itself',
  Functional: 'computes nothing itself',
  Sequential: 'computes nothing itself',
  RNN: 'runs the cells of the other recurrent layers',
  StackedRNNCells: 'runs the cells of the other recurrent layers',
  SimpleRNNCell: 'is what `simpleRNN` runs',
  GRUCell: 'is what `gru` runs',
  LSTMCell: 'is what `lstm` runs',
  ConvLSTM2DCell: 'is what `convLstm2d` runs',
  ThresholdedReLU: 'has no gradient on any backend',
  Conv3DTranspose: 'has no gradient on any backend',
  Masking: 'has no gradient by its input on any backend; it comes before all trained layers',
  GaussianNoise: 'adds different values in each run, without a seed',
  GaussianDropout: 'multiplies by different values in each run, without a seed',
  AlphaDropout: 'drops different values in each run, without a seed',
  CategoryEncoding: 'prepares data before all trained layers',
  CenterCrop: 'prepares data before all trained layers',
  RandomWidth: 'prepares data before all trained layers',
  Resizing: 'prepares data before all trained layers',
};
