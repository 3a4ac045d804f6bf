// Trained models of each kind through compressNow and pack, into stock TensorFlow.js.
import { kMeans } from '@gcompress/kmeans';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { lowRank } from '@gcompress/lowrank';
import { pack } from '@gcompress/packed';
import { rowDecoder } from '@gcompress/packed/formats';
import { packedModel } from '@gcompress/packed/load';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compressNow, type SmallModel, type TrainedModel } from '../src/index.ts';
import { artifactsOf, graphArtifacts, pictureNetwork, weightValues } from './models.ts';

const formats = [rowDecoder(kMeansFormat)];
const method = uniform({ bits: 4 });

beforeAll(() => tf.setBackend('cpu'));

/** The packed file, and what stock TensorFlow.js would read from it. */
async function throughFile(small: SmallModel) {
  const { bytes, report } = await pack(small.artifacts, { matrices: small.matrices });
  const artifacts = (await packedModel(bytes, { formats }).load?.()) as tf.io.ModelArtifacts;
  return { bytes, report, artifacts };
}

function compressedNames({ report }: SmallModel): string[] {
  return report.weights.flatMap(({ name, method }) => (method === undefined ? [] : [name]));
}

describe('a layers model', () => {
  it('is compressed with its nested and transposed kernels, and is not changed', async () => {
    const model = pictureNetwork();
    const before = weightValues(await artifactsOf(model));
    const tensors = tf.memory().numTensors;
    const small = await compressNow(model, { method });
    expect(tf.memory().numTensors).toBe(tensors);
    expect(weightValues(await artifactsOf(model))).toEqual(before);
    expect(compressedNames(small)).toEqual(['conv/kernel', 'turned/kernel', 'hidden/kernel']);
    const { bytes, artifacts } = await throughFile(small);
    expect(bytes.length).toBe(small.report.bytes);
    expect(weightValues(artifacts)).toEqual(weightValues(small.artifacts));
    const loaded = await tf.loadLayersModel(small.handler);
    const x = tf.randomUniform([4, 6, 6, 3], 0, 1, 'float32', 3);
    const [a, b] = [model.predict(x), loaded.predict(x)] as tf.Tensor[];
    const error = tf.norm(tf.sub(a, b)).dataSync()[0] / tf.norm(a).dataSync()[0];
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(0.3);
  });

  it('gives the file that pack makes by the same method', async () => {
    const model = pictureNetwork();
    const small = await compressNow(model, { method });
    const direct = await pack(await artifactsOf(model), { method });
    expect((await throughFile(small)).bytes).toEqual(direct.bytes);
    expect(small.report.weights.map(({ bytes, relativeError }) => [bytes, relativeError])).toEqual(
      direct.report.weights.map(({ bytes, relativeError }) => [bytes, relativeError]),
    );
  });

  it('takes a function of the weight, which may name a type, and notes what a method refuses', async () => {
    const small = await compressNow(pictureNetwork(), {
      method: ({ name, kind, usedBy }) => {
        if (name === 'conv/kernel') return 'float32';
        expect([kind, usedBy]).toEqual(
          name === 'hidden/kernel' ? ['dense', 'Dense'] : ['transposed-convolution', 'Conv2DTranspose'],
        );
        return kind === 'dense' ? kMeans({ levels: 8 }) : lowRank({ rank: 500 });
      },
      rest: 'uint8',
    });
    const of = (name: string) => small.report.weights.find((weight) => weight.name === name);
    expect(of('conv/kernel')).toMatchObject({ storedAs: 'float32', maxError: 0 });
    expect(of('hidden/kernel')).toMatchObject({ method: 'kmeans', storedAs: 'kmeans', usedBy: 'Dense' });
    expect(of('turned/kernel')?.method).toBeUndefined();
    expect(of('turned/kernel')?.notes.join()).toContain('rank');
    const { artifacts } = await throughFile(small);
    expect(weightValues(artifacts)).toEqual(weightValues(small.artifacts));
  });
});

