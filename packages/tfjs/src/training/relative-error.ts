// The relative error of a compressed weight, computed on the backend.
import { norm, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type MatrixView, toMatrix } from '../weight/matrix-view.ts';

/** `‖A − Ŵ‖ / ‖A‖` of two weights of the same shape; 0 if A is 0. */
export async function relativeError(dense: Tensor, compressed: () => Tensor, view: MatrixView): Promise<number> {
  const [error, size] = tidy(() => {
    const matrix = toMatrix(dense, view);
    return [norm(sub(matrix, toMatrix(compressed(), view))), norm(matrix)];
  });
  try {
    const [[errorNorm], [matrixNorm]] = await Promise.all([error.data(), size.data()]);
    return matrixNorm === 0 ? 0 : errorNorm / matrixNorm;
  } finally {
    error.dispose();
    size.dispose();
  }
}
