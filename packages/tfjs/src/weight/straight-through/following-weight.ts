// The compressed form of a weight that follows A between two compressions, while A still has a share in the model.
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Execution } from '../choose-execution.ts';
import { DenseWeight } from '../dense-weight.ts';
import type { FactorWeight } from '../factor-weight.ts';
import { fromMatrix, type MatrixView, toMatrix } from '../matrix-view.ts';
import { UntilWritten } from '../until-written.ts';
import type { Weight } from '../weight.ts';
import { RoundedMatrix, type RoundedMatrixParts } from './rounded-matrix.ts';

/** The parts of a {@link FollowingWeight}; the caller keeps and disposes them. */
export interface FollowingWeightParts extends RoundedMatrixParts {
  readonly view: MatrixView;
  /** A in its own shape, masked where it stays 0; called in a tidy. */
  readonly matrix: () => Tensor;
  /** Ŵ of the last compression. */
  readonly compressed: FactorWeight;
  /** The share of A. */
  readonly alpha: Variable;
}

/** A rounded to the grid of the last compression; once alpha is 0, the matrix of the last compression itself. */
export class FollowingWeight implements Weight {
  readonly #compressed: FactorWeight;
  readonly #alpha: Variable;
  readonly #follows = new UntilWritten<boolean>();
  readonly #rounded: RoundedMatrix;
  readonly #following: DenseWeight;

  constructor(parts: FollowingWeightParts) {
    const { compressed, alpha, view, matrix } = parts;
    this.#compressed = compressed;
    this.#alpha = alpha;
    this.#rounded = new RoundedMatrix(parts);
    const value = () => {
      const weight = matrix();
      return fromMatrix(this.#rounded.of(toMatrix(weight, view)), weight.shape, view);
    };
    this.#following = new DenseWeight(value, view);
  }

  read(): Tensor {
    return this.#current.read();
  }

  matMul(x: Tensor, transpose = false): Tensor {
    return this.#current.matMul(x, transpose);
  }

  lookup(ids: Tensor): Tensor {
    return this.#current.lookup(ids);
  }

  /** How this use is computed: what follows A has no factors. */
  execution(use: 'matMul' | 'transposedMatMul'): Execution {
    const current = this.#current;
    return current === this.#compressed ? this.#compressed.execution(use) : 'dense';
  }

  /** Frees what the rounding keeps; never the parts. */
  dispose(): void {
    this.#rounded.dispose();
  }

  get #current(): Weight {
    const follows = this.#follows.get([this.#alpha], () => this.#alpha.dataSync()[0] > 0);
    return follows ? this.#following : this.#compressed;
  }
}
