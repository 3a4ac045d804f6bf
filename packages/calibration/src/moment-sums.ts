// Sums of outer products, in float64.
import type { InputMoments } from '@gcompress/core';
import { matMul, type Tensor, tidy } from '@tensorflow/tfjs-core';

/** Sums `xᵀx` over the rows of batches. A batch is summed by the backend in float32, all batches in float64. */
export class MomentSums {
  /** Inputs of a row. */
  readonly size: number;
  /** Rows so far. */
  count = 0;
  readonly #values: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.#values = new Float64Array(size * size);
  }

  /** Adds the rows `[q, size]`. */
  async add(rows: Tensor): Promise<void> {
    const products = tidy(() => matMul(rows, rows, true, false));
    const values = await products.data();
    products.dispose();
    for (let at = 0; at < values.length; at++) this.#values[at] += values[at];
    this.count += rows.shape[0];
  }

  /** The sums so far. */
  moments(): InputMoments {
    return { size: this.size, count: this.count, values: this.#values };
  }
}
