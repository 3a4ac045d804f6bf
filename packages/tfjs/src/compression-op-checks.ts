import { GCompressError, type Shape2D } from '@gcompress/core';
import { getGradient, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { isViewOf, type MatrixView } from './matrix-view.ts';

/** How a variable is read as a matrix; refused where the sizes do not fit. */
export function viewOf(matrix: Variable, { shape, permutation }: Partial<MatrixView>, name: string): MatrixView {
  const sides = shape ?? (matrix.shape as Shape2D);
  const view = { shape: sides, permutation };
  if (matrix.dtype === 'float32' && isViewOf(view, matrix.shape)) return view;
  throw new GCompressError('shape-mismatch', {
    where: `TfCompressionOp '${name}'`,
    expected: 'a float32 matrix, or a shape [m, n] of the same size to read the variable as',
    actual: `${matrix.dtype} [${matrix.shape.join(', ')}] read as [${sides.join(', ')}]${permutation ? `, axes ${permutation}` : ''}`,
  });
}

/** Refuses a tensor that a matrix with so many rows cannot be multiplied with. */
export function assertLastSide(x: Tensor, side: number, name: string): void {
  if (x.shape[x.rank - 1] === side) return;
  throw new GCompressError('shape-mismatch', {
    where: `applyMatMul of '${name}'`,
    expected: `a tensor with a last side of ${side}`,
    actual: `[${x.shape.join(', ')}]`,
  });
}

/** Refuses tfjs without gradients, with which nothing would train. */
export function assertGradients(): void {
  if (getGradient('BatchMatMul') || getGradient('MatMul')) return;
  throw new GCompressError('unsupported', {
    where: 'TfCompressionOp',
    expected: 'gradients that are registered',
    actual: '@tensorflow/tfjs-core alone, which has none',
    hint: "Import '@tensorflow/tfjs' or '@tensorflow/tfjs-layers' once in the application.",
  });
}
