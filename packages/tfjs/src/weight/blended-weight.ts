// A weight that fades from the dense matrix A to its compressed form Ŵ.
import { add, matMul, mul, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { Execution } from './choose-execution.ts';
import { fromRows, toRows } from './last-axis.ts';
import { type MatrixView, toMatrix } from './matrix-view.ts';
import type { Weight } from './weight.ts';

/** The parts of a {@link BlendedWeight}; the caller keeps and disposes them. */
export interface BlendedWeightParts {
  /** A, masked where the format prunes. */
  readonly dense: Weight;
  /** Ŵ, and whether a use of it is computed from factors or through the matrix. */
  readonly compressed: Weight & { execution(use: 'matMul' | 'transposedMatMul'): Execution };
  readonly view: MatrixView;
  /** The share of A: a float32 scalar, or a variable that holds it. */
  readonly alpha: Tensor;
}

/** The weight `α·A + (1−α)·Ŵ`. */
export class BlendedWeight implements Weight {
  readonly #parts: BlendedWeightParts;
  readonly #knownAlpha: (() => number) | undefined;

  /**
   * @param knownAlpha the value of alpha; a term whose share is 0 is then left out. Omit it for training: both terms are then computed
   * at every alpha, so that optimizers see every variable.
   */
  constructor(parts: BlendedWeightParts, knownAlpha?: () => number) {
    this.#parts = parts;
    this.#knownAlpha = knownAlpha;
  }

  read(): Tensor {
    const { dense, compressed } = this.#parts;
    return this.#sum(
      () => dense.read(),
      () => compressed.read(),
    );
  }

  matMul(x: Tensor, transpose = false): Tensor {
    const { dense, compressed, view } = this.#parts;
    const use = transpose ? 'transposedMatMul' : 'matMul';
    return tidy(() => {
      const rows = toRows(x);
      // If the product needs Ŵ anyway, blending the matrices first saves a product
      if (compressed.execution(use) === 'dense') {
        return fromRows(matMul(rows, toMatrix(this.read(), view), false, transpose), x);
      }
      const product = this.#sum(
        () => dense.matMul(rows, transpose),
        () => compressed.matMul(rows, transpose),
      );
      return fromRows(product, x);
    });
  }

  lookup(ids: Tensor): Tensor {
    const { dense, compressed } = this.#parts;
    return this.#sum(
      () => dense.lookup(ids),
      () => compressed.lookup(ids),
    );
  }

  /** Does nothing: the parts are the caller's. */
  dispose(): void {}

  #sum(dense: () => Tensor, compressed: () => Tensor): Tensor {
    const known = this.#knownAlpha?.();
    if (known === 1) return dense();
    if (known === 0) return compressed();
    return tidy(() => {
      const { alpha } = this.#parts;
      return add(mul(alpha, dense()), mul(sub(1, alpha), compressed()));
    });
  }
}
