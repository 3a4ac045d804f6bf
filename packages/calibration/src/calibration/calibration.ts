// What one pass over a model's inputs saw.
import type { InputMoments } from '@gcompress/core';

/** Sums of the inputs of a matrix, whose quotient by `count` is their mean. */
export interface InputSums {
  /** How many inputs were summed, above 0. */
  readonly count: number;
  /** `Σ x`, `[m]`. Of an embedding: how often each id was looked up. */
  readonly values: Float64Array;
}

/** What one pass saw. */
export interface Calibration {
  /** The moments of the inputs of each observed matrix, by the name of its weight; `pack` and `compress` take them. */
  readonly moments: ReadonlyMap<string, InputMoments>;
  /** The sums of the inputs of each observed matrix; for tables whose moments would be too large, too. */
  readonly inputSums: ReadonlyMap<string, InputSums>;
  /** Samples that were seen. */
  readonly samples: number;
  /** Matrices without moments, each with the reason. */
  readonly skipped: ReadonlyMap<string, string>;
  /** What a user should know, such as fewer rows than a matrix has inputs. */
  readonly warnings: readonly string[];
}
