// What TensorFlow.js 4.22.0 gets wrong on every backend, or on cpu alone, and what works instead: the README's limits say so.
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectAgreement, normal, on, startBackends } from './both-backends.ts';
import { titled, withoutGradient } from './sweep/layer-cases.ts';
import { outcome, outputOf } from './sweep/training-pass.ts';

beforeAll(startBackends);

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  it.each(withoutGradient.map(([layerCase, message]) => [...titled(layerCase), message] as const))(
    '%s runs, but does not train',
    (_, layerCase, message) => {
      expect(outputOf(backend, layerCase).every(Number.isFinite)).toBe(true);
      expect(() => outcome(backend, layerCase)).toThrow(message);
    },
  );

  it('centered RMSProp gives NaN where a gradient is 0, and what it should with a negative epsilon', () => {
    const weights = (epsilon: number) =>
      on(backend, () => {
        const weight = tf.variable(tf.tensor1d([1, 2]));
        const optimizer = tf.train.rmsprop(0.01, 0.9, 0, epsilon, true);
        for (let step = 0; step < 5; step++) {
          optimizer.minimize(() => tf.sum(tf.mul(tf.square(weight), tf.tensor1d([0, 0.5]))) as tf.Scalar);
        }
        optimizer.dispose();
        const after = tf.clone(weight);
        weight.dispose();
        return after;
      }).values;
    expect(weights(1e-7)[0]).toBeNaN();
    const [unmoved, moved] = weights(-1e-7);
    expect(unmoved).toBe(1);
    expect(moved).toBeCloseTo(centeredRmsProp(2, 5), 5);
  });

  it('batch normalization by axis 1 trains between two permutations', () => {
    void tf.setBackend(backend);
    const layers = [
      tf.layers.permute({ dims: [2, 3, 1] }),
      tf.layers.batchNormalization(),
      tf.layers.permute({ dims: [3, 1, 2] }),
    ];
    const normalized = (x: tf.Tensor) =>
      layers.reduce((input, layer) => layer.apply(input, { training: true }) as tf.Tensor, x);
    const images = () => normal([3, 2, 4, 5], 1);
    tf.tidy(() => void normalized(images()));
    const means = on(backend, () => tf.mean(normalized(images()), [0, 2, 3])).values;
    expect(Math.max(...means.map(Math.abs))).toBeLessThan(1e-5);
    expectAgreement(() => tf.grad((x) => tf.sum(tf.mul(normalized(x), normal([3, 2, 4, 5], 2))))(images()));
    for (const layer of layers) layer.dispose();
  });
});

/** Steps at the gradient `w` of ½w² by the formula that TensorFlow documents: `m / √(ms − mg² + ε)`, rate 0.01 and decay 0.9. */
function centeredRmsProp(weight: number, steps: number): number {
  let [w, ms, mg] = [weight, 0, 0];
  for (let step = 0; step < steps; step++) {
    ms = 0.9 * ms + 0.1 * w * w;
    mg = 0.9 * mg + 0.1 * w;
    w -= (0.01 * w) / Math.sqrt(ms - mg * mg + 1e-7);
  }
  return w;
}

/**
 * Pooling and resizing are linear where no value changes its place among the others, so that ⟨dx, x⟩ = ⟨dy, y⟩, whatever the backend
 * says of the gradient dx.
 */
function defect(backend: 'cpu' | 'wasm', compute: (x: tf.Tensor) => tf.Tensor, shape: number[]): number {
  const [byOutput, byInput] = on(backend, () => {
    const x = normal(shape, 1);
    const y = compute(x);
    const dy = normal(y.shape, 2);
    const dx = tf.grad((input) => tf.sum(tf.mul(compute(input), dy)))(x);
    return tf.stack([tf.sum(tf.mul(dy, y)), tf.sum(tf.mul(dx, x))]);
  }).values;
  return Math.abs(byOutput - byInput);
}

describe('where cpu is wrong and wasm is right', () => {
  const enlarged = (x: tf.Tensor) => tf.layers.upSampling2d({ size: [2, 3] }).apply(x) as tf.Tensor;
  const blended = (x: tf.Tensor) =>
    tf.layers.upSampling2d({ size: [2, 2], interpolation: 'bilinear' }).apply(x) as tf.Tensor;
  const flat = (x: tf.Tensor) => tf.maxPool3d(x as tf.Tensor5D, [1, 2, 1], 1, 'valid');

  it('upSampling2d by nearest neighbours, in batches of more than one', () => {
    expect(defect('cpu', enlarged, [2, 2, 2, 1])).toBeGreaterThan(0.1);
    expect(defect('wasm', enlarged, [2, 2, 2, 1])).toBeLessThan(1e-4);
  });

  it('upSampling2d by bilinear interpolation, of images that are not square', () => {
    expect(() => defect('cpu', blended, [1, 2, 3, 1])).toThrow('does not match the shape of the input');
    expect(defect('wasm', blended, [2, 2, 3, 1])).toBeLessThan(1e-4);
  });

  it('maxPooling3d, whose windows are not as high as wide', () => {
    expect(defect('cpu', flat, [1, 1, 2, 1, 1])).toBeGreaterThan(0.1);
    const side = fc.integer({ min: 1, max: 3 });
    const cases = fc.record({
      size: fc.integer({ min: 3, max: 5 }),
      window: fc.tuple(side, side, side),
      stride: side,
      pad: fc.constantFrom<('same' | 'valid')[]>('same', 'valid'),
    });
    fc.assert(
      fc.property(cases, ({ size, window, stride, pad }) => {
        const pool = (x: tf.Tensor) => tf.maxPool3d(x as tf.Tensor5D, window, stride, pad);
        expect(defect('wasm', pool, [2, size, 3, size, 2])).toBeLessThan(1e-3);
      }),
      { numRuns: 20, seed: 3 },
    );
  });
});
