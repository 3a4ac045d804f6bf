// The operator that a training host builds around a compressor.
import type { CompressedMatrix } from './compressed-matrix.ts';

/** What an update step did: nothing was due, the factors were (re)computed, or only alpha fell. */
export type UpdateResult = 'idle' | 'compressed' | 'decayed';

/** How an operator multiplies. */
export interface ApplyMatMulOptions {
  /**
   * Whether by the transpose of the matrix, as a softmax layer does that shares the table `[vocabulary, width]` of an embedding.
   * Default false.
   */
  readonly transpose?: boolean;
}

/**
 * An operator that puts a compressor into a host's computation: it holds the matrix A, the factors and alpha, and computes
 * `α·A + (1−α)·Ŵ`. `T` is the host's tensor.
 *
 * Porting note: `compression_op.CompressionOpInterface`. Each operator counts its own updates, where Python's share one
 * counter between operators of one name.
 */
export interface CompressionOp<T> {
  readonly name: string;
  /** The blend weight of A, from 1 (only A) to 0 (only the factors). */
  readonly alpha: number;
  /** `α·A + (1−α)·Ŵ` in A's own shape (Python: `get_apply_compression_op`). The caller owns the result. */
  apply(): T;
  /**
   * `x [..., m]` times that `→ [..., n]`, for `x` of at least one axis; with `transpose` `x [..., n] → [..., m]`. The caller owns
   * the result.
   *
   * Porting note: `get_mix_operator`, `get_matmul_operator` and `get_einsum_operator`. Python's `get_apply_matmul` multiplies by the
   * transpose in some methods and not in others; here the option says so, for every method.
   *
   * @throws GCompressError `shape-mismatch` when the last side of `x` does not fit.
   */
  applyMatMul(x: T, options?: ApplyMatMulOptions): T;
  /** Rows of that by int32 ids of any shape (Python: `get_apply_embedding_lookup`). The caller owns the result. */
  applyLookup(ids: T): T;
  /**
   * Does what the schedule has due at this step of the training. A failure leaves everything as it was.
   *
   * @throws GCompressError when the matrix cannot be compressed, e.g. `non-finite`.
   */
  runUpdateStep(step: number): Promise<UpdateResult>;
  /** The factors as they are now, trained values included. */
  toCompressedMatrix(): Promise<CompressedMatrix>;
  /** Frees what the operator made; never A. May be called again. */
  dispose(): void;
}
