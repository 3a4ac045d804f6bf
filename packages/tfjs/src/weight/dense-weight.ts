// A dense weight: a weight without compression.
import { dispose, gather, matMul, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { fromRows, onAllIds, toRows } from './last-axis.ts';
import { type MatrixView, toMatrix } from './matrix-view.ts';
import type { Weight } from './weight.ts';

/** A weight that reads its tensor, such as a variable, at each call. */
export class DenseWeight implements Weight {
  readonly #value: () => Tensor;
  readonly #view: MatrixView;
  readonly #owned: readonly Tensor[];

  /**
   * @param value the tensor in the layer's own shape; called in a tidy.
   * @param owned tensors that are disposed with the weight.
   */
  constructor(value: () => Tensor, view: MatrixView, owned: readonly Tensor[] = []) {
    this.#value = value;
    this.#view = view;
    this.#owned = owned;
  }

  read(): Tensor {
    // A copy, because the caller owns the result and may dispose it
    return tidy(() => this.#value().clone());
  }

  matMul(x: Tensor, transpose = false): Tensor {
    return tidy(() => fromRows(matMul(toRows(x), this.#matrix(), false, transpose), x));
  }

  lookup(ids: Tensor): Tensor {
    return onAllIds(ids, (list) => gather(this.#matrix(), list));
  }

  dispose(): void {
    dispose([...this.#owned]);
  }

  #matrix(): Tensor {
    return toMatrix(this.#value(), this.#view);
  }
}
