// Sums over pairs of inputs: those of a matrix in a changed model, beside those in the original.
import { GCompressError, type InputMoments } from '@gcompress/core';
import { matMul, sub, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Observed } from '../observed/observed.ts';
import type { Rows } from '../rows/rows.ts';
import { addRows } from '../sums/add-rows.ts';
import { notFinite } from '../sums/sums.ts';

/** Second moments of the inputs x̂ of a matrix in a changed model, and of the differences d = x − x̂ to the original. */
export interface PairMoments {
  /** `Σ x̂ᵀx̂`. */
  readonly inputs: InputMoments;
  /** `Σ x̂ᵀd`, `[m, m]`. */
  readonly products: Float64Array;
  /** `Σ dᵀd`, `[m, m]`. */
  readonly differences: Float64Array;
}

/** Statistics of the inputs of a matrix of `m` rows in two versions of a model. */
export interface InputPairs {
  /** Number of pairs, above 0. */
  readonly count: number;
  /** `Σ x̂`, `[m]`. */
  readonly inputs: Float64Array;
  /** `Σ d`, `[m]`. */
  readonly differences: Float64Array;
  /** Undefined for depthwise kernels and tables, and where they would take too many bytes. */
  readonly moments?: PairMoments;
}

/** Sums pairs of rows. The backend sums within a batch in float32; batches are added in float64. */
export class PairSums {
  #count = 0;
  readonly #observed: Observed;
  readonly #inputs: Float64Array;
  readonly #original: Float64Array;
  readonly #moments: readonly Float64Array[] | undefined;

  constructor(observed: Observed, withMoments: boolean) {
    const { size } = observed;
    this.#observed = observed;
    this.#inputs = new Float64Array(size);
    this.#original = new Float64Array(size);
    if (withMoments) this.#moments = Array.from({ length: 3 }, () => new Float64Array(size * size));
  }

  /** Adds rows of the changed model, and of the original at the same positions. */
  async add(rows: Rows, original: Rows): Promise<void> {
    const { weight } = this.#observed;
    if (rows.count !== original.count) {
      throw new GCompressError('shape-mismatch', {
        where: `compareInputs '${weight}'`,
        expected: `${original.count} inputs, as in the original model`,
        actual: `${rows.count}`,
        hint: 'Pass two versions of one model whose shapes do not depend on values.',
      });
    }
    if (rows.count === 0) return;
    addRows(this.#inputs, rows.data);
    addRows(this.#original, original.data);
    this.#inputs.forEach(this.#assertFinite, this);
    this.#original.forEach(this.#assertFinite, this);
    if (this.#moments) await this.#addMoments(rows, original, this.#moments);
    this.#count += rows.count;
  }

  async #addMoments(rows: Rows, original: Rows, sums: readonly Float64Array[]): Promise<void> {
    const shape: [number, number] = [rows.count, this.#observed.size];
    const products = tidy(() => {
      const changed = tensor2d(rows.data, shape);
      // Differences, because those of large sums in float32 would be rounding errors
      const difference = sub(tensor2d(original.data, shape), changed);
      return [
        matMul(changed, changed, true, false),
        matMul(changed, difference, true, false),
        matMul(difference, difference, true, false),
      ];
    });
    try {
      for (const [index, product] of products.entries()) {
        const values = await product.data();
        const sum = sums[index];
        for (let at = 0; at < values.length; at++) sum[at] += values[at];
      }
    } finally {
      for (const product of products) product.dispose();
    }
    const { size } = this.#observed;
    for (let i = 0; i < size; i++) for (const sum of sums) this.#assertFinite(sum[i * size + i], i);
  }

  /** The statistics so far; undefined without any pair. */
  pairs(): InputPairs | undefined {
    const [count, { size }] = [this.#count, this.#observed];
    if (count === 0) return undefined;
    const differences = this.#original.map((sum, at) => sum - this.#inputs[at]);
    const [values, products, squares] = this.#moments ?? [];
    const moments = values && { inputs: { size, count, values }, products, differences: squares };
    return { count, inputs: this.#inputs, differences, ...(moments && { moments }) };
  }

  #assertFinite(value: number, input: number): void {
    if (!Number.isFinite(value)) throw notFinite(this.#observed.weight, value, input);
  }
}
