// Types for the input rows of a matrix and for reading them from tensors.
import type { Tensor } from '@tensorflow/tfjs-core';

/** Rows one after the other. */
export interface Rows {
  readonly data: Float32Array;
  readonly count: number;
}

/** Which rows are sampled. */
export interface Sampling {
  /** Most rows sampled from one place of a model. */
  readonly most: number;
  /** Seed of the sampled rows. */
  readonly seed: number;
}

/** Reads the input rows of a matrix from the tensors at its place, without changing them. */
export type RowReader = (inputs: readonly Tensor[], sampling: Sampling) => Promise<Rows>;
