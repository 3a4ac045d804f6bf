// Models that compressNow rewrites: low-rank nodes in graphs, and BatchNorm folded.
import { channelGains, pairedInputs } from '@gcompress/calibration';
import { createRandom } from '@gcompress/core';
import { lowRank } from '@gcompress/lowrank';
import { pack } from '@gcompress/packed';
import { packedModel } from '@gcompress/packed/load';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compressNow, type SmallModel } from '../src/index.ts';
import { artifactsOf, graphArtifacts, pictureNetwork, weightValues } from './models.ts';

beforeAll(() => tf.setBackend('cpu'));

const nodesOf = (artifacts: tf.io.ModelArtifacts) =>
  (artifacts.modelTopology as { node: { name: string; op: string }[] }).node.map(({ name, op }) => `${op} ${name}`);

function relativeError(a: tf.Tensor, b: tf.Tensor): number {
  return tf.tidy(() => tf.norm(tf.sub(a, b)).dataSync()[0] / tf.norm(a).dataSync()[0]);
}

describe('low rank in a graph model', () => {
  const x = () => tf.randomNormal([5, 24], 0, 1, 'float32', 4);

  it('becomes two nodes for each weight, stored as its factors, which stock TensorFlow.js runs', async () => {
    const small = await compressNow(graphArtifacts(), { method: lowRank({ rank: 4 }), rest: 'float32' });
    expect(small.matrices.size).toBe(0);
    expect(nodesOf(small.artifacts).filter((node) => node.startsWith('MatMul'))).toEqual([
      'MatMul first/low_rank',
      'MatMul first',
      'MatMul y/low_rank',
      'MatMul y',
    ]);
    const { lowRank: nodes, weights, originalBytes, bytes } = small.report;
    expect(nodes?.kept).toEqual([]);
    expect(nodes?.split.map(({ name, rank, multiplyAdds }) => [name, rank, multiplyAdds])).toEqual([
      ['a', 4, { before: 1536, after: 352 }],
      ['c', 4, { before: 384, after: 280 }],
    ]);
    const factors = weights.flatMap(({ name, factorOf, method }) => (factorOf ? [[name, factorOf, method]] : []));
    expect(factors).toEqual(nodes?.split.flatMap((one) => one.factors.map((name) => [name, one.name, 'lowrank'])));
    expect(originalBytes).toBe(4 * (24 * 64 + 64 + 6 * 64));
    const file = await pack(small.artifacts, { matrices: small.matrices });
    expect(file.bytes.length).toBe(bytes);
    const [own, read] = [await tf.loadGraphModel(small.handler), await tf.loadGraphModel(packedModel(file.bytes))];
    const [a, b] = [own, read].map((model) => model.predict(x()) as tf.Tensor);
    expect(b.dataSync()).toEqual(a.dataSync());
    // The graph that it was, with the products of the factors
    const values = weightValues(small.artifacts);
    const product = (name: string, m: number, n: number) =>
      tf.matMul(tf.tensor2d(values[`${name}/first`], [m, 4]), tf.tensor2d(values[`${name}/second`], [4, n]));
    const hidden = tf.relu(tf.add(tf.matMul(x(), product('a', 24, 64)), tf.tensor1d(values.b)));
    expect(relativeError(tf.matMul(hidden, product('c', 64, 6)), a)).toBeLessThan(1e-5);
  });

  it('stores factors in the type of the rest, and says how far the outputs are', async () => {
    const given = graphArtifacts();
    const half = await compressNow(given, { method: lowRank({ rank: 4 }) });
    const whole = await compressNow(given, { method: lowRank({ rank: 4 }), rest: 'float32' });
    expect(half.report.weights.map(({ storedAs }) => storedAs)).toContain('float16');
    expect(half.report.bytes).toBeLessThan(whole.report.bytes);
    const [a, b] = await Promise.all(
      [half, whole].map(async ({ handler }) => {
        return (await tf.loadGraphModel(handler)).predict(x()) as tf.Tensor;
      }),
    );
    expect(relativeError(b, a)).toBeLessThan(2e-3);
  });

  it('follows other methods beside it, moments, and weights compressed one after the other', async () => {
    const inputs = tf.randomNormal([32, 24], 0, 1, 'float32', 6);
    const small = await compressNow(graphArtifacts(), {
      method: ({ name }) => (name === 'a' ? lowRank({ rank: 8 }) : uniform({ bits: 6 })),
      sequential: pairedInputs(inputs, { load: tf.loadGraphModel }),
    });
    expect([...small.matrices.keys()]).toEqual(['c']);
    const [split] = small.report.lowRank?.split ?? [];
    expect(split.outputError).toBeGreaterThan(0.01);
    const [original, loaded] = [
      await tf.loadGraphModel({ load: async () => graphArtifacts() }),
      await tf.loadGraphModel(small.handler),
    ];
    const error = relativeError(original.predict(inputs) as tf.Tensor, loaded.predict(inputs) as tf.Tensor);
    expect(error).toBeLessThan(0.6);
  });

  it('stays one matrix in a budget and in a layers model', async () => {
    const fitted = await compressNow(graphArtifacts(), { budget: { bytes: 6000 }, candidates: [lowRank] });
    expect(fitted.report.lowRank).toBeUndefined();
    const layers = await compressNow(pictureNetwork(), { method: lowRank({ rank: 2 }) });
    expect(layers.report.lowRank).toBeUndefined();
    expect(layers.matrices.size).toBeGreaterThan(0);
  });
});

