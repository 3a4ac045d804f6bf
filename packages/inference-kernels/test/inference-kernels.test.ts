// Every kernel against the dense product, on each backend, and what packed layers hold and report.
import { createRandom, type Shape2D } from '@gcompress/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { executionReport, type InferenceKernel } from '@gcompress/tfjs/layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inferenceKernels } from '../src/index.ts';
import { denseMatrix, largestError, packedModel } from './products.ts';
import { codebookForm, dictionaryForm, prunedForm, type RandomForm } from './random-forms.ts';

const FORMS: Readonly<Record<string, RandomForm>> = {
  '16 levels': codebookForm(16, 1),
  '11 levels': codebookForm(11, 1),
  '2 levels': codebookForm(2, 1),
  '256 blocks of 16': codebookForm(256, 16),
  '200 blocks of 3': codebookForm(200, 3),
  '20 blocks of 8': codebookForm(20, 8),
  'nothing kept': prunedForm(0),
  'a tenth kept': prunedForm(0.1),
  'all kept': prunedForm(1),
  'codes of whole rows': dictionaryForm(1000, 6, 3, true),
  'codes of pieces, masked': dictionaryForm(9, 5, 2, true),
  'codes of pieces': dictionaryForm(8, 300, 4, false),
};

// None is a multiple of all tiles: 8 and 128 rows, 4, 8 and 32 columns
const SHAPES: readonly Shape2D[] = [
  [1, 1],
  [1, 40],
  [7, 32],
  [8, 33],
  [9, 64],
  [13, 95],
  [131, 70],
];
const BATCHES = [0, 1, 2, 3, 8, 13];

const ON: Readonly<Record<string, readonly [backend: string, kernels: InferenceKernel[]]>> = {
  cpu: ['cpu', inferenceKernels()],
  wasm: ['wasm', inferenceKernels()],
  'wasm without SIMD': ['wasm', inferenceKernels({ simd: false })],
};

afterAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(Object.entries(ON))('on %s', (place, [backend, kernels]) => {
  beforeAll(async () => {
    expect(await tf.setBackend(backend)).toBe(true);
  });

  it.each(Object.entries(FORMS))('multiplies by %s as the dense matrix does', (name, form) => {
    for (const [i, shape] of SHAPES.entries()) {
      const matrix = form(shape, i);
      const dense = denseMatrix(matrix);
      const model = packedModel(matrix, kernels);
      for (const batch of BATCHES) {
        const random = createRandom(batch);
        // Some inputs are 0, as after a relu
        const values = Float32Array.from({ length: batch * shape[0] }, () => Math.max(-0.5, random.normal()) + 0.5);
        const x = tf.tensor2d(values, [batch, shape[0]]);
        const product = tf.tidy(() => model.apply(x) as tf.Tensor);
        expect(product.shape).toEqual([batch, shape[1]]);
        // SIMD rounds to 15 bits what one row of x multiplies by 4-bit codes
        const steps = place === 'wasm' && name.endsWith('levels') && batch === 1 ? 16_383 : 0;
        const tolerance = { sums: 2e-5, steps };
        expect(largestError(product.dataSync(), values, dense, [batch, ...shape], tolerance)).toBeLessThan(1);
        tf.dispose([x, product]);
      }
      expect(executionReport(model).map(({ execution }) => execution)).toEqual(['kernel']);
      model.dispose();
    }
  });
});
