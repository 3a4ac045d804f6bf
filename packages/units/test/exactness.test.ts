// The smaller model computes what the masked model computes, for random architectures.
import { testRuns } from '@gcompress/fixtures/test-runs';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, expect, it, vi } from 'vitest';
import { type Architecture, architecture, modelOf, withRandomWeights } from './architectures.ts';
import { disposeWeights, distance, distanceAfter, savedAndLoaded } from './masked.ts';
import { sequenceArchitecture, sequenceInputs, sequenceModel } from './sequences.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** A unit of the shared convolution is two of its filters, because the depthwise convolution doubles what both read. */
const COUPLED: Architecture = {
  blocks: [{ kind: 'depthwise', multiplier: 2 }, { kind: 'twice' }],
  head: 'flatten',
  hidden: 2,
  seed: 0,
};

it('gives the outputs of the masked model for random picture models, leaks no tensor, and leaves the given model as it was', async () => {
  let removals = 0;
  await fc.assert(
    fc.asyncProperty(architecture, fc.constantFrom(0.2, 0.5, 0.8), async (design, keep) => {
      const model = modelOf(design);
      const inputs = tf.randomNormal([2, 8, 8, 2], 0, 1, 'float32', design.seed);
      const before = model.weights.map(({ shape }) => String(shape));
      const tensors = tf.memory().numTensors;
      const { model: small, removed, report, far } = await distanceAfter(model, inputs, keep);
      expect(far).toBeLessThan(1e-5);
      expect(small.countParams()).toBe(report.weights.after);
      const counts = Object.values(removed).map(({ length }) => length);
      if (counts.length > 0) {
        removals++;
        expect(report.weights.after).toBeLessThan(report.weights.before);
        expect(report.multiplyAdds.after).toBeLessThan(report.multiplyAdds.before);
      }
      disposeWeights(small);
      expect(tf.memory().numTensors).toBe(tensors);
      expect(model.weights.map(({ shape }) => String(shape))).toEqual(before);
      disposeWeights(model);
      inputs.dispose();
    }),
    { numRuns: testRuns(25), examples: [[COUPLED, 0.2]] },
  );
  expect(removals).toBeGreaterThan(0);
});

it('gives the outputs of the masked model for random models of sequences', async () => {
  // TensorFlow.js warns that it saves initial states as inputs
  const warnings = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  await fc.assert(
    fc.asyncProperty(sequenceArchitecture, fc.constantFrom(0.2, 0.5), async (design, keep) => {
      const model = sequenceModel(design);
      const inputs = sequenceInputs(design);
      const { model: small, removed, far } = await distanceAfter(model, inputs, keep);
      expect(far).toBeLessThan(1e-5);
      expect(Object.keys(removed).length).toBeGreaterThan(0);
      for (const each of [model, small]) disposeWeights(each);
      inputs.dispose();
    }),
    { numRuns: testRuns(20) },
  );
  warnings.mockRestore();
});

// TensorFlow.js does not save the multiplier of separable convolutions
const savable = architecture.filter(({ blocks }) => {
  return blocks.every((block) => block.kind !== 'separable' || block.multiplier === 1);
});

it('gives stock layers that save and load without this package', async () => {
  await fc.assert(
    fc.asyncProperty(savable, async (design) => {
      const model = modelOf(design);
      const inputs = tf.randomNormal([2, 8, 8, 2], 0, 1, 'float32', design.seed);
      const { model: small } = await distanceAfter(model, inputs, 0.5);
      const loaded = await savedAndLoaded(small);
      expect(distance(small, loaded, inputs)).toBe(0);
      expect(loaded.layers.map((layer) => layer.getClassName())).toEqual(
        model.layers.map((layer) => layer.getClassName()),
      );
      for (const each of [model, small, loaded]) disposeWeights(each);
      inputs.dispose();
    }),
    { numRuns: testRuns(8) },
  );
});

it('gives the outputs of the masked model where a Sequential model begins with another model', async () => {
  const inner = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [4], units: 6, activation: 'tanh', name: 'a' }),
      tf.layers.dense({ units: 5, activation: 'sigmoid', name: 'b' }),
    ],
  });
  const model = withRandomWeights(tf.sequential({ layers: [inner, tf.layers.dense({ units: 2, name: 'c' })] }), 3);
  const inputs = tf.randomNormal([4, 4], 0, 1, 'float32', 1);
  const { model: small, removed, far } = await distanceAfter(model, inputs, 0.5);
  expect(far).toBeLessThan(1e-5);
  expect(Object.values(removed).flat()).toHaveLength(5);
  for (const each of [model, small]) disposeWeights(each);
  inputs.dispose();
});
