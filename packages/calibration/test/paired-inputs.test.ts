// Pairs of inputs of a matrix: in a changed model, and in the original.
import { matrix } from '@gcompress/core';
import { artifactsOfGraph, type Graph, geometry } from '@gcompress/fixtures/graphs';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PairedInputsOptions, pairedInputs } from '../src/index.ts';
import { expectClose, normal } from './values.ts';

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

/** A network `x·A`, `relu`, `·B`, whose nested model holds B; A is scaled. */
async function layersArtifacts(scale: number): Promise<tf.io.ModelArtifacts> {
  const own = tf.memory().numTensors;
  const start = (seed: number) => tf.initializers.randomNormal({ seed });
  const inner = tf.sequential({
    layers: [tf.layers.dense({ inputShape: [4], units: 2, name: 'b', kernelInitializer: start(2) })],
  });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [3], units: 4, name: 'a', activation: 'relu', kernelInitializer: start(1) }),
      inner,
    ],
  });
  const [kernel, ...rest] = model.getWeights();
  const scaled = kernel.mul(scale);
  model.setWeights([scaled, ...rest]);
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  scaled.dispose();
  model.dispose();
  inner.dispose();
  for (const { val } of inner.weights as unknown as { val: tf.Tensor }[]) if (!val.isDisposed) val.dispose();
  expect(tf.memory().numTensors).toBe(own);
  return saved as tf.io.ModelArtifacts;
}

const zeroMatrix = ([m, n]: [number, number]) => matrix([m, n], new Float32Array(m * n));
const load: PairedInputsOptions['load'] = (handler) => tf.loadLayersModel(handler);

describe('pairs of a layers model', () => {
  it('have the sums that the inputs in both versions have', async () => {
    const x = normal([5, 3], 4) as tf.Tensor2D;
    const before = await layersArtifacts(1);
    const pairing = await pairedInputs(x, { load, batchSize: 2 }).open(before);
    expect(pairing.order).toEqual([['a/kernel'], ['b/kernel']]);
    expect([...pairing.biases]).toEqual([
      ['a/kernel', 'a/bias'],
      ['b/kernel', 'b/bias'],
    ]);
    const weights = tf.io.decodeWeights(before.weightData as ArrayBuffer, before.weightSpecs ?? []);
    const found = await pairing.compare(
      await layersArtifacts(0.5),
      new Map([['b/kernel', matrix([4, 2], weights['b/kernel'].dataSync() as Float32Array)]]),
      {},
    );
    pairing.close();
    expect([...found.keys()]).toEqual(['b/kernel']);
    const pairs = found.get('b/kernel');
    // relu(x·A/2) is half of relu(x·A), so that the differences equal the inputs
    const half = tf.tidy(() => tf.relu(tf.matMul(x, tf.div(weights['a/kernel'] as tf.Tensor2D, 2))) as tf.Tensor2D);
    const moments = tf.tidy(() => [...tf.matMul(half, half, true).dataSync()]);
    const sums = tf.tidy(() => [...tf.sum(half, 0).dataSync()]);
    expect(pairs?.count).toBe(5);
    for (const values of [pairs?.inputs, pairs?.differences]) expectClose(values ?? [], sums);
    const { inputs, products, outputs = 0, shifts } = pairs?.moments ?? {};
    for (const values of [inputs?.values, products]) expectClose(values ?? [], moments);
    const squares = tf.tidy(() => tf.sum(tf.square(tf.matMul(half, weights['b/kernel'] as tf.Tensor2D))).dataSync()[0]);
    expectClose([outputs / 4, shifts ?? 0], [squares, squares]);
    tf.dispose([x, half, weights]);
  });

  it('leave out moments that take too many bytes, but not the sums', async () => {
    const x = normal([5, 3], 4);
    const artifacts = await layersArtifacts(1);
    const pairing = await pairedInputs(x, { load, maxBytes: 200 }).open(artifacts);
    const found = await pairing.compare(
      artifacts,
      new Map([
        ['a/kernel', zeroMatrix([3, 4])],
        ['b/kernel', zeroMatrix([4, 2])],
      ]),
      {},
    );
    pairing.close();
    x.dispose();
    expect([...found].map(([name, { moments }]) => [name, moments !== undefined])).toEqual([
      ['a/kernel', true],
      ['b/kernel', false],
    ]);
    expect(found.get('b/kernel')?.differences).toEqual(new Float64Array(4));
  });
});

describe('order of a graph model', () => {
  it('follows the nodes, whatever their order in the file is, and joins weights that read one tensor', async () => {
    const graph: Graph = {
      inputs: { picture: [-1, 4, 4, 2] },
      constants: {
        last: normal([1, 1, 8, 2], 1),
        left: normal([1, 1, 3, 4], 2),
        right: normal([3, 3, 3, 4], 3),
        first: normal([1, 1, 2, 3], 4),
        axis: tf.scalar(3, 'int32'),
      },
      nodes: {
        end: ['Conv2D', ['joined', 'last'], geometry('SAME')],
        joined: ['ConcatV2', ['a', 'b', 'axis'], { N: { i: '2' } }],
        a: ['Conv2D', ['start', 'left'], geometry('SAME')],
        b: ['Conv2D', ['start', 'right'], geometry('SAME')],
        start: ['Conv2D', ['picture', 'first'], geometry('SAME')],
      },
      output: 'end',
    };
    const x = normal([2, 4, 4, 2], 5);
    const graphLoad: PairedInputsOptions['load'] = (handler) => tf.loadGraphModel(handler);
    const pairing = await pairedInputs(x, { load: graphLoad }).open(artifactsOfGraph(graph));
    expect(pairing.order).toEqual([['first'], ['left', 'right'], ['last']]);
    pairing.close();
    x.dispose();
  });
});

describe('refusals', () => {
  const x = [] as tf.Tensor[];
  it.each([
    ['nothing that loads', () => pairedInputs(x, {} as never), 'load'],
    ['an unknown option', () => pairedInputs(x, { load, rows: 3 } as never), 'rows'],
    ['a generator', () => pairedInputs((function* () {})(), { load }), 'read many times'],
    ['no rows', () => pairedInputs(x, { load, rowsPerBatch: 0 }), 'rowsPerBatch'],
    ['no inputs', () => pairedInputs(undefined as never, { load }), 'inputs'],
  ])('name %s', (_, run, named) => {
    expect(run).toThrow(named);
  });
});
