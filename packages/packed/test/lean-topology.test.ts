// A packed topology says less than the saved one, and loads as the same model.
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { leanTopology } from '../src/encode/lean-topology.ts';

const { layers } = tf;
const image: [number, number, number] = [6, 6, 2];
const sequence: [number, number] = [5, 3];

/** Layers of all kinds with what they take: as little as possible is given, so that most values are assumed. */
const KINDS: readonly (readonly [layer: () => tf.layers.Layer, inputShape: number[], inputs?: number])[] = [
  [() => layers.dense({ units: 2 }), [4]],
  [() => layers.conv1d({ filters: 2, kernelSize: 2 }), sequence],
  [() => layers.conv2d({ filters: 2, kernelSize: 2 }), image],
  [() => layers.conv3d({ filters: 2, kernelSize: 2 }), [4, 4, 4, 1]],
  [() => layers.conv2dTranspose({ filters: 2, kernelSize: 2 }), image],
  [() => layers.conv3dTranspose({ filters: 2, kernelSize: 2 }), [3, 3, 3, 1]],
  [() => layers.separableConv2d({ filters: 2, kernelSize: 2 }), image],
  [() => layers.depthwiseConv2d({ kernelSize: 2 }), image],
  [() => layers.batchNormalization(), image],
  [() => layers.layerNormalization(), [4]],
  [() => layers.simpleRNN({ units: 2 }), sequence],
  [() => layers.gru({ units: 2 }), sequence],
  [() => layers.lstm({ units: 2 }), sequence],
  [() => layers.rnn({ cell: layers.lstmCell({ units: 2 }) }), sequence],
  [() => layers.bidirectional({ layer: layers.gru({ units: 2 }), mergeMode: 'concat' }), sequence],
  [() => layers.timeDistributed({ layer: layers.dense({ units: 2 }) }), sequence],
  [() => layers.convLstm2d({ filters: 2, kernelSize: 2 }), [3, 4, 4, 1]],
  [() => layers.maxPooling1d({ poolSize: 2 }), sequence],
  [() => layers.maxPooling2d({}), image],
  [() => layers.averagePooling2d({}), image],
  [() => layers.maxPooling3d({}), [4, 4, 4, 1]],
  [() => layers.globalAveragePooling2d({}), image],
  [() => layers.globalMaxPooling1d(), sequence],
  [() => layers.flatten(), image],
  [() => layers.dropout({ rate: 0.5 }), [4]],
  [() => layers.spatialDropout1d({ rate: 0.5 }), sequence],
  [() => layers.gaussianNoise({ stddev: 0.1 }), [4]],
  [() => layers.activation({ activation: 'relu' }), [4]],
  [() => layers.leakyReLU(), [4]],
  [() => layers.prelu(), [4]],
  [() => layers.softmax(), [4]],
  [() => layers.reshape({ targetShape: [2, 2] }), [4]],
  [() => layers.permute({ dims: [2, 1] }), sequence],
  [() => layers.repeatVector({ n: 3 }), [4]],
  [() => layers.zeroPadding2d({}), image],
  [() => layers.upSampling2d({}), image],
  [
    () =>
      layers.cropping2D({
        cropping: [
          [1, 1],
          [1, 1],
        ],
      }),
    image,
  ],
  [() => layers.masking({ maskValue: 0 }), sequence],
  [() => layers.embedding({ inputDim: 5, outputDim: 2 }), [4]],
  [() => layers.add(), [4], 2],
  [() => layers.concatenate(), [4], 2],
  [() => layers.dot({ axes: 1 }), [4], 2],
];

it.each(KINDS.map((kind) => [kind[0]().getClassName(), kind] as const))('%s', async (_, [layer, shape, inputs = 1]) => {
  const given = Array.from({ length: inputs }, () => tf.input({ shape }));
  const output = layer().apply(inputs === 1 ? given[0] : given) as tf.SymbolicTensor;
  const model = tf.model({ inputs: given, outputs: output });
  const topology = JSON.parse(model.toJSON(undefined, true) as string);
  const lean = leanTopology(topology);
  expect(JSON.stringify(lean).length).toBeLessThan(JSON.stringify(topology).length);
  // TensorFlow.js itself adds a type to an Embedding that it reads
  const [whole, again] = [await tf.models.modelFromJSON(topology), await tf.models.modelFromJSON(lean)];
  expect(again.toJSON(undefined, true)).toEqual(whole.toJSON(undefined, true));
  for (const used of [model, whole, again]) used.dispose();
});

it('layers of other classes keep everything, and so do values that are not assumed', () => {
  const own = { class_name: 'Own', config: { trainable: true, use_bias: true, kernel_regularizer: null } };
  const frozen = { class_name: 'Dense', config: { trainable: false, use_bias: false, units: 3 } };
  expect(leanTopology([own, frozen])).toEqual([own, frozen]);
  const merged = { class_name: 'Bidirectional', config: { merge_mode: null } };
  expect(leanTopology(merged)).toEqual(merged);
});
