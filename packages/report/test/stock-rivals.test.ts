// The stock forms: what TensorFlow.js decodes from them is as near as float16 and 256 levels allow.
import { floatValues, readModel } from '@gcompress/packed/weights';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { stockRivals } from '../src/index.ts';
import { exampleArtifacts, exampleInputs, outputsOf } from './model.ts';

const model = (values: Float32Array): tf.io.ModelArtifacts => ({
  modelTopology: {},
  weightSpecs: [
    { name: 'w', shape: [values.length], dtype: 'float32' },
    { name: 'ids', shape: [2], dtype: 'int32' },
  ],
  weightData: new Uint8Array([...new Uint8Array(values.buffer), ...new Uint8Array(Int32Array.of(3, 4).buffer)]).buffer,
});
const decoded = (artifacts: tf.io.ModelArtifacts) =>
  floatValues(readModel('test', artifacts).weights[0]) as Float32Array;
/** TensorFlow.js' own reading of the weights. */
const byTensorFlow = async (artifacts: tf.io.ModelArtifacts) => {
  const tensors = await tf.io.decodeWeights(
    artifacts.weightData as ArrayBuffer,
    artifacts.weightSpecs as tf.io.WeightsManifestEntry[],
  );
  return { values: tensors.w.dataSync() as Float32Array, ids: [...tensors.ids.dataSync()] };
};

it('rounds each value to the nearest of 256 levels, with 0 among them', async () => {
  const values = fc.float32Array({ min: -8, max: 8, noNaN: true, minLength: 1, maxLength: 50 });
  await fc.assert(
    fc.asyncProperty(values, async (own) => {
      const { uint8, float16 } = stockRivals(model(own));
      const range = Math.max(...own) - Math.min(...own);
      const { values: found, ids } = await byTensorFlow(uint8);
      expect(ids).toEqual([3, 4]);
      // The range is moved by up to half a step so that 0 is a level
      own.forEach((value, i) => {
        expect(Math.abs(found[i] - value)).toBeLessThanOrEqual(range / 255 + 1e-6);
        if (value === 0) expect(found[i]).toBeCloseTo(0, 6);
      });
      const halves = decoded(float16);
      for (const [i, value] of own.entries()) {
        expect(Math.abs(halves[i] - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -11 + 2 ** -25);
      }
    }),
    { numRuns: 60 },
  );
});

it('makes models that TensorFlow.js loads, whose outputs are near those of the original', async () => {
  const artifacts = await exampleArtifacts();
  const { float16, uint8 } = stockRivals(artifacts);
  const inputs = exampleInputs(20);
  const [expected, half, byte] = await Promise.all([artifacts, float16, uint8].map((form) => outputsOf(form, inputs)));
  const largest = (one: typeof expected) =>
    Math.max(...[...one.data].map((value, i) => Math.abs(value - expected.data[i])));
  expect(largest(half)).toBeGreaterThan(0);
  expect(largest(half)).toBeLessThan(0.02);
  expect(largest(byte)).toBeGreaterThan(largest(half));
  expect(largest(byte)).toBeLessThan(0.2);
});
