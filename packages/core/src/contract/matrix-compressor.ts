// A compressor: a method with its options.

import type { InputMoments } from '../aids/input-moments.ts';
import type { Kernels } from '../aids/kernels.ts';
import type { TrainingHistory } from '../aids/training-history.ts';
import type { Matrix, Shape2D } from '../matrix/matrix.ts';
import type { CompressedFormat } from './compressed-format.ts';
import type { CompressedMatrix } from './compressed-matrix.ts';
import type { FactorizationPlan, JsonObject } from './factors.ts';

/** What every compression can be given besides the matrix. */
export interface CompressOptions {
  /** Ends the work between two iterations; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Called with the part that is done, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
  /**
   * How much the error of each entry counts, `[m, n]` like the matrix, non-negative, not all zero. Only methods that say so
   * accept it.
   */
  readonly importance?: Matrix;
  /** Second moments of the inputs that the matrix multiplies. Only methods that say so accept them. */
  readonly inputMoments?: InputMoments;
  /** Faster hot loops than the portable ones, for methods that compute with {@link Kernels}; others ignore them. */
  readonly kernels?: Kernels;
}

/** What a method may use besides the matrix: one of these options of `compress`. */
export type CompressionAid = 'importance' | 'inputMoments';

/**
 * An encoder with its hyperparameters. Make one by calling a {@link CompressionMethod}, define your own with
 * {@link defineMethod}.
 *
 * Porting note: `compression_op.MatrixCompressorInferface` [sic]. `static_matrix_compressor(a)` is `compress(matrix)`;
 * the shapes come from `plan(shape)`, where Python compresses a zero matrix (`default_matrix()`).
 */
export interface MatrixCompressor<K extends string = string> {
  /** Name of the method, which is also the name of its option, e.g. `'lowrank'`. */
  readonly method: string;
  /** The hyperparameters, complete: the method called with them gives an equal compressor. */
  readonly options: JsonObject;
  readonly format: CompressedFormat<K>;
  /** What `compress` uses besides the matrix. Omit it for nothing. */
  readonly accepts?: readonly CompressionAid[];
  /**
   * The factors that a matrix of this shape will have, without running the algorithm.
   *
   * @throws GCompressError when the shape cannot be compressed with these options.
   */
  plan(shape: Shape2D): FactorizationPlan<K>;
  /**
   * Compresses a matrix `[m, n]`, which is not changed. Same matrix and options, same bytes.
   *
   * @throws GCompressError `invalid-matrix`, `non-finite`, or what {@link plan} throws; the signal's reason when aborted.
   */
  compress(matrix: Matrix, options?: CompressOptions): CompressedMatrix<K> | PromiseLike<CompressedMatrix<K>>;
  /**
   * For methods whose options depend on the training step, such as gradual pruning: the compressor to use at `step` (−1: before
   * training). Its plan must be the same at every step. A host compresses the current weights again whenever its options change.
   */
  atStep?(step: number): MatrixCompressor<K>;
  /**
   * For methods that weigh the error of a matrix against its stored bits: the compressor for which a bit costs `factor` times as much,
   * above 0. A larger factor gives fewer bytes and a larger error. Its plan must be the same at every factor. Hosts search the factor at
   * which several matrices together take a given number of bytes.
   */
  withBitPrice?(factor: number): MatrixCompressor<K>;
  /**
   * True if entries that become 0 shall stay 0 while a model trains, as in gradual pruning: hosts then leave them out of the uncompressed
   * matrix as well, while it is blended in and when it is compressed again. The factors that do not train alone decide which entries
   * are 0. For formats without `remaining`. Default false: an entry may come back.
   */
  readonly lastingZeros?: boolean;
  /** What this compressor has seen of a training, beyond its options. Omit it for nothing. */
  readonly history?: TrainingHistory;
}

/** A {@link MatrixCompressor} that answers at once; all built-in ones do. */
export interface SyncMatrixCompressor<K extends string = string> extends MatrixCompressor<K> {
  compress(matrix: Matrix, options?: CompressOptions): CompressedMatrix<K>;
}