/** A convolution, a depthwise one and a Dense, each with BatchNorm, with weights as after a training. */
function normalized(): tf.LayersModel {
  const norm = (name: string) => tf.layers.batchNormalization({ name });
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [6, 6, 3],
        filters: 16,
        kernelSize: 3,
        padding: 'same',
        useBias: false,
        name: 'conv',
      }),
      norm('first'),
      tf.layers.reLU(),
      tf.layers.depthwiseConv2d({ kernelSize: 3, name: 'depthwise' }),
      norm('second'),
      tf.layers.flatten(),
      tf.layers.dense({ units: 8, activation: 'relu', name: 'dense' }),
      norm('third'),
    ],
  });
  const { normal, uniform: even } = createRandom(3);
  for (const layer of model.layers) {
    const isNorm = layer.getClassName() === 'BatchNormalization';
    const values = layer.getWeights().map(({ shape, size }, at) => {
      const value = () => (isNorm && at !== 1 && at !== 2 ? 0.1 + 2 * even() : 0.3 * normal());
      return tf.tensor(Float32Array.from({ length: size }, value), shape);
    });
    layer.setWeights(values);
  }
  return model;
}

describe('foldBatchNorm', () => {
  const pictures = () => tf.randomUniform([8, 6, 6, 3], 0, 1, 'float32', 3);

  it('folds what it can before it compresses, and reports the rest', async () => {
    const model = normalized();
    const before = weightValues(await artifactsOf(model));
    const options = { method: () => undefined, rest: 'float32' as const };
    const small = await compressNow(model, { ...options, foldBatchNorm: true });
    expect(weightValues(await artifactsOf(model))).toEqual(before);
    expect(small.report.batchNorm?.folded.map(({ name }) => name)).toEqual(['first', 'second']);
    expect(small.report.batchNorm?.kept).toEqual([{ name: 'third', reason: "Dense 'dense' has an activation, relu" }]);
    const plain = await compressNow(model, options);
    expect(plain.report.batchNorm).toBeUndefined();
    expect(small.report.bytes).toBeLessThan(plain.report.bytes);
    expect(small.report.originalBytes).toBe(plain.report.originalBytes);
    const loaded = await tf.loadLayersModel(small.handler);
    const [a, b] = [model, loaded].map((one) => one.predict(pictures()) as tf.Tensor);
    expect(relativeError(a, b)).toBeLessThan(1e-5);
  });

  it('gives the same rounding with a step for each column, and takes gains over to the scaled kernels', async () => {
    const model = normalized();
    const method = uniform({ bits: 5, steps: 'column', rateWeight: 0 });
    // Without the depthwise kernel, whose channels share one step
    const options = { method, minElements: 200, rest: 'float32' as const };
    const [own, folded] = [
      await compressNow(model, options),
      await compressNow(model, { ...options, foldBatchNorm: true }),
    ];
    const outputs = async ({ handler }: SmallModel) =>
      (await tf.loadLayersModel(handler)).predict(pictures()) as tf.Tensor;
    expect(relativeError(await outputs(own), await outputs(folded))).toBeLessThan(1e-4);
    const gains = await channelGains(model, pictures());
    const byGain = uniform({ step: 0.02, steps: 'importance', rateWeight: 0 });
    const fine = { ...options, method: byGain, channelGains: gains };
    const [first, second] = [
      await compressNow(model, fine),
      await compressNow(model, { ...fine, foldBatchNorm: true }),
    ];
    expect(relativeError(await outputs(first), await outputs(second))).toBeLessThan(1e-3);
    expect(first.report.weights[0].relativeError).toBeGreaterThan(0.01);
  });

  it('names a damaged weight where it is, and refuses other values', async () => {
    const artifacts = await artifactsOf(normalized());
    new Float32Array(artifacts.weightData as ArrayBuffer)[3] = Number.NaN;
    await expect(compressNow(artifacts, { foldBatchNorm: true })).rejects.toThrow("'conv/kernel'");
    await expect(compressNow(normalized(), { foldBatchNorm: 1 as never })).rejects.toMatchObject({
      code: 'invalid-option',
    });
  });
});
