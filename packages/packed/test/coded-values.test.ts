// Weights that no method compresses, as few entropy-coded levels: bounds, sizes, and what stays as it is.
import * as tf from '@tensorflow/tfjs';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { pack } from '../src/index.ts';
import { packedModel } from '../src/load/index.ts';
import { codedValues } from '../src/values/coded-values.ts';

/** Artifacts of one layer with these biases. */
function biased(biases: Float32Array, quantization?: tf.io.WeightsManifestEntry['quantization']): tf.io.ModelArtifacts {
  const dense = { class_name: 'Dense', config: { name: 'dense', units: biases.length, batch_input_shape: [null, 1] } };
  return {
    modelTopology: { class_name: 'Sequential', config: { name: 'one', layers: [dense] } },
    weightSpecs: [
      { name: 'dense/bias', dtype: 'float32', shape: [biases.length], ...(quantization && { quantization }) },
    ],
    weightData: quantization ? new Uint8Array(biases.length).buffer : biases.slice().buffer,
  };
}

const values = fc.float32Array({
  minLength: 1,
  maxLength: 300,
  noNaN: true,
  noDefaultInfinity: true,
  min: -(2 ** 100),
  max: 2 ** 100,
});

it('each value is off by at most 1/62 of the largest', async () => {
  const property = fc.asyncProperty(values, async (biases) => {
    const { bytes, report } = await pack(biased(biases), { rest: 'coded' });
    const loaded = (await packedModel(bytes).load?.()) as tf.io.ModelArtifacts;
    const tensors = tf.io.decodeWeights(loaded.weightData as ArrayBuffer, loaded.weightSpecs ?? []);
    const after = tensors['dense/bias'].dataSync();
    tf.dispose(tensors);
    const largest = biases.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (const [i, value] of biases.entries()) {
      expect(Math.abs(after[i] - value)).toBeLessThanOrEqual(largest * (1 / 62 + 1e-6));
    }
    const isCoded = report.weights[0].storedAs === 'uniform';
    if (isCoded) expect(report.weights[0].bytes).toBeLessThan(4 * biases.length);
  });
  await fc.assert(property, { numRuns: 200, seed: 3 });
});

it('takes a third of the bytes of float16 for biases that are normally distributed', async () => {
  const biases = tf.randomNormal([500], 0, 0.05, 'float32', 7).dataSync<'float32'>();
  const bytesOf = async (rest: 'float16' | 'coded') => (await pack(biased(biases), { rest })).report.weights[0].bytes;
  expect(await bytesOf('coded')).toBeLessThan(0.36 * (await bytesOf('float16')));
});

it('weights that are quantized, not finite, or all 0 are not coded', async () => {
  const quantization = { dtype: 'uint8', scale: 0.1, min: 0 } as const;
  const { report } = await pack(biased(new Float32Array(90), quantization), { rest: 'coded' });
  expect(report.weights[0].storedAs).toBe('uint8');
  expect(codedValues(Float32Array.of(1, Number.POSITIVE_INFINITY))).toBeUndefined();
  expect(codedValues(Float32Array.of(1, Number.NaN))).toBeUndefined();
  expect(codedValues(new Float32Array(40))).toBeUndefined();
  expect(codedValues(Float32Array.of(1, -0.5))).toBeDefined();
});
