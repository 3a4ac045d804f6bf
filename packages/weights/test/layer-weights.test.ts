// Which weights of a layers model are compressed.
import { GCompressError } from '@gcompress/core';
import type { io } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { matrixWeights } from '../src/index.ts';

const spec = (name: string, shape: number[], group?: 'optimizer'): io.WeightsManifestEntry => ({
  name,
  shape,
  dtype: 'float32',
  ...(group && { group }),
});
const layer = (className: string, name: string) => ({ class_name: className, config: { name } });

it.each([
  ['Dense', 'a/kernel', [4, 2], 'dense', false],
  ['Conv2D', 'a/kernel', [3, 3, 4, 2], 'convolution', false],
  ['Conv2DTranspose', 'a/kernel_1', [3, 3, 2, 4], 'transposed-convolution', true],
  ['SeparableConv2D', 'a/pointwise_kernel', [1, 1, 4, 2], 'convolution', false],
  ['DepthwiseConv2D', 'a/depthwise_kernel', [3, 3, 4, 1], 'depthwise', false],
  ['LSTM', 'a/recurrent_kernel', [4, 16], 'recurrent', false],
  ['Embedding', 'a/embeddings', [9, 4], 'embedding', false],
])('%s multiplies with %s', (className, name, shape, kind, swapped) => {
  const modelTopology = { model_config: { config: { layers: [layer(className, 'a')] } } };
  const weightSpecs = [spec(name, shape), spec('a/bias', [2]), spec(`opt/${name}`, shape, 'optimizer')];
  expect([...matrixWeights({ modelTopology, weightSpecs })]).toEqual([[name, { kind, usedBy: className, swapped }]]);
});

it('finds nothing in a model without weights', () => {
  expect(matrixWeights({ modelTopology: {} }).size).toBe(0);
});

it('refuses a model without a topology', () => {
  expect(() => matrixWeights({})).toThrow(GCompressError);
});
