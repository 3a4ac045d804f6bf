// A matrix of a model whose inputs are observed, and what a kind of model must offer for that.
import type { Tensor } from '@tensorflow/tfjs-core';
import type { RowReader, Rows, Sampling } from '../rows/rows.ts';

/** A matrix whose inputs are observed at one place of a model. */
export interface Observed {
  /** Name of the weight, as saved models have it. */
  readonly weight: string;
  /** Rows of the matrix: the inputs of one product. */
  readonly size: number;
  /**
   * Which products of two inputs meet in an output: those of all inputs (`full`), those of one channel (`channels`), or none, because each
   * product has one input, an id (`ids`).
   */
  readonly structure: 'full' | 'channels' | 'ids';
  /** Channels of `channels`, which are the fastest axis of a row; 1 otherwise. */
  readonly channels: number;
  /** Reads the rows that the matrix multiplies from the tensors at this place. */
  readonly read: RowReader;
}

/** An input of a model. */
export interface ModelInput {
  readonly name: string;
  /** Null or a negative number for a side that may be any; undefined where the model does not say. */
  readonly shape: readonly (number | null)[] | undefined;
  /** The only type that the model takes; undefined where it converts numbers itself. */
  readonly dtype: string | undefined;
}

/** What one run of the model over a batch needs. */
export interface Run extends Sampling {
  readonly tensors: readonly Tensor[];
  /** Names of the weights whose inputs are wanted. */
  readonly weights: ReadonlySet<string>;
  /** Called with the rows of each place; the next place waits for it. */
  take(weight: string, rows: Rows): Promise<void>;
}

/** A model that can be run while the inputs of its matrices are observed. */
export interface ObservedModel {
  readonly inputs: readonly ModelInput[];
  /** A matrix that is used in several places comes once for each. */
  readonly observed: readonly Observed[];
  /** Names of the other matrices, each with the reason. */
  readonly skipped: ReadonlyMap<string, string>;
  run(run: Run): Promise<void>;
}
