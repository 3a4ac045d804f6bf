// Moments of the inputs of constants in graphs, against the outputs that the same graphs give.

import {
  artifactsOfGraph,
  flag,
  type Graph,
  geometry,
  graphModel,
  integers,
  type Node,
  text,
} from '@gcompress/fixtures/graphs';
import { matrixOfWeight, matrixWeights } from '@gcompress/weights';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { calibrate } from '../src/index.ts';
import { expectClose, normal, squaresThrough } from './values.ts';

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

/** A graph of one op with a constant `w` of this shape. */
function graphOf(
  input: readonly number[],
  weight: readonly number[],
  node: Node,
  rest: Graph['constants'] = {},
): Graph {
  return {
    inputs: { x: [-1, ...input.slice(1)] },
    constants: { w: normal(weight, 2), ...rest },
    nodes: { read: ['Identity', ['w']], y: node },
    output: 'y',
  };
}

const fusedBias = { fused_ops: { list: { s: [btoa('BiasAdd')] } }, num_args: { i: '1' } };
const picture = [3, 7, 6, 2];

it.each<[string, readonly number[], readonly number[], Node, number, Graph['constants']?]>([
  ['MatMul', [9, 4], [4, 3], ['MatMul', ['x', 'read']], 1],
  ['MatMul with its constant turned', [9, 4], [3, 4], ['MatMul', ['x', 'read'], { transpose_b: flag(true) }], 1],
  ['MatMul with its input turned', [4, 9], [4, 3], ['MatMul', ['x', 'read'], { transpose_a: flag(true) }], 1],
  ['MatMul with the constant first', [4, 9], [3, 4], ['MatMul', ['read', 'x']], 0],
  [
    'MatMul with the constant first, both turned',
    [9, 4],
    [4, 3],
    ['MatMul', ['read', 'x'], { transpose_a: flag(true), transpose_b: flag(true) }],
    0,
  ],
  ['_FusedMatMul', [9, 4], [4, 3], ['_FusedMatMul', ['x', 'read', 'zero'], fusedBias], 1, { zero: tf.zeros([3]) }],
  ['BatchMatMulV2', [2, 5, 4], [4, 3], ['BatchMatMulV2', ['x', 'read']], 2],
  [
    'BatchMatMulV2 with its constant turned',
    [2, 5, 4],
    [1, 3, 4],
    ['BatchMatMulV2', ['x', 'read'], { adj_y: flag(true) }],
    2,
  ],
  ['Conv2D, same', picture, [3, 2, 2, 3], ['Conv2D', ['x', 'read'], geometry('SAME')], 3],
  ['Conv2D, same, strides', picture, [3, 3, 2, 3], ['Conv2D', ['x', 'read'], geometry('SAME', 2)], 3],
  ['Conv2D, valid, strides', picture, [3, 2, 2, 3], ['Conv2D', ['x', 'read'], geometry('VALID', 2)], 3],
  ['Conv2D, same, dilated', picture, [3, 3, 2, 3], ['Conv2D', ['x', 'read'], geometry('SAME', 1, 2)], 3],
  [
    'Conv2D, explicit padding',
    picture,
    [3, 3, 2, 3],
    ['Conv2D', ['x', 'read'], { ...geometry('EXPLICIT', 2), explicit_paddings: integers(0, 0, 1, 2, 3, 0, 0, 0) }],
    3,
  ],
  ['Conv2D, channels first', [3, 2, 7, 6], [3, 3, 2, 3], ['Conv2D', ['x', 'read'], geometry('SAME', 1, 1, 'NCHW')], 1],
  [
    '_FusedConv2D',
    picture,
    [3, 3, 2, 3],
    ['_FusedConv2D', ['x', 'read', 'zero'], { ...geometry('VALID', 1, 2), ...fusedBias }],
    3,
    { zero: tf.zeros([3]) },
  ],
  [
    'Conv1D',
    [3, 8, 2],
    [3, 2, 4],
    ['Conv1D', ['x', 'read'], { padding: text('SAME'), stride: { i: '2' }, data_format: text('NWC') }],
    2,
  ],
  [
    'Conv2DBackpropInput, same',
    picture,
    [3, 3, 4, 2],
    ['Conv2DBackpropInput', ['shape', 'read', 'x'], geometry('SAME', 2)],
    3,
    { shape: tf.tensor1d([3, 13, 12, 4], 'int32') },
  ],
  [
    'Conv2DBackpropInput, valid',
    picture,
    [3, 2, 4, 2],
    ['Conv2DBackpropInput', ['shape', 'read', 'x'], geometry('VALID', 2)],
    3,
    { shape: tf.tensor1d([3, 15, 12, 4], 'int32') },
  ],
])('%s: the moments give the squares of its outputs', async (_, shape, weight, node, axis, rest) => {
  const artifacts = artifactsOfGraph(
    graphOf(
      shape,
      weight,
      node,
      Object.fromEntries(Object.entries(rest ?? {}).map(([name, one]) => [name, one.clone()])),
    ),
  );
  const model = await graphModel(artifacts);
  const x = normal(shape);
  const { moments, skipped } = await calibrate(model, x, { batchSize: 100 });
  expect([...skipped]).toEqual([]);
  const { swapped = false } = matrixWeights(artifacts).get('w') ?? {};
  const values = new Float32Array(
    artifacts.weightData as ArrayBuffer,
    0,
    weight.reduce((a, b) => a * b, 1),
  );
  const matrix = matrixOfWeight(values, weight, swapped);
  const squares = tf.tidy(() => {
    const y = model.execute(x) as tf.Tensor;
    return y
      .square()
      .sum(y.shape.map((_side, at) => at).filter((at) => at !== axis))
      .dataSync();
  });
  const seen = moments.get('w');
  if (!seen || !matrix) throw new Error('nothing was observed');
  expect(seen.size).toBe(matrix.shape[0]);
  expectClose(squaresThrough(seen, matrix.data), squares);
  model.dispose();
  x.dispose();
});

