// Small models that tests pack: layers made on the spot, a graph written by hand.
import { createRandom } from '@gcompress/core';
import * as tf from '@tensorflow/tfjs';

/** The artifacts that a model's `save` passes to its handler. */
export async function artifactsOf(model: tf.LayersModel, config?: tf.io.SaveConfig): Promise<tf.io.ModelArtifacts> {
  let saved: tf.io.ModelArtifacts | undefined;
  const handler = tf.io.withSaveHandler(async (artifacts) => {
    saved = artifacts;
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
  });
  await model.save(handler, config);
  if (!saved) throw new Error('nothing was saved');
  return saved;
}

/** Dense, convolutions of three kinds, BatchNorm: a picture `[8, 8, 3]` to 5 numbers. */
export function pictureNetwork(): tf.LayersModel {
  const model = tf.sequential();
  model.add(tf.layers.conv2d({ inputShape: [8, 8, 3], filters: 16, kernelSize: 3, activation: 'relu' }));
  model.add(tf.layers.batchNormalization());
  model.add(tf.layers.depthwiseConv2d({ kernelSize: 3, padding: 'same' }));
  model.add(tf.layers.conv2dTranspose({ filters: 6, kernelSize: 2, strides: 2 }));
  model.add(tf.layers.flatten());
  model.add(tf.layers.dense({ units: 20, activation: 'relu', kernelInitializer: 'glorotNormal' }));
  model.add(tf.layers.dense({ units: 5, activation: 'softmax' }));
  return model;
}

/** Embedding, LSTM in both directions, Dense: 6 word ids to 3 numbers. */
export function wordNetwork(): tf.LayersModel {
  const words = tf.input({ shape: [6], dtype: 'int32' });
  const embedded = tf.layers.embedding({ inputDim: 40, outputDim: 12 }).apply(words) as tf.SymbolicTensor;
  const layer = tf.layers.lstm({ units: 10 }) as tf.RNN;
  const both = tf.layers.bidirectional({ layer, mergeMode: 'concat' }).apply(embedded) as tf.SymbolicTensor;
  const out = tf.layers.dense({ units: 3 }).apply(both) as tf.SymbolicTensor;
  return tf.model({ inputs: words, outputs: out });
}

type GraphWeight = readonly [dtype: 'float32' | 'int32' | 'string' | 'bool', shape: number[], bytes: ArrayBufferView];

/**
 * A graph with a convolution, a product with a transposed kernel, a table, one op whose constant is not compressed (`Mul`), strings and
 * integers: a picture `[1, 6, 6, 2]` to `[1, 7]`.
 */
