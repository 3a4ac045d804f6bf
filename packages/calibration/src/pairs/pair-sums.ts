// Sums over pairs of inputs: those of a matrix in a changed model, beside those in the original.
import { GCompressError, type InputMoments } from '@gcompress/core';
import { matMul, square, sub, sum, type Tensor2D, tensor2d, tidy, transpose } from '@tensorflow/tfjs-core';
import type { Observed } from '../observed/observed.ts';
import type { Rows } from '../rows/rows.ts';
import { addRows } from '../sums/add-rows.ts';
import { notFinite } from '../sums/sums.ts';

/** Second moments of the inputs x̂ of a matrix W in a changed model, with the differences d = x − x̂ to the original. */
export interface PairMoments {
  /** `Σ x̂ᵀx̂`. */
  readonly inputs: InputMoments;
  /** `Σ x̂ᵀd`, `[m, m]`. */
  readonly products: Float64Array;
  /** `Σ ‖xW‖²`, the squared outputs of the original. */
  readonly outputs: number;
  /** `Σ ‖dW‖²`, the part of these outputs that comes from the differences. */
  readonly shifts: number;
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
  #outputs = 0;
  #shifts = 0;
  readonly #observed: Observed;
  readonly #inputs: Float64Array;
  readonly #original: Float64Array;
  /** `Σ x̂ᵀx̂` and `Σ x̂ᵀd`, with the weight. */
  readonly #moments:
    | { readonly weight: Tensor2D; readonly values: Float64Array; readonly products: Float64Array }
    | undefined;

  /** @param weight the matrix `[m, n]`, which the caller disposes; undefined to sum no moments. */
  constructor(observed: Observed, weight: Tensor2D | undefined) {
    const { size } = observed;
    this.#observed = observed;
    this.#inputs = new Float64Array(size);
    this.#original = new Float64Array(size);
    if (weight) {
      this.#moments = { weight, values: new Float64Array(size * size), products: new Float64Array(size * size) };
    }
  }

  /** Adds rows of the changed model, and of the original at the same positions. */
  async add(rows: Rows, original: Rows): Promise<void> {
    if (rows.count !== original.count) {
      throw new GCompressError('shape-mismatch', {
        where: `pairedInputs '${this.#observed.weight}'`,
        expected: `${original.count} inputs, as in the original model`,
        actual: `${rows.count}`,
        hint: 'Compress models whose shapes do not depend on values.',
      });
    }
    if (rows.count === 0) return;
    addRows(this.#inputs, rows.data);
    addRows(this.#original, original.data);
    for (const sums of [this.#inputs, this.#original]) {
      for (const [input, sum] of sums.entries()) this.#assertFinite(sum, input);
    }
    await this.#addMoments(rows, original);
    this.#count += rows.count;
  }

  async #addMoments(rows: Rows, original: Rows): Promise<void> {
    if (!this.#moments) return;
    const { weight, values, products } = this.#moments;
    const { size } = this.#observed;
    const shape: [number, number] = [rows.count, size];
    const [own, cross, outputs, shifts] = tidy(() => {
      const changed = tensor2d(rows.data, shape);
      const before = tensor2d(original.data, shape);
      // Differences, because those of large sums in float32 would be rounding errors
      const difference = sub(before, changed);
      // Transposed first, because the wasm backend multiplies transposed factors many times more slowly
      const turned = transpose(changed);
      return [
        matMul(turned, changed),
        matMul(turned, difference),
        sum(square(matMul(before, weight))),
        sum(square(matMul(difference, weight))),
      ];
    });
    try {
      addTo(values, await own.data());
      addTo(products, await cross.data());
      this.#outputs += (await outputs.data())[0];
      this.#shifts += (await shifts.data())[0];
    } finally {
      for (const tensor of [own, cross, outputs, shifts]) tensor.dispose();
    }
    for (let i = 0; i < size; i++) this.#assertFinite(values[i * size + i] + products[i * size + i], i);
  }

  /** The statistics so far; undefined without any pair. */
  pairs(): InputPairs | undefined {
    const [count, { size }] = [this.#count, this.#observed];
    if (count === 0) return undefined;
    const differences = this.#original.map((sum, at) => sum - this.#inputs[at]);
    const sums = { count, inputs: this.#inputs, differences };
    if (!this.#moments) return sums;
    const { values, products } = this.#moments;
    const inputs = { size, count, values };
    return { ...sums, moments: { inputs, products, outputs: this.#outputs, shifts: this.#shifts } };
  }

  #assertFinite(value: number, input: number): void {
    if (!Number.isFinite(value)) throw notFinite(this.#observed.weight, value, input);
  }
}

function addTo(sums: Float64Array, values: ArrayLike<number>): void {
  for (let at = 0; at < sums.length; at++) sums[at] += values[at];
}
