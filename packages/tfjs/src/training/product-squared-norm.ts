// The squared norm of a product of matrices, computed without the product.
import { GCompressError } from '@gcompress/core';
import { matMul, mul, type Scalar, square, sum, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { assertTensor } from '../argument-checks.ts';

/**
 * `‖F₁·F₂·…·Fₙ‖²`, the squared Frobenius norm of a product, for factors `[m, k]`, `[k, …]`, …, `[…, n]`. It has gradients. Added to a loss with a
 * factor of `λ/2`, it is Frobenius decay: weight decay of the matrix that the factors stand for, where decay of each factor would shrink their
 * nuclear norm instead.
 *
 * For two factors it takes about `k²·(m + n)` multiplications; the product alone would take `k·m·n`.
 *
 * Source: Khodak, Tenenholtz, Mackey and Fusi, "Initialization and Regularization of Factorized Neural Layers", 2021.
 *
 * @param factors at least one matrix; a scalar result belongs to the caller.
 * @throws GCompressError `invalid-option` for anything but a list of matrices, `shape-mismatch` for sides that do not fit.
 */
export function productSquaredNorm(factors: readonly Tensor2D[]): Scalar {
  assertChain(factors);
  return tidy(() => {
    const [first, ...others] = factors;
    const last = others.pop();
    if (!last) return sum(square(first)) as Scalar;
    let gram = matMul(first, first, true);
    for (const factor of others) gram = matMul(factor, matMul(gram, factor), true);
    // The trace of Fᵀ·G·F, without its other entries
    return sum(mul(last, matMul(gram, last))) as Scalar;
  });
}

function assertChain(factors: unknown): void {
  const where = 'productSquaredNorm';
  if (!Array.isArray(factors) || factors.length === 0) {
    throw new GCompressError('invalid-option', {
      where: `${where} factors`,
      expected: 'a list of matrices',
      actual: Array.isArray(factors) ? 'an empty list' : typeof factors,
    });
  }
  let before: readonly number[] | undefined;
  for (const [at, factor] of factors.entries()) {
    assertTensor(where, `factor ${at}`, factor);
    const { shape } = factor as Tensor2D;
    if (shape.length === 2 && (!before || before[1] === shape[0])) {
      before = shape;
      continue;
    }
    throw new GCompressError('shape-mismatch', {
      where: `${where} factor ${at}`,
      expected: before ? `a matrix of ${before[1]} rows, the columns of the factor before` : 'a matrix',
      actual: `[${[...shape].join(', ')}]`,
    });
  }
}
