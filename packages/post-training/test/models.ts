// Small models with seeded weights: layers made on the spot, and a graph written by hand.
import { createRandom } from '@gcompress/core';
import * as tf from '@tensorflow/tfjs';

/** The artifacts that a model's `save` passes to its handler. */
export async function artifactsOf(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  const saved: tf.io.ModelArtifacts[] = [];
  const handler = tf.io.withSaveHandler(async (artifacts) => {
    saved.push(artifacts);
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
  });
  await model.save(handler);
  return saved[0];
}

/** A convolution, a transposed one, BatchNorm and two Dense layers, the last two in a model inside: pictures `[6, 6, 3]` to 5 numbers. */
export function pictureNetwork(): tf.LayersModel {
  const kernelInitializer = (seed: number) => tf.initializers.glorotNormal({ seed });
  const head = tf.sequential({
    name: 'head',
    layers: [
      tf.layers.dense({
        inputShape: [288],
        units: 16,
        activation: 'relu',
        name: 'hidden',
        kernelInitializer: kernelInitializer(1),
      }),
      tf.layers.dense({ units: 5, name: 'out', kernelInitializer: kernelInitializer(2) }),
    ],
  });
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [6, 6, 3],
        filters: 16,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        name: 'conv',
        kernelInitializer: kernelInitializer(3),
      }),
      tf.layers.batchNormalization({ name: 'norm' }),
      tf.layers.conv2dTranspose({
        filters: 8,
        kernelSize: 3,
        padding: 'same',
        name: 'turned',
        kernelInitializer: kernelInitializer(4),
      }),
      tf.layers.flatten(),
      head,
    ],
  });
}

/** `relu(x·A + b)·Bᵀ` with x `[?, 24]`: a graph of two products, the second with its kernel transposed. */
export function graphArtifacts(): tf.io.ModelArtifacts {
  const random = createRandom(7);
  const normal = (count: number) => Float32Array.from({ length: count }, () => 0.3 * random.normal());
  const weights = {
    a: { shape: [24, 64], values: normal(24 * 64) },
    b: { shape: [64], values: normal(64) },
    c: { shape: [6, 64], values: normal(6 * 64) },
  };
  const float = { T: { type: 'DT_FLOAT' }, dtype: { type: 'DT_FLOAT' } };
  const shape = (...sides: number[]) => ({ dim: sides.map((size) => ({ size: `${size}` })) });
  const product = (turned: boolean) => ({ ...float, transpose_a: { b: false }, transpose_b: { b: turned } });
  const node = [
    { name: 'x', op: 'Placeholder', attr: { ...float, shape: { shape: shape(-1, 24) } } },
    ...Object.keys(weights).map((name) => ({ name, op: 'Const', attr: float })),
    { name: 'first', op: 'MatMul', input: ['x', 'a'], attr: product(false) },
    { name: 'sum', op: 'AddV2', input: ['first', 'b'], attr: float },
    { name: 'relu', op: 'Relu', input: ['sum'], attr: float },
    { name: 'y', op: 'MatMul', input: ['relu', 'c'], attr: product(true) },
  ];
  return {
    modelTopology: { node, library: {}, versions: { producer: 1 } },
    format: 'graph-model',
    signature: {
      inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT', tensorShape: shape(-1, 24) } },
      outputs: { y: { name: 'y:0', dtype: 'DT_FLOAT', tensorShape: shape(-1, 6) } },
    },
    weightSpecs: Object.entries(weights).map(([name, { shape }]) => ({ name, dtype: 'float32' as const, shape })),
    weightData: Object.values(weights).map(({ values }) => values.buffer as ArrayBuffer),
  };
}

/** The values of all weights by name, as stock TensorFlow.js reads them. */
export function weightValues({ weightData, weightSpecs = [] }: tf.io.ModelArtifacts): Record<string, number[]> {
  const decoded = tf.io.decodeWeights(weightData as ArrayBuffer, weightSpecs);
  const values = Object.entries(decoded).map(([name, tensor]) => [name, [...tensor.dataSync()] as number[]] as const);
  tf.dispose(decoded);
  return Object.fromEntries(values);
}
