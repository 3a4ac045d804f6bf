// The rows that a matrix multiplies, read from tensors.
import type { Tensor } from '@tensorflow/tfjs-core';

/** Rows one after the other. */
export interface Rows {
  readonly data: Float32Array;
  readonly count: number;
}

/** Which rows are taken. */
export interface Sampling {
  /** The most rows that are taken from one place of a model. */
  readonly most: number;
  /** Seed of the rows that are taken. */
  readonly seed: number;
}

/** Reads the rows that a matrix multiplies from the tensors at its place, which stay as they are. */
export type RowReader = (inputs: readonly Tensor[], sampling: Sampling) => Promise<Rows>;
