// The squared norm of a product and its gradients.
import { isGCompressError } from '@gcompress/core';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import { normalMatrix } from '@gcompress/testkit';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { productSquaredNorm } from '../src/index.ts';
import { compressedLayers, compressModel } from '../src/layers/index.ts';
import { useTestBackend } from './backend.ts';
import { classes, compile, smallNetwork, train } from './networks.ts';
import { fourSteps, runSteps, useOperators } from './operators.ts';

beforeAll(async () => {
  await useTestBackend();
});

const code = (expected: string) => expect.toSatisfy((error) => isGCompressError(error, expected));
const chain = (sides: readonly number[], seed: number) =>
  sides.slice(1).map((side, at) => tf.randomNormal<tf.Rank.R2>([sides[at], side], 0, 1, 'float32', seed + at));

/** How far two tensors are apart, relative to the second. */
const apart = (a: tf.Tensor, b: tf.Tensor) => tf.tidy(() => a.sub(b).norm().div(b.norm().add(1e-9)).dataSync()[0]);

describe('productSquaredNorm', () => {
  it('is the squared norm of the product and has its gradients, for any number of factors', () => {
    const sides = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(sides, fc.integer({ min: 1, max: 1000 }), (lengths, seed) => {
        tf.tidy(() => {
          const factors = chain(lengths, seed);
          const product = (...all: tf.Tensor[]) =>
            all
              .reduce((left, right) => tf.matMul(left, right))
              .square()
              .sum() as tf.Scalar;
          const own = (...all: tf.Tensor[]) => productSquaredNorm(all as tf.Tensor2D[]);
          expect(apart(own(...factors), product(...factors))).toBeLessThan(1e-4);
          const expected = tf.grads(product)(factors);
          for (const [at, gradient] of tf.grads(own)(factors).entries()) {
            expect(apart(gradient, expected[at])).toBeLessThan(1e-3);
          }
        });
      }),
      { numRuns: 40 },
    );
  });

  it('leaves one tensor behind', () => {
    const factors = chain([4, 2, 3], 1);
    const before = tf.memory().numTensors;
    const norm = productSquaredNorm(factors);
    expect(tf.memory().numTensors).toBe(before + 1);
    tf.dispose([norm, factors]);
  });

  it.each<[string, () => unknown, string]>([
    ['nothing', () => [], 'invalid-option'],
    ['no list', () => 3, 'invalid-option'],
    ['numbers', () => [[1, 2]], 'invalid-option'],
    ['sides that do not fit', () => [tf.ones([2, 3]), tf.ones([2, 3])], 'shape-mismatch'],
    ['a vector', () => [tf.ones([2])], 'shape-mismatch'],
  ])('refuses %s', (_, factors, expected) => {
    tf.tidy(() => {
      const given = factors() as tf.Tensor2D[];
      expect(() => productSquaredNorm(given)).toThrow(code(expected));
    });
  });
});

describe('squaredNorm of an operator', () => {
  const operatorOn = useOperators({ compressor: lowRank({ rank: 2 }), schedule: fourSteps });

  it.each([
    ['low rank', lowRank({ rank: 2 })],
    ['k-means', kMeans({ levels: 4 })],
  ])('is that of the compressed form: %s', async (_, compressor) => {
    const op = operatorOn(normalMatrix([8, 6]), { compressor });
    await runSteps(op, 2);
    const { data } = op.toCompressedMatrixSync().decompress();
    const expected = data.reduce((sum, value) => sum + value * value, 0);
    const norm = op.squaredNorm();
    expect(norm.dataSync()[0] / expected).toBeCloseTo(1, 4);
    norm.dispose();
  });

  it('decays the product: a step along its gradient changes each factor by what the other one is', async () => {
    const op = operatorOn(normalMatrix([8, 6]));
    await runSteps(op, 4);
    const { b, c } = op.variables.factors;
    tf.tidy(() => {
      const { grads } = tf.variableGrads(() => op.squaredNorm().mul(0.5) as tf.Scalar, [b, c]);
      expect(apart(grads[b.name], tf.matMul(b, tf.matMul(c, c, false, true)))).toBeLessThan(1e-5);
      expect(apart(grads[c.name], tf.matMul(tf.matMul(b, b, true), c))).toBeLessThan(1e-5);
    });
  });
});

it('as a loss of a layer, fit makes the products smaller', async () => {
  const data = classes();
  const norms: number[] = [];
  for (const rate of [0, 0.1]) {
    const schedule = linearAlpha({ begin: 0, end: 2, frequency: 1 });
    const { model, callback } = compressModel(smallNetwork(), {
      method: lowRank({ rank: 3 }),
      schedule,
      minWeights: 150,
    });
    for (const layer of compressedLayers(model)) {
      layer.addLoss(() => tf.tidy(() => layer.ops[0].squaredNorm().mul(rate / 2) as tf.Scalar));
    }
    compile(model);
    await train(model, data, 10, [callback]);
    norms.push(...compressedLayers(model).map(({ ops }) => tf.tidy(() => ops[0].squaredNorm().dataSync()[0])));
    model.dispose();
  }
  const [first, second, firstDecayed, secondDecayed] = norms;
  expect(firstDecayed).toBeLessThan(0.9 * first);
  expect(secondDecayed).toBeLessThan(0.9 * second);
  data.dispose();
});
