// Probes, recorded before packing and verified after loading, on correct models and on a broken one.
import { isGCompressError } from '@gcompress/core';
import { kMeans } from '@gcompress/kmeans';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { seededValues } from '../src/container/probe.ts';
import { pack } from '../src/index.ts';
import { packedModel } from '../src/load/index.ts';
import { assertAgrees, probe, verify } from '../src/probes/index.ts';
import { artifactsOf, graphArtifacts, handlerOf, pictureNetwork, wordNetwork } from './models.ts';
import { formats } from './packed-example.ts';

beforeAll(() => tf.setBackend('cpu'));

it('agrees exactly for a layers model that was packed without loss', async () => {
  const model = pictureNetwork();
  const probes = [await probe(model, [{ shape: [2, 8, 8, 3], seed: 4 }])];
  const { bytes } = await pack(await artifactsOf(model), { method: () => undefined, rest: 'float32', probes });
  const loaded = await tf.loadLayersModel(packedModel(bytes));
  const found = await verify(loaded, bytes);
  expect(found).toMatchObject({ agrees: true, largestDifference: 0 });
  expect(found.outputs).toHaveLength(1);
});

it('agrees exactly for given inputs', async () => {
  const model = wordNetwork();
  const data = Int32Array.of(1, 2, 3, 4, 5, 39);
  const probes = [await probe(model, [{ shape: [1, 6], dtype: 'int32', data }])];
  const { bytes } = await pack(await artifactsOf(model), { method: () => undefined, rest: 'float32', probes });
  const loaded = await tf.loadLayersModel(packedModel(bytes));
  expect(await verify(loaded, bytes)).toMatchObject({ agrees: true, largestDifference: 0 });
});

it('reports the loss of packing for a graph model, and leaks no tensor', async () => {
  const artifacts = graphArtifacts();
  const model = await tf.loadGraphModel(handlerOf(artifacts));
  const probes = [1, 2].map((seed) => probe(model, [{ shape: [1, 6, 6, 2], seed }]));
  const { bytes } = await pack(artifacts, { method: kMeans({ levels: 64 }), probes: await Promise.all(probes) });
  const loaded = await tf.loadGraphModel(packedModel(bytes, { formats }));
  const before = tf.memory().numTensors;
  const found = await verify(loaded, bytes, { formats });
  expect(tf.memory().numTensors).toBe(before);
  expect(found.outputs).toHaveLength(2);
  expect(found.agrees).toBe(true);
  const x = tf.tensor(seeded(1), [1, 6, 6, 2]);
  const difference = tf.max(tf.abs(tf.sub(model.predict(x) as tf.Tensor, loaded.predict(x) as tf.Tensor)));
  expect(found.outputs[0].largestDifference).toBeCloseTo(difference.dataSync()[0], 6);
});

it('does not agree when the model is broken', async () => {
  const model = pictureNetwork();
  const probes = [await probe(model, [{ shape: [1, 8, 8, 3], seed: 4 }])];
  const { bytes } = await pack(await artifactsOf(model), { method: () => undefined, probes });
  const broken = await tf.loadLayersModel(packedModel(bytes));
  broken.setWeights(broken.getWeights().map((weight) => tf.mul(weight, Number.NaN)));
  const found = await verify(broken, bytes);
  expect(found).toMatchObject({ agrees: false, largestDifference: Number.POSITIVE_INFINITY });
  expect(() => assertAgrees(found)).toThrow(expect.objectContaining({ code: 'probes-disagree' }));
  expect(() => assertAgrees(found)).toThrow(/a difference of Infinity in output '.+' of probe 0/);
  expect(() => assertAgrees({ ...found, agrees: true })).not.toThrow();
  for (const other of [undefined, 3, {}] as never[]) {
    expect(() => assertAgrees(other)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  }
});

it('refuses a file without probes, and a file of another model', async () => {
  const model = pictureNetwork();
  const { bytes } = await pack(await artifactsOf(model), { method: () => undefined });
  await expect(verify(model, bytes)).rejects.toSatisfy((error) => isGCompressError(error, 'not-ready'));
  const probes = [await probe(model, [{ shape: [1, 8, 8, 3], seed: 4 }])];
  const other = await pack(await artifactsOf(model), { method: () => undefined, probes });
  const refused = expect(verify(wordNetwork(), other.bytes)).rejects;
  await refused.toSatisfy((error) => isGCompressError(error, 'shape-mismatch'));
});

/** The values of a seeded input as the page on the file format says. */
function seeded(seed: number): number[] {
  return Array.from(seededValues({ name: 'x', shape: [1, 6, 6, 2], seed }).data);
}