export function graphArtifacts(): tf.io.ModelArtifacts {
  const random = createRandom(7);
  const normal = (count: number) => Float32Array.from({ length: count }, () => 0.3 * random.normal());
  const weights: Record<string, GraphWeight> = {
    'conv/filter': ['float32', [3, 3, 2, 16], normal(288)],
    'conv/bias': ['float32', [16], normal(16)],
    shape: ['int32', [2], Int32Array.of(1, 256)],
    'dense/kernel': ['float32', [7, 256], normal(7 * 256)],
    table: ['float32', [50, 7], normal(50 * 7)],
    row: ['int32', [1], Int32Array.of(3)],
    axis: ['int32', [], Int32Array.of(0)],
    gain: ['float32', [1, 7], normal(7)],
    labels: ['string', [2], stringBytes(['Katze', 'Hündin'])],
    flag: ['bool', [3], Uint8Array.of(1, 0, 1)],
  };
  const float = { T: { type: 'DT_FLOAT' }, dtype: { type: 'DT_FLOAT' } };
  const node = [
    { name: 'x', op: 'Placeholder', attr: { ...float, shape: { shape: { dim: dims([1, 6, 6, 2]) } } } },
    ...Object.entries(weights).map(([name, [dtype]]) => ({
      name,
      op: 'Const',
      attr: { dtype: { type: DTYPES[dtype] } },
    })),
    { name: 'filter/read', op: 'Identity', input: ['conv/filter'], attr: float },
    {
      name: 'conv',
      op: 'Conv2D',
      input: ['x', 'filter/read'],
      attr: {
        ...float,
        strides: { list: { i: ['1', '1', '1', '1'] } },
        dilations: { list: { i: ['1', '1', '1', '1'] } },
        padding: { s: btoa('VALID') },
        data_format: { s: btoa('NHWC') },
      },
    },
    {
      name: 'biased',
      op: 'BiasAdd',
      input: ['conv', 'conv/bias'],
      attr: { ...float, data_format: { s: btoa('NHWC') } },
    },
    { name: 'relu', op: 'Relu', input: ['biased'], attr: float },
    { name: 'flat', op: 'Reshape', input: ['relu', 'shape'], attr: float },
    {
      name: 'product',
      op: 'MatMul',
      input: ['flat', 'dense/kernel'],
      attr: { ...float, transpose_a: { b: false }, transpose_b: { b: true } },
    },
    { name: 'found', op: 'GatherV2', input: ['table', 'row', 'axis'], attr: { ...float, batch_dims: { i: '0' } } },
    { name: 'sum', op: 'AddV2', input: ['product', 'found'], attr: float },
    { name: 'y', op: 'Mul', input: ['sum', 'gain'], attr: float },
  ];
  const pieces = Object.values(weights).map(([, , { buffer, byteOffset, byteLength }]) =>
    (buffer as ArrayBuffer).slice(byteOffset, byteOffset + byteLength),
  );
  return {
    modelTopology: { node, library: {}, versions: { producer: 1 } },
    format: 'graph-model',
    generatedBy: '2.15.0',
    convertedBy: 'by hand',
    signature: {
      inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT', tensorShape: { dim: dims([1, 6, 6, 2]) } } },
      outputs: { y: { name: 'y:0', dtype: 'DT_FLOAT', tensorShape: { dim: dims([1, 7]) } } },
    },
    userDefinedMetadata: { labels: ['Katze', 'Hündin'], note: 'ünïcode ✓' },
    weightSpecs: Object.entries(weights).map(([name, [dtype, shape]]) => ({ name, dtype, shape })),
    // In several buffers, as TensorFlow.js gives them for large models
    weightData: pieces,
  };
}

/** The graph with every weight twice: each op with weights has a second one, whose own weights have the same values. */
export function graphWithCopies(): tf.io.ModelArtifacts {
  const artifacts = graphArtifacts();
  const { modelTopology, weightSpecs = [], weightData } = artifacts;
  const { node, ...rest } = modelTopology as { readonly node: readonly { name: string; input?: string[] }[] };
  const names = new Set(weightSpecs.map(({ name }) => name));
  const again = (name: string) => (names.has(name) || name === 'filter/read' ? `${name}/again` : name);
  const twins = node
    .filter(({ name, input = [] }) => names.has(name) || input.some((one) => again(one) !== one))
    .map(({ input, ...one }) => ({ ...one, name: `${one.name}/again`, ...(input && { input: input.map(again) }) }));
  return {
    ...artifacts,
    modelTopology: { ...rest, node: [...node, ...twins] },
    weightSpecs: [...weightSpecs, ...weightSpecs.map((spec) => ({ ...spec, name: `${spec.name}/again` }))],
    weightData: [weightData, weightData].flat() as ArrayBuffer[],
  };
}

const DTYPES = { float32: 'DT_FLOAT', int32: 'DT_INT32', string: 'DT_STRING', bool: 'DT_BOOL' } as const;

function dims(shape: readonly number[]): { size: string }[] {
  return shape.map((size) => ({ size: `${size}` }));
}

/** Strings as TensorFlow.js stores them: each with its length before it. */
function stringBytes(texts: readonly string[]): Uint8Array {
  const encoded = texts.map((text) => new TextEncoder().encode(text));
  return Uint8Array.from(encoded.flatMap((text) => [text.length, 0, 0, 0, ...text]));
}

/** The handler that gives these artifacts. */
export function handlerOf(artifacts: tf.io.ModelArtifacts): tf.io.IOHandler {
  return { load: async () => artifacts };
}
