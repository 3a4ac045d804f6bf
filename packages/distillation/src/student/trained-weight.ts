// A compressed weight that trains, whatever its format.
import type { CompressedMatrix } from '@gcompress/core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';

/** A compressed matrix `[m, n]` whose values are trained in their compressed form. */
export interface TrainedWeight {
  /** The variables for the optimizer. */
  readonly variables: readonly Variable[];
  /** What is trained, in words. */
  readonly trained: string;
  /** The matrix `[m, n]`, differentiable by the variables. Call it in a tidy. */
  read(): Tensor;
  /** The compressed matrix as it is now, in no more bytes than the given one if the format can. It may change how `read` rounds. */
  matrix(): Promise<CompressedMatrix>;
  dispose(): void;
}
