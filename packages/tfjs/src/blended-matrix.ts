import type { CompressedFormat, MatrixForm } from '@gcompress/core';
import { add, gather, matMul, mul, norm, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { CompressedKernel } from './compressed-kernel.ts';
import type { CompressionVariables } from './compression-variables.ts';
import { fromMatrix, type MatrixView, toMatrix } from './matrix-view.ts';
import { tfOps } from './tensor-ops.ts';

/** What a {@link BlendedMatrix} is made of; all of it stays the caller's. */
export interface BlendedMatrixParts {
  readonly format: CompressedFormat;
  readonly form: MatrixForm;
  readonly variables: CompressionVariables;
  readonly view: MatrixView;
  /** Computes with Ŵ. */
  readonly kernel: CompressedKernel;
}

/** How things stand at one call. */
export interface Blend {
  /** The weight of A. */
  readonly alpha: number;
  /** Whether both terms take part whatever alpha is, so that optimizers see every variable. */
  readonly training: boolean;
  /** Whether a part of A takes no part any more. */
  readonly leavesOut: boolean;
}

/** Computes with `α·A + (1−α)·Ŵ` on tensors. The caller owns every result. */
export class BlendedMatrix {
  readonly #parts: BlendedMatrixParts;

  constructor(parts: BlendedMatrixParts) {
    this.#parts = parts;
  }

  /** In the shape of the variable. */
  weight(blend: Blend): Tensor {
    const { variables, view, kernel } = this.#parts;
    const { matrix } = variables;
    const inShape = (of: Tensor) => fromMatrix(of, matrix.shape, view);
    return this.#sum(
      blend,
      () => (blend.leavesOut ? inShape(this.#dense(blend)) : matrix),
      () => inShape(kernel.reconstruct()),
    );
  }

  /** `[m, n]`. */
  matrix(blend: Blend): Tensor {
    return this.#sum(
      blend,
      () => this.#dense(blend),
      () => this.#parts.kernel.reconstruct(),
    );
  }

  /** `x [b, m] → [b, n]`, or with the transpose `x [b, n] → [b, m]`. */
  multiply(x: Tensor, transpose: boolean, blend: Blend): Tensor {
    const { kernel } = this.#parts;
    // Where the product needs Ŵ, blending the matrices first saves a product
    if (!(transpose ? kernel.usesFactorsTransposed : kernel.usesFactors)) {
      return tidy(() => matMul(x, this.matrix(blend), false, transpose));
    }
    return this.#sum(
      blend,
      () => matMul(x, this.#dense(blend), false, transpose),
      () => (transpose ? kernel.multiplyTransposed(x) : kernel.multiply(x)),
    );
  }

  /** Rows by int32 `ids [q] → [q, n]`. */
  lookup(ids: Tensor, blend: Blend): Tensor {
    return this.#sum(
      blend,
      () => gather(this.#dense(blend), ids),
      () => this.#parts.kernel.lookup(ids),
    );
  }

  /** `‖A − Ŵ‖ / ‖A‖`. */
  async relativeError(): Promise<number> {
    const [error, size] = tidy(() => {
      const dense = this.#whole();
      return [norm(sub(dense, this.#parts.kernel.reconstruct())), norm(dense)];
    });
    try {
      const [[errorNorm], [matrixNorm]] = await Promise.all([error.data(), size.data()]);
      return matrixNorm === 0 ? 0 : errorNorm / matrixNorm;
    } finally {
      error.dispose();
      size.dispose();
    }
  }

  /** A `[m, n]`. */
  #whole(): Tensor {
    return toMatrix(this.#parts.variables.matrix, this.#parts.view);
  }

  /** What of A takes part, `[m, n]`. */
  #dense({ leavesOut }: Blend): Tensor {
    return tidy(() => {
      const matrix = this.#whole();
      if (!leavesOut) return matrix;
      const { format, form, variables } = this.#parts;
      return format.remaining?.(tfOps, matrix, variables.factors, form) ?? matrix;
    });
  }

  #sum({ alpha, training }: Blend, dense: () => Tensor, compressed: () => Tensor): Tensor {
    return tidy(() => {
      // A copy, because the caller owns the result and may dispose it
      if (!training && alpha === 1) return dense().clone();
      if (!training && alpha === 0) return compressed();
      const weight = this.#parts.variables.alpha;
      return add(mul(weight, dense()), mul(sub(1, weight), compressed()));
    });
  }
}
