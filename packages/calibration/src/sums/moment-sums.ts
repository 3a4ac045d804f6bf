// Sums the outer products of whole rows of inputs.
import type { InputMoments } from '@gcompress/core';
import { matMul, tensor2d, tidy, transpose } from '@tensorflow/tfjs-core';
import type { Observed } from '../observed/observed.ts';
import type { Rows } from '../rows/rows.ts';
import { addRows } from './add-rows.ts';
import { notFinite, type Sums } from './sums.ts';

/** Sums `xᵀx` over the rows of batches. The backend sums within a batch in float32; batches are added in float64. */
export class MomentSums implements Sums {
  count = 0;
  readonly inputs: Float64Array;
  readonly #weight: string;
  readonly #size: number;
  readonly #values: Float64Array;

  constructor({ weight, size }: Observed) {
    this.#weight = weight;
    this.#size = size;
    this.inputs = new Float64Array(size);
    this.#values = new Float64Array(size * size);
  }

  async add({ data, count }: Rows): Promise<void> {
    if (count === 0) return;
    const size = this.#size;
    const products = tidy(() => {
      const rows = tensor2d(data, [count, size]);
      // Transposed first, because the wasm backend multiplies transposed factors many times more slowly
      return matMul(transpose(rows), rows);
    });
    let values: ArrayLike<number>;
    try {
      values = await products.data();
    } finally {
      products.dispose();
    }
    // NaN or infinity in any entry also appears on the diagonal
    for (let i = 0; i < size; i++) {
      const square = values[i * size + i];
      if (!Number.isFinite(square)) throw notFinite(this.#weight, square, i);
    }
    for (let at = 0; at < values.length; at++) this.#values[at] += values[at];
    addRows(this.inputs, data);
    this.count += count;
  }

  moments(): InputMoments {
    return { size: this.#size, count: this.count, values: this.#values };
  }
}
