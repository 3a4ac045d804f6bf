// The input of rounding: a matrix in units of its steps.
import type { Shape2D } from '@gcompress/core';

/** A matrix in units of its steps. */
export interface Scaled {
  /** `[rows, columns]`. */
  readonly shape: Shape2D;
  /** Entries divided by their steps, row-major. */
  readonly values: Float32Array;
  /** Weight of a squared error of one step: one number for all entries, or one for each. */
  readonly weights: Float32Array;
}

/** Entries from `first` up to but excluding `end`, in reading order. */
export interface Places {
  readonly first: number;
  readonly end: number;
}
