// The weights of an operator: A, its compressed form Ŵ, and the blends of the two.
import type { FactorizationPlan, MatrixCompressor, MatrixForm } from '@gcompress/core';
import { mul, type Tensor } from '@tensorflow/tfjs-core';
import { BlendedWeight } from '../weight/blended-weight.ts';
import { DenseWeight } from '../weight/dense-weight.ts';
import { FactorWeight } from '../weight/factor-weight.ts';
import { fromMatrix, type MatrixView, toMatrix } from '../weight/matrix-view.ts';
import { FollowingWeight, type GridFactor } from '../weight/straight-through/following-weight.ts';
import { tfOps } from '../weight/tf-ops.ts';
import { ZeroMask } from '../weight/zero-mask.ts';
import type { CompressionVariables } from './compression-variables.ts';

/** What the weights are made of; the caller keeps and disposes the variables. */
export interface OperatorWeightsParts {
  readonly compressor: MatrixCompressor;
  readonly plan: FactorizationPlan;
  readonly form: MatrixForm;
  readonly view: MatrixView;
  readonly variables: CompressionVariables;
  /** Whether the factors have been computed. */
  readonly filled: () => boolean;
  /** The value of alpha, for inference. */
  readonly alpha: () => number;
}

/** A, Ŵ and `α·A + (1−α)·Ŵ`, all of which follow the variables. */
export class OperatorWeights {
  /** A, masked where the format or its zeros prune. */
  readonly dense: DenseWeight;
  /** Ŵ as it was compressed last, with the factors as they are now. */
  readonly compressed: FactorWeight;
  /** The blend with both terms at every alpha, so that optimizers see every variable. */
  readonly training: BlendedWeight;
  /** The blend without a term whose share is 0. */
  readonly inference: BlendedWeight;
  readonly #parts: OperatorWeightsParts;
  readonly #zeroMask: ZeroMask;
  readonly #following: FollowingWeight | undefined;

  constructor(parts: OperatorWeightsParts) {
    this.#parts = parts;
    const { compressor, plan, form, view, variables } = parts;
    const { matrix, factors, alpha } = variables;
    const { format } = compressor;
    const constant = Object.values(plan.factors).every((spec) => !spec.trainable);
    this.dense = new DenseWeight(() => this.#uncompressed(), view);
    this.compressed = new FactorWeight({ format, form, factors, view, weightShape: matrix.shape, constant });
    const deciding = Object.values(factors).filter((factor) => !factor.trainable);
    this.#zeroMask = new ZeroMask(deciding, () => this.compressed.read());
    const grid = format.grid?.(form);
    this.#following =
      grid &&
      new FollowingWeight({
        ...{ format, form, grid, factors, view, alpha },
        matrix: () => this.#uncompressed(),
        compressed: this.compressed,
        zerosLast: compressor.lastingZeros ?? false,
      });
    const blended = { dense: this.dense, compressed: this.#following ?? this.compressed, view, alpha };
    this.training = new BlendedWeight(blended);
    this.inference = new BlendedWeight(blended, parts.alpha);
  }

  /**
   * The weight that an update compresses: A, or what the model computes with if the compressor changes with the steps and A has lost its
   * part in it, by a mask or because alpha is 0.
   */
  get source(): DenseWeight | BlendedWeight {
    const { atStep, format } = this.#parts.compressor;
    return atStep && (format.remaining || this.#parts.alpha() === 0) ? this.inference : this.dense;
  }

  /** The factor of the grid for A as it is now, see {@link FollowingWeight.gridFactor}; undefined for a format without a grid. */
  async gridFactor(deadZone: number): Promise<GridFactor | undefined> {
    return this.#following?.gridFactor(deadZone);
  }

  dispose(): void {
    this.#following?.dispose();
    this.compressed.dispose();
    this.#zeroMask.dispose();
  }

  /** A in its own shape, masked where the format or its zeros prune. Call it in a tidy. */
  #uncompressed(): Tensor {
    const { compressor, form, view, variables, filled } = this.#parts;
    const { matrix, factors } = variables;
    const { format, atStep, lastingZeros } = compressor;
    if (!filled()) return matrix;
    if (lastingZeros) return mul(matrix, this.#zeroMask.get());
    if (!atStep || !format.remaining) return matrix;
    return fromMatrix(format.remaining(tfOps, toMatrix(matrix, view), factors, form), matrix.shape, view);
  }
}
