// Sensitivities of the outputs to errors of weights, measured by compressing one weight at a time.
import { calibrate } from '@gcompress/calibration';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { compressNow, sensitivities } from '../src/index.ts';
import { artifactsOf, graphArtifacts, weightValues } from './models.ts';

beforeAll(() => tf.setBackend('cpu'));

/** Two branches, by default with the same kernel; the output is 10 times the first branch plus the second. */
function branches(otherSeed = 1): tf.LayersModel {
  const x = tf.input({ shape: [24] });
  const branch = (name: string, gain: number, seed: number) => {
    const dense = tf.layers.dense({
      units: 16,
      useBias: false,
      name,
      kernelInitializer: tf.initializers.glorotNormal({ seed }),
    });
    const kept = tf.layers.dense({
      units: 16,
      useBias: false,
      name: `${name}-gain`,
      kernelInitializer: tf.initializers.identity({ gain }),
    });
    return kept.apply(dense.apply(x)) as tf.SymbolicTensor;
  };
  const sum = tf.layers.add().apply([branch('loud', 10, 1), branch('soft', 1, otherSeed)]) as tf.SymbolicTensor;
  return tf.model({ inputs: x, outputs: sum });
}

it('a weight whose branch is scaled by ten has a hundred times the sensitivity', async () => {
  const model = branches();
  const before = weightValues(await artifactsOf(model));
  const inputs = tf.randomNormal([32, 24], 0, 1, 'float32', 2);
  const tensors = tf.memory().numTensors;
  const costs = await sensitivities(model, inputs, {
    load: tf.loadLayersModel,
    method: uniform({ bits: 3 }),
    minElements: 300,
  });
  expect(tf.memory().numTensors).toBe(tensors);
  expect(weightValues(await artifactsOf(model))).toEqual(before);
  expect([...costs.keys()]).toEqual(['loud/kernel', 'soft/kernel']);
  const [loud, soft] = costs.values();
  expect(loud / soft).toBeCloseTo(100, 2);
  // 10·xW of 11·xW: what an error of the weight does at its own outputs, times (10/11)²
  // So many and so unequal that their moments are not shrunk
  const many = tf.tidy(() => tf.randomNormal([5000, 24], 0, 1, 'float32', 2).mul(tf.exp(tf.range(0, 3, 1 / 8))));
  const { moments } = await calibrate(model, many);
  const measured = await sensitivities(model, many, {
    load: tf.loadLayersModel,
    minElements: 300,
    inputMoments: moments,
  });
  expect(measured.get('loud/kernel')).toBeCloseTo(100 / 121, 3);
  expect(measured.get('soft/kernel')).toBeCloseTo(1 / 121, 5);
  // Equal kernels would share one form
  const different = branches(2);
  const errorOf = async (sensitivity: ReadonlyMap<string, number>) => {
    const { report } = await compressNow(different, { budget: { bytes: 1900 }, minElements: 300, sensitivity });
    return report.weights.find(({ name }) => name === 'loud/kernel')?.relativeError;
  };
  expect(await errorOf(costs)).toBeLessThan((await errorOf(new Map())) as number);
  model.dispose();
  different.dispose();
});

it('measures the constants of a graph, and leaves no tensor behind', async () => {
  const inputs = tf.randomNormal([8, 24], 0, 1, 'float32', 3);
  const heard: number[] = [];
  const tensors = tf.memory().numTensors;
  const options = { load: (handler: tf.io.IOHandler) => tf.loadGraphModel(handler) };
  const costs = await sensitivities(graphArtifacts(), inputs, { ...options, onProgress: (done) => heard.push(done) });
  expect(tf.memory().numTensors).toBe(tensors);
  expect([...costs.keys()]).toEqual(['a', 'c']);
  for (const cost of costs.values()) {
    expect(cost).toBeGreaterThan(0.1);
    expect(cost).toBeLessThan(10);
  }
  expect(heard.at(-1)).toBe(1);
  expect(await sensitivities(graphArtifacts(), inputs, options)).toEqual(costs);
});

it('refuses inputs that do not fit the model, and an invalid loader', async () => {
  const options = { load: tf.loadLayersModel };
  const model = branches();
  await expect(sensitivities(model, tf.zeros([2, 5]), options)).rejects.toMatchObject({ code: 'unsupported' });
  const none = tf.fill([2, 24], Number.NaN);
  await expect(sensitivities(model, none, options)).rejects.toMatchObject({ code: 'non-finite' });
  await expect(sensitivities(model, 5 as never, options)).rejects.toThrow('Pass one tensor for each input');
  await expect(sensitivities(model, none, { load: 5 as never })).rejects.toThrow('Pass tf.loadLayersModel');
  model.dispose();
});
