// Sums of outer products, in float64.
import { GCompressError, type InputMoments } from '@gcompress/core';
import { matMul, type Tensor, tidy } from '@tensorflow/tfjs-core';

/** Sums `xᵀx` over the rows of batches. A batch is summed by the backend in float32, all batches in float64. */
export class MomentSums {
  /** Inputs of a row. */
  readonly size: number;
  /** Rows so far. */
  count = 0;
  readonly #values: Float64Array;

  constructor(
    /** Name of the weight, which errors say. */
    readonly weight: string,
    size: number,
  ) {
    this.size = size;
    this.#values = new Float64Array(size * size);
  }

  /** Adds the rows `[q, size]`. */
  async add(rows: Tensor): Promise<void> {
    const products = tidy(() => matMul(rows, rows, true, false));
    let values: ArrayLike<number>;
    try {
      values = await products.data();
    } finally {
      products.dispose();
    }
    for (let at = 0; at < values.length; at++) this.#values[at] += values[at];
    // NaN and infinity of any entry show on the diagonal, too
    for (let i = 0; i < this.size; i++) {
      if (Number.isFinite(values[i * this.size + i])) continue;
      throw new GCompressError('non-finite', {
        where: `calibrate '${this.weight}'`,
        expected: 'finite inputs of the layer',
        actual: `${values[i * this.size + i]} as the sum of squares of input ${i}`,
        hint: 'The model gives NaN or infinity for these inputs: prepare them as it was trained with them.',
      });
    }
    this.count += rows.shape[0];
  }

  /** The sums so far. */
  moments(): InputMoments {
    return { size: this.size, count: this.count, values: this.#values };
  }
}
