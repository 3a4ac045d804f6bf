// The ways to read a kernel [height, width, inputs, outputs] as a matrix, so that two factors are two convolutions.
import { type Matrix, matrix } from '@gcompress/core';

/**
 * Two convolutions in the place of one of k×k, with r channels between them:
 *
 * - `output-channels`: k×k to r channels, then 1×1. The matrix is `[k·k·inputs, outputs]` (Zhang et al., arXiv 1505.06798).
 * - `input-channels`: 1×1 to r channels, then k×k. The matrix is `[inputs, k·k·outputs]`.
 * - `spatial`: k×1 to r channels, then 1×k. The matrix is `[k·inputs, k·outputs]` (Jaderberg et al., arXiv 1405.3866).
 */
export type ConvolutionForm = 'output-channels' | 'input-channels' | 'spatial';

/** All forms. */
export const CONVOLUTION_FORMS: readonly ConvolutionForm[] = ['output-channels', 'input-channels', 'spatial'];

/** Sides of a kernel: height, width, inputs, outputs. */
export type KernelShape = readonly [number, number, number, number];

/** Values and shape of a kernel. */
export interface Kernel {
  readonly shape: KernelShape;
  readonly values: Float32Array;
}

/** The matrix of a kernel. */
export function matrixOfKernel(form: ConvolutionForm, { values, shape }: Kernel): Matrix {
  const [height, width, inputs, outputs] = shape;
  const [rows, columns] = sides(form, shape);
  if (form === 'output-channels') return matrix([rows, columns], values);
  if (form === 'input-channels')
    return matrix([rows, columns], exchanged(values, [1, height * width, inputs, outputs]));
  return matrix([rows, columns], exchanged(values, [height, width, inputs, outputs]));
}

/** The values of a kernel from its matrix: the inverse of {@link matrixOfKernel}. */
export function valuesOfMatrix(form: ConvolutionForm, { data }: Matrix, shape: KernelShape): Float32Array {
  const [height, width, inputs, outputs] = shape;
  if (form === 'output-channels') return data;
  if (form === 'input-channels') return exchanged(data, [1, inputs, height * width, outputs]);
  return exchanged(data, [height, inputs, width, outputs]);
}

/** The kernels of the two convolutions, from the factors `b [m, r]` and `c [r, n]` of the matrix. */
export function kernelsOfFactors(
  form: ConvolutionForm,
  [height, width, inputs, outputs]: KernelShape,
  b: Float32Array,
  c: Float32Array,
): readonly [Kernel, Kernel] {
  const rank = c.length / sides(form, [height, width, inputs, outputs])[1];
  if (form === 'output-channels') {
    return [
      { shape: [height, width, inputs, rank], values: b },
      { shape: [1, 1, rank, outputs], values: c },
    ];
  }
  if (form === 'input-channels') {
    return [
      { shape: [1, 1, inputs, rank], values: b },
      { shape: [height, width, rank, outputs], values: exchanged(c, [1, rank, height * width, outputs]) },
    ];
  }
  return [
    { shape: [height, 1, inputs, rank], values: b },
    { shape: [1, width, rank, outputs], values: exchanged(c, [1, rank, width, outputs]) },
  ];
}

/** Rows and columns of the matrix of a kernel. */
export function sides(form: ConvolutionForm, [height, width, inputs, outputs]: KernelShape): readonly [number, number] {
  if (form === 'output-channels') return [height * width * inputs, outputs];
  return form === 'input-channels' ? [inputs, height * width * outputs] : [height * inputs, width * outputs];
}

/** Values `[a, b, c, d]` as `[a, c, b, d]`. */
function exchanged(values: Float32Array, [a, b, c, d]: readonly [number, number, number, number]): Float32Array {
  const turned = new Float32Array(values.length);
  for (let i = 0, at = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      for (let k = 0; k < c; k++, at += d) {
        turned.set(values.subarray(at, at + d), ((i * c + k) * b + j) * d);
      }
    }
  }
  return turned;
}
