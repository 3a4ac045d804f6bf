// A matrix rounded to the grid of its last compression, with gradients that pass through the rounding.
import type { CompressedFormat, MatrixForm } from '@gcompress/core';
import type { Grid } from '@gcompress/core/hosts';
import {
  abs,
  cast,
  clipByValue,
  customGrad,
  divNoNan,
  greaterEqual,
  mul,
  onesLike,
  round,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { SharedGradients } from '../shared-gradients.ts';
import { tfOps } from '../tf-ops.ts';
import { UntilWritten } from '../until-written.ts';

/** The parts of a {@link RoundedMatrix}; the caller keeps and disposes them. */
export interface RoundedMatrixParts {
  readonly format: CompressedFormat;
  readonly form: MatrixForm;
  readonly grid: Grid;
  /** The factors, or variables that hold them. */
  readonly factors: Readonly<Record<string, Tensor>>;
}

/** Keeps tensors of the forward pass for the gradient. */
type GradSaver = (tensors: Tensor[]) => void;

/** The values of a grid: their distance, and how many there are on each side of 0. */
interface Range {
  readonly spacing: number;
  readonly each: number;
}

/**
 * Rounds a matrix to the multiples of which the factors make theirs, no further from 0 than their largest one. The gradient of the result goes
 * to the matrix as it is, and to the scales.
 *
 * Source: the straight-through estimator, Bengio et al., arXiv 1308.3432; trained steps as in LSQ, Esser et al., arXiv 1902.08153.
 */
export class RoundedMatrix {
  readonly #parts: RoundedMatrixParts;
  readonly #range = new UntilWritten<Range>();
  readonly #gradients: SharedGradients;

  constructor(parts: RoundedMatrixParts) {
    this.#parts = parts;
    this.#gradients = new SharedGradients(parts);
  }

  /** The matrix `[m, n]`, rounded. The caller owns the result. */
  of(matrix: Tensor): Tensor {
    const { format, form, grid } = this.#parts;
    return tidy(() =>
      format.reconstruct(tfOps, { ...this.#gradients.factors(), [grid.factor]: this.#multiples(matrix) }, form),
    );
  }

  /**
   * Values of the grid's factor for the rounded matrix, in the shape of the matrix. Entries that are smaller than `deadZone` multiples become 0;
   * 0.5 rounds to the nearest multiple. The caller owns the result, through which no gradient flows.
   */
  factorOf(matrix: Tensor, deadZone: number): Tensor {
    const { spacing, each } = this.#measuredRange();
    return tidy(() => {
      const numbers = divNoNan(matrix, mul(this.#scales(matrix), spacing));
      const kept = cast(greaterEqual(abs(numbers), deadZone), 'float32');
      return mul(mul(clipByValue(round(numbers), -each, each), spacing), kept);
    });
  }

  dispose(): void {
    this.#range.clear();
    this.#gradients.dispose();
  }

  /** The factor of the grid for the rounded matrix. */
  #multiples(matrix: Tensor): Tensor {
    const { spacing, each } = this.#measuredRange();
    const passOn = customGrad((given, save) => {
      const scales = this.#scales(given as Tensor);
      const numbers = clipByValue(round(divNoNan(given as Tensor, mul(scales, spacing))), -each, each);
      (save as GradSaver)([scales]);
      // reconstruct multiplies gradients by the scales
      const gradFunc = (gradient: Tensor, saved: Tensor[]) => divNoNan(gradient, saved[0]);
      return { value: mul(numbers, spacing), gradFunc };
    });
    return passOn(matrix);
  }

  /** The matrix that a factor of ones reconstructs. */
  #scales(like: Tensor): Tensor {
    const { format, form, grid, factors } = this.#parts;
    return format.reconstruct(tfOps, { ...factors, [grid.factor]: onesLike(like) }, form);
  }

  #measuredRange(): Range {
    const { grid, factors } = this.#parts;
    return this.#range.get([factors[grid.factor]], () => this.#measured());
  }

  #measured(): Range {
    const { grid, factors } = this.#parts;
    const values = factors[grid.factor].dataSync() as Float32Array;
    const spacing = grid.spacing(values);
    let largest = 0;
    for (const value of values) largest = Math.max(largest, Math.abs(value));
    return { spacing, each: Math.round(largest / spacing) };
  }
}