describe('a graph model', () => {
  it.each(['artifacts', 'model'])('is compressed from its %s', async (given) => {
    const artifacts = graphArtifacts();
    const before = weightValues({
      ...artifacts,
      weightData: await new Blob(artifacts.weightData as ArrayBuffer[]).arrayBuffer(),
    });
    const original = await tf.loadGraphModel({ load: async () => artifacts });
    const trained: TrainedModel = given === 'model' ? original : artifacts;
    const small = await compressNow(trained, { method });
    expect(compressedNames(small)).toEqual(['a', 'c']);
    const { artifacts: read } = await throughFile(small);
    expect(weightValues(read)).toEqual(weightValues(small.artifacts));
    expect(weightValues(read).a).not.toEqual(before.a);
    const { weightData: _, weightSpecs: __, ...rest } = small.artifacts;
    const { weightData: ___, weightSpecs: ____, ...givenRest } = artifacts;
    expect(rest).toEqual(givenRest);
    const loaded = await tf.loadGraphModel(small.handler);
    const x = tf.randomNormal([5, 24], 0, 1, 'float32', 4);
    const [a, b] = [original.predict(x), loaded.predict(x)] as tf.Tensor[];
    expect(tf.norm(tf.sub(a, b)).dataSync()[0] / tf.norm(a).dataSync()[0]).toBeLessThan(0.3);
    const after = await tf.loadGraphModel({ load: async () => artifacts });
    expect((after.predict(x) as tf.Tensor).dataSync()).toEqual(a.dataSync());
  });
});

describe('refuses', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])('%s in a weight, and names it', async (value) => {
    const artifacts = graphArtifacts();
    new Float32Array((artifacts.weightData as ArrayBuffer[])[0])[5] = value;
    const refused = compressNow(artifacts, { method });
    await expect(refused).rejects.toMatchObject({ code: 'non-finite' });
    await expect(refused).rejects.toThrow(`compressNow 'a': expected finite values, got ${value} at position 5`);
  });

  it('NaN in a bias, where infinity may be meant', async () => {
    const artifacts = graphArtifacts();
    const bias = new Float32Array((artifacts.weightData as ArrayBuffer[])[1]);
    bias[2] = Number.NEGATIVE_INFINITY;
    const small = await compressNow(artifacts, { method });
    expect(weightValues(small.artifacts).b[2]).toBe(Number.NEGATIVE_INFINITY);
    bias[2] = Number.NaN;
    await expect(compressNow(artifacts, { method })).rejects.toThrow("compressNow 'b': expected numbers, got NaN");
  });

  it('a model that cannot be saved, moments and sensitivities of other models', async () => {
    await expect(compressNow({ save: () => Promise.reject(new Error('broken')) })).rejects.toThrow('got broken');
    const moments = { size: 2, count: 1, values: new Float64Array(4) };
    for (const [options, message] of [
      [{ inputMoments: new Map([['z', moments]]) }, "got moments of 'z' with 2 inputs"],
      [{ budget: { bytes: 9000 }, sensitivity: new Map([['z', 1]]) }, "got 'z'"],
      [{ budget: { bytes: 9000 }, sensitivity: new Map([['a', -1]]) }, 'got -1'],
      [{ budget: { bytes: 9000 }, method }, 'expected a method or a budget, got both'],
      [{ candidates: [uniform] }, 'expected candidates beside a budget, got no budget'],
    ] as const) {
      await expect(compressNow(graphArtifacts(), options as never)).rejects.toThrow(message);
    }
  });
});

it('reports progress that never falls, and stops when it is aborted', async () => {
  for (const options of [{ method }, { budget: { bytes: 2500 } }]) {
    const heard: number[] = [];
    await compressNow(graphArtifacts(), { ...options, onProgress: (done) => heard.push(done) });
    expect(heard[0]).toBe(0);
    expect(heard.at(-1)).toBe(1);
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
  }
  const controller = new AbortController();
  const aborted = compressNow(pictureNetwork(), {
    budget: { bytes: 5000 },
    signal: controller.signal,
    onProgress: (done) => done > 0.1 && controller.abort(new Error('enough')),
  });
  await expect(aborted).rejects.toThrow('enough');
});

it('yields to other tasks, so that a timer can abort it', async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('too late')), 20);
  const aborted = compressNow(pictureNetwork(), { budget: { bytes: 5000 }, signal: controller.signal });
  await expect(aborted).rejects.toThrow('too late');
});