it.each([
  ['DepthwiseConv2dNative', {}],
  ['FusedDepthwiseConv2dNative', fusedBias],
])('%s: moments of each channel alone give the squares of its outputs', async (op, fused) => {
  const inputs = op.startsWith('Fused') ? ['x', 'read', 'zero'] : ['x', 'read'];
  const artifacts = artifactsOfGraph(
    graphOf(picture, [3, 3, 2, 2], [op, inputs, { ...geometry('SAME', 2), ...fused }], { zero: tf.zeros([4]) }),
  );
  const model = await graphModel(artifacts);
  const x = normal(picture);
  const { moments } = await calibrate(model, x, { batchSize: 100 });
  const seen = moments.get('w');
  if (!seen) throw new Error('nothing was observed');
  expect(seen.values.filter((value, at) => Math.floor(at / 18) % 2 !== at % 2 && value !== 0)).toHaveLength(0);
  const values = new Float32Array(artifacts.weightData as ArrayBuffer, 0, 36);
  // Outputs are channels times multipliers, and columns of the matrix are multipliers
  const squares = tf.tidy(() => (model.execute(x) as tf.Tensor).square().reshape([-1, 2, 2]).sum([0, 1]).dataSync());
  expectClose(squaresThrough(seen, values), squares);
  model.dispose();
  x.dispose();
});

it('counts the ids of a table', async () => {
  const axis = tf.scalar(0, 'int32');
  const graph = graphOf([2, 3], [5, 4], ['GatherV2', ['w', 'ids', 'axis']], { axis });
  const artifacts = artifactsOfGraph({
    ...graph,
    nodes: {
      ids: ['Cast', ['x'], { SrcT: { type: 'DT_FLOAT' }, DstT: { type: 'DT_INT32' } }],
      ...graph.nodes,
      y: ['GatherV2', ['w', 'ids', 'axis']],
    },
  });
  const model = await graphModel(artifacts);
  const x = tf.tensor2d([
    [0, 3, 3],
    [1, 3, 0],
  ]);
  const { moments, inputSums } = await calibrate(model, x);
  expect([...(inputSums.get('w')?.values ?? [])]).toEqual([2, 1, 0, 3, 0]);
  expect(inputSums.get('w')?.count).toBe(6);
  expect(moments.get('w')?.values.filter((value) => value !== 0)).toEqual(Float64Array.of(2, 1, 3));
  model.dispose();
  x.dispose();
});
