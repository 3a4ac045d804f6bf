// Quick benchmarks of kernels: products, singular value decomposition and the nearest of many rows.
import { createRandom, type Kernels, type Matrix, matrix } from '@gcompress/core';
import { gram, multiply, portableKernels, truncatedSvd } from '@gcompress/linalg';
import * as tf from '@tensorflow/tfjs';
import { Matrix as MlMatrix, SingularValueDecomposition } from 'ml-matrix';
import type { QuickCase } from './quick-case.ts';

const WASM = 'WebAssembly kernels';
const PORTABLE = 'portable kernels';

/** The cases, with these WebAssembly kernels. */
export function kernelCases(kernels: Kernels): QuickCase[] {
  const square = normal(256, 256, 1);
  const tall = normal(384, 192, 2);
  const ml = MlMatrix.from1DArray(256, 256, square.data);
  const mlTall = MlMatrix.from1DArray(384, 192, tall.data);
  return [
    {
      name: 'Product, 256 × 256 × 256',
      matrix: square,
      subjects: [
        { what: WASM, run: () => multiply(square, square, kernels) },
        { what: PORTABLE, run: () => multiply(square, square, portableKernels) },
        { what: 'ml-matrix', run: () => ml.mmul(ml) },
        { what: 'tfjs cpu, float32', run: () => tensorProduct(square) },
        { what: 'numpy product, float64' },
      ],
    },
    {
      name: 'Gram matrix of 256 × 256',
      matrix: square,
      subjects: [
        { what: WASM, run: () => gram(square, kernels) },
        { what: PORTABLE, run: () => gram(square, portableKernels) },
        { what: 'numpy Gram matrix, float64' },
      ],
    },
    {
      name: 'Truncated SVD of 384 × 192, rank 16',
      matrix: tall,
      subjects: [
        { what: WASM, run: () => truncatedSvd(tall, 16, { kernels }) },
        { what: PORTABLE, run: () => truncatedSvd(tall, 16) },
        { what: 'ml-matrix svd', run: () => new SingularValueDecomposition(mlTall) },
        { what: 'numpy svd, full' },
        { what: 'scikit-learn randomized_svd, float64' },
        { what: 'scikit-learn randomized_svd, float32' },
      ],
    },
  ];
}

/** A matrix of independent normal entries. */
export function normal(rows: number, cols: number, seed: number): Matrix {
  const random = createRandom(seed);
  return matrix(
    [rows, cols],
    Float32Array.from({ length: rows * cols }, () => random.normal()),
  );
}

async function tensorProduct({ shape, data }: Matrix): Promise<void> {
  await tf.setBackend('cpu');
  tf.tidy(() => {
    const tensor = tf.tensor2d(data, [shape[0], shape[1]]);
    tensor.matMul(tensor).dataSync();
  });
}
