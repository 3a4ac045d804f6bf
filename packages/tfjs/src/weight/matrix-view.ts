// How a tensor of any rank is read as a matrix, and written back.
import type { Shape2D } from '@gcompress/core';
import { reshape, type Tensor, transpose } from '@tensorflow/tfjs-core';

/** How a tensor of any rank is read as a matrix: its axes in the order of `permutation`, then row-major as `shape`. */
export interface MatrixView {
  /** Shape `[m, n]` of the matrix. */
  readonly shape: Shape2D;
  /** Each axis of the tensor once. Default: first to last. */
  readonly permutation?: readonly number[] | undefined;
}

/** Reads a tensor as a matrix `[m, n]`. */
export function toMatrix(x: Tensor, { shape, permutation }: MatrixView): Tensor {
  return reshape(permutation ? transpose(x, [...permutation]) : x, [...shape]);
}

/** The inverse of {@link toMatrix}: the tensor of this shape whose matrix is given. */
export function fromMatrix(matrix: Tensor, shape: readonly number[], { permutation }: MatrixView): Tensor {
  if (!permutation) return reshape(matrix, [...shape]);
  const permuted = reshape(
    matrix,
    permutation.map((axis) => shape[axis]),
  );
  return transpose(
    permuted,
    shape.map((_, axis) => permutation.indexOf(axis)),
  );
}

/** True if the view puts each value of a tensor of this shape at exactly one place of the matrix. */
export function isViewOf({ shape, permutation }: MatrixView, tensorShape: readonly number[]): boolean {
  const size = (sides: readonly number[]) => sides.reduce((product, side) => product * side, 1);
  if (shape.length !== 2 || size(shape) !== size(tensorShape)) return false;
  return (
    !permutation || (permutation.length === tensorShape.length && tensorShape.every((_, i) => permutation.includes(i)))
  );
}
