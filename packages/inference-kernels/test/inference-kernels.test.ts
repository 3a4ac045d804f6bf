// Every kernel against the dense product, on each backend, and what packed layers hold and report.
import { createRandom, type Shape2D } from '@gcompress/core';
import { dictLearnFormat } from '@gcompress/dictlearn/format';
import {
  codebookForm,
  dictionaryForm,
  prunedForm,
  type RandomForm,
  type StoredMatrix,
  signForm,
} from '@gcompress/fixtures/stored-matrices';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { prunedFormat } from '@gcompress/pruning/format';
import { simhashFormat } from '@gcompress/simhash/format';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { executionReport, type InferenceKernel } from '@gcompress/tfjs/layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inferenceKernels } from '../src/index.ts';
import { denseMatrix, largestError, packedModel } from './products.ts';

/** Sign bits, at most 32 for each row: so many digits has an orthogonal projection. */
function clamped(bits: number, planes: 'orthogonal' | 'fitted'): RandomForm {
  return (shape, seed) => signForm(simhashFormat, Math.min(bits, 32 * shape[0]), planes)(shape, seed);
}

const FORMS: Readonly<Record<string, RandomForm>> = {
  '16 levels': codebookForm(kMeansFormat, 16, 1),
  '11 levels': codebookForm(kMeansFormat, 11, 1),
  '2 levels': codebookForm(kMeansFormat, 2, 1),
  '256 levels': codebookForm(kMeansFormat, 256, 1),
  '40 levels': codebookForm(kMeansFormat, 40, 1),
  '256 blocks of 16': codebookForm(kMeansFormat, 256, 16),
  '200 blocks of 3': codebookForm(kMeansFormat, 200, 3),
  '20 blocks of 8': codebookForm(kMeansFormat, 20, 8),
  'nothing kept': prunedForm(prunedFormat, 0),
  'a tenth kept': prunedForm(prunedFormat, 0.1),
  'all kept': prunedForm(prunedFormat, 1),
  'codes of whole rows': dictionaryForm(dictLearnFormat, { length: 1000, atoms: 6, most: 3, masked: true }),
  'codes of pieces, masked': dictionaryForm(dictLearnFormat, { length: 9, atoms: 5, most: 2, masked: true }),
  'codes of pieces': dictionaryForm(dictLearnFormat, { length: 8, atoms: 300, most: 4, masked: false }),
  'codes of 8 bits': dictionaryForm(dictLearnFormat, { length: 8, atoms: 30, most: 4, masked: false, valueBits: 8 }),
  'codes of 12 bits': dictionaryForm(dictLearnFormat, { length: 9, atoms: 300, most: 2, masked: false, valueBits: 12 }),
  'codes of rows, 6 bits': dictionaryForm(dictLearnFormat, {
    length: 1000,
    atoms: 6,
    most: 3,
    masked: true,
    valueBits: 6,
  }),
  'a hundredth kept': prunedForm(prunedFormat, 0.01),
  '1 sign bit a column': signForm(simhashFormat, 1, 'orthogonal'),
  '13 sign bits a column': clamped(13, 'orthogonal'),
  '70 sign bits a column': clamped(70, 'orthogonal'),
  '45 sign bits of fitted planes': signForm(simhashFormat, 45, 'fitted'),
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

const isFewLevels = ({ packed: { tensors } }: StoredMatrix) =>
  tensors.codebook !== undefined && tensors.codebook.shape[0] <= 16 && tensors.codebook.shape[1] === 1;

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

  it.each(Object.entries(FORMS))('multiplies by %s as the dense matrix does', (_, form) => {
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
        // SIMD rounds to 15 bits what one row of x multiplies by half bytes
        const isRounded = place === 'wasm' && batch === 1 && isFewLevels(matrix);
        const steps = isRounded ? 16_383 : 0;
        const tolerance = { sums: 2e-5, steps };
        expect(largestError(product.dataSync(), values, dense, [batch, ...shape], tolerance)).toBeLessThan(1);
        tf.dispose([x, product]);
      }
      expect(executionReport(model).map(({ execution }) => execution)).toEqual(['kernel']);
      model.dispose();
    }
  });
});
