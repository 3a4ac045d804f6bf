// The compressed form of a weight that follows A between two compressions, while A still has a share in the model.
import { type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
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
  /** Whether entries that became 0 stay 0. */
  readonly zerosLast: boolean;
}

/**
 * Above this alpha, matrices whose zeros last keep their other entries as they are: training settles which entries remain before their values,
 * as in pruning before quantisation (Han, Mao and Dally, arXiv 1510.00149).
 */
export const ROUNDED_FROM = 0.3;

/** The factor of a grid, by name, and its values for A as it is now. */
export interface GridFactor {
  readonly name: string;
  readonly values: Float32Array;
}

/**
 * A rounded to the grid of the last compression; once alpha is 0, the matrix of the last compression itself. Where zeros last, A itself with
 * these zeros until alpha has fallen to 0.3.
 */
export class FollowingWeight implements Weight {
  readonly #compressed: FactorWeight;
  readonly #alpha: Variable;
  readonly #current = new UntilWritten<Weight>();
  readonly #rounded: RoundedMatrix;
  readonly #following: DenseWeight;
  readonly #unrounded: DenseWeight;
  readonly #factorOf: (deadZone: number) => Tensor;
  readonly #gridFactor: string;

  constructor(parts: FollowingWeightParts) {
    const { compressed, alpha, view, matrix, grid, zerosLast } = parts;
    this.#compressed = compressed;
    this.#alpha = alpha;
    this.#rounded = new RoundedMatrix(parts);
    const value = () => {
      const weight = matrix();
      return fromMatrix(this.#rounded.of(toMatrix(weight, view)), weight.shape, view);
    };
    this.#following = new DenseWeight(value, view);
    this.#unrounded = zerosLast ? new DenseWeight(matrix, view) : this.#following;
    this.#factorOf = (deadZone) => this.#rounded.factorOf(toMatrix(matrix(), view), deadZone);
    this.#gridFactor = grid.factor;
  }

  read(): Tensor {
    return this.#now().read();
  }

  matMul(x: Tensor, transpose = false): Tensor {
    return this.#now().matMul(x, transpose);
  }

  lookup(ids: Tensor): Tensor {
    return this.#now().lookup(ids);
  }

  /** How this use is computed: what follows A has no factors. */
  execution(use: 'matMul' | 'transposedMatMul'): Execution {
    const current = this.#now();
    return current === this.#compressed ? this.#compressed.execution(use) : 'dense';
  }

  /** The grid's factor for A as it is now, where entries of less than `deadZone` multiples are 0. */
  async gridFactor(deadZone: number): Promise<GridFactor> {
    const factor = tidy(() => this.#factorOf(deadZone));
    return { name: this.#gridFactor, values: (await factor.data().finally(() => factor.dispose())) as Float32Array };
  }

  /** Frees what the rounding keeps; never the parts. */
  dispose(): void {
    this.#rounded.dispose();
  }

  #now(): Weight {
    return this.#current.get([this.#alpha], () => {
      const [alpha] = this.#alpha.dataSync();
      if (alpha === 0) return this.#compressed;
      return alpha > ROUNDED_FROM ? this.#unrounded : this.#following;
    });
  }
}
