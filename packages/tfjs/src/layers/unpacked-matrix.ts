import type { CompressedFormat, Factor, MatrixForm } from '@gcompress/core';
import { dispose, gather, keep, matMul, reshape, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { CompressedKernel } from '../compressed-kernel.ts';
import { fromMatrix, type MatrixView, toMatrix } from '../matrix-view.ts';
import type { DirectCall, MatrixOperator } from './direct-call.ts';

/** What an {@link UnpackedMatrix} is made of. */
export interface UnpackedMatrixParts {
  readonly format: CompressedFormat;
  readonly form: MatrixForm;
  readonly factors: Readonly<Record<string, Factor>>;
  readonly view: MatrixView;
  /** Shape of the weight that it stands for. */
  readonly weightShape: readonly number[];
  /** What the layer does with it; `undefined` when it needs the weight. */
  readonly needs: DirectCall['needs'] | undefined;
}

/**
 * A compressed matrix ready for inference: its factors where the layer can compute with them and that pays, otherwise the weight
 * itself and nothing else. What it holds is kept, because layers are called in a tidy.
 */
export class UnpackedMatrix implements MatrixOperator {
  readonly #parts: UnpackedMatrixParts;
  readonly #kept: Tensor[];
  /** Computes with the factors; not there when the weight is kept. */
  readonly #kernel: CompressedKernel | undefined;

  constructor(parts: UnpackedMatrixParts) {
    this.#parts = parts;
    const { format, form, view, weightShape, needs } = parts;
    const factors = Object.fromEntries(
      Object.entries(parts.factors).map(([name, { data, shape, dtype }]) => [
        name,
        keep(tensor(data, [...shape], dtype)),
      ]),
    );
    const kernel = new CompressedKernel({ format, form, factors, constant: true });
    if ((needs === 'products' && kernel.usesFactors) || (needs === 'rows' && kernel.looksUpInFactors)) {
      this.#kernel = kernel;
      this.#kept = Object.values(factors);
      return;
    }
    this.#kept = [tidy(() => keep(fromMatrix(kernel.reconstruct(), weightShape, view)))];
    kernel.dispose();
    dispose(Object.values(factors));
  }

  apply(): Tensor {
    const { view, weightShape } = this.#parts;
    return tidy(() =>
      this.#kernel ? fromMatrix(this.#kernel.reconstruct(), weightShape, view) : this.#kept[0].clone(),
    );
  }

  applyMatMul(x: Tensor): Tensor {
    return tidy(() => this.#kernel?.multiply(x) ?? matMul(x, toMatrix(this.#kept[0], this.#parts.view)));
  }

  applyLookup(ids: Tensor): Tensor {
    const [, cols] = this.#parts.form.shape;
    return tidy(() => {
      const flat = reshape(ids, [ids.size]);
      const rows = this.#kernel?.lookup(flat) ?? gather(toMatrix(this.#kept[0], this.#parts.view), flat);
      return reshape(rows, [...ids.shape, cols]);
    });
  }

  dispose(): void {
    this.#kernel?.dispose();
    dispose(this.#kept);
  }
}
