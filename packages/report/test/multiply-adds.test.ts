// multiplyAdds: counts by hand for layers and graphs.
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { multiplyAdds } from '../src/index.ts';
import { artifactsOf } from './model.ts';

it('counts layers: convolutions at every place, recurrent kernels at every step, tables never', async () => {
  const words = tf.input({ shape: [6], dtype: 'int32' });
  const embedded = tf.layers.embedding({ name: 'table', inputDim: 40, outputDim: 12 }).apply(words);
  const lstm = tf.layers.lstm({ name: 'lstm', units: 10, returnSequences: true }).apply(embedded) as tf.SymbolicTensor;
  const spread = tf.layers.timeDistributed({ layer: tf.layers.dense({ name: 'each', units: 3 }), name: 'spread' });
  const model = tf.model({ inputs: words, outputs: spread.apply(lstm) as tf.SymbolicTensor });
  const { counted, uncounted } = await multiplyAdds(model as never, await artifactsOf(model));
  expect(uncounted.size).toBe(0);
  expect(Object.fromEntries(counted)).toEqual({
    'table/embeddings': 0,
    'lstm/kernel': 6 * 12 * 40,
    'lstm/recurrent_kernel': 6 * 10 * 40,
    'spread/kernel': 6 * 10 * 3,
  });
  const pictures = tf.sequential();
  pictures.add(tf.layers.conv2d({ inputShape: [8, 8, 3], filters: 16, kernelSize: 3, strides: 2, padding: 'same' }));
  pictures.add(tf.layers.depthwiseConv2d({ kernelSize: 3, padding: 'same' }));
  pictures.add(tf.layers.conv2dTranspose({ filters: 6, kernelSize: 2, strides: 2 }));
  const work = await multiplyAdds(pictures as never, await artifactsOf(pictures));
  // 4 × 4 places of 3·3·3·16, 4 × 4 of 3·3·16, 4 × 4 inputs of 2·2·6·16
  expect([...work.counted.values()]).toEqual([16 * 432, 16 * 144, 16 * 384]);
});

it('says which layers it cannot count', async () => {
  const shared = tf.layers.dense({ units: 4, name: 'shared' });
  const [a, b] = [tf.input({ shape: [4] }), tf.input({ shape: [2, 4] })];
  const outputs = [shared.apply(a), shared.apply(b)] as tf.SymbolicTensor[];
  const model = tf.model({ inputs: [a, b], outputs });
  const { counted, uncounted } = await multiplyAdds(model as never, await artifactsOf(model));
  expect(counted.size).toBe(0);
  expect([...uncounted.values()]).toEqual(['it is used several times']);
});

it('runs a graph once and counts each use of a constant', async () => {
  const float = { T: { type: 'DT_FLOAT' }, dtype: { type: 'DT_FLOAT' } };
  const conv = {
    ...float,
    strides: { list: { i: ['1', '1', '1', '1'] } },
    padding: { s: 'U0FNRQ==' },
    data_format: { s: 'TkhXQw==' },
    dilations: { list: { i: ['1', '1', '1', '1'] } },
  };
  const dims = (...sides: number[]) => ({ dim: sides.map((size) => ({ size: `${size}` })) });
  const artifacts = {
    format: 'graph-model',
    modelTopology: {
      node: [
        { name: 'x', op: 'Placeholder', attr: { ...float, shape: { shape: dims(-1, 5, 5, 2) } } },
        { name: 'filter', op: 'Const', attr: float },
        { name: 'second', op: 'Const', attr: float },
        { name: 'conv', op: 'Conv2D', input: ['x', 'filter'], attr: conv },
        { name: 'again', op: 'Conv2D', input: ['conv', 'second'], attr: conv },
        { name: 'y', op: 'Conv2D', input: ['again', 'second'], attr: conv },
      ],
      library: {},
      versions: { producer: 1 },
    },
    signature: {
      inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT', tensorShape: dims(-1, 5, 5, 2) } },
      outputs: { y: { name: 'y:0', dtype: 'DT_FLOAT', tensorShape: dims(-1, 5, 5, 4) } },
    },
    weightSpecs: [
      { name: 'filter', shape: [3, 3, 2, 4], dtype: 'float32' },
      { name: 'second', shape: [1, 1, 4, 4], dtype: 'float32' },
    ],
    weightData: new Float32Array(72 + 16).fill(0.1).buffer,
  };
  const model = await tf.loadGraphModel({ load: async () => artifacts as never });
  const x = tf.ones([1, 5, 5, 2]);
  const before = tf.memory().numTensors;
  const { counted, uncounted } = await multiplyAdds(model as never, artifacts as never, [x]);
  expect(Object.fromEntries(counted)).toEqual({ filter: 25 * 72, second: 2 * 25 * 16 });
  expect(uncounted.size).toBe(0);
  expect(tf.memory().numTensors).toBe(before);
});

it('refuses anything but a model', async () => {
  const artifacts = { modelTopology: {}, weightSpecs: [], weightData: new ArrayBuffer(0) };
  await expect(multiplyAdds({} as never, artifacts)).rejects.toMatchObject({ code: 'invalid-option' });
});
