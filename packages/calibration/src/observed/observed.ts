// Interfaces for observing the inputs of matrices, which layers models and graph models implement.
import type { Tensor } from '@tensorflow/tfjs-core';
import type { RowReader, Rows, Sampling } from '../rows/rows.ts';

/** A matrix whose inputs are observed at one place of a model. */
export interface Observed {
  /** Name of the weight, as saved models have it. */
  readonly weight: string;
  /** Rows of the matrix: the inputs of one product. */
  readonly size: number;
  /**
   * Which inputs an output combines: all inputs (`full`), the inputs of one channel (`channels`), or a single id (`ids`). Moments of other
   * pairs of inputs are 0.
   */
  readonly structure: 'full' | 'channels' | 'ids';
  /** For `channels`, the number of channels, the fastest axis of a row; 1 otherwise. */
  readonly channels: number;
  /** Reads the input rows of the matrix from the tensors at this place. */
  readonly read: RowReader;
}

/** An input of a model. */
export interface ModelInput {
  readonly name: string;
  /** Null or a negative number for a side of any length; undefined if the model does not specify it. */
  readonly shape: readonly (number | null)[] | undefined;
  /** The only type that the model accepts; undefined if it converts numbers itself. */
  readonly dtype: string | undefined;
}

/** Arguments of one run of the model over a batch. */
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
  /** One entry for each place that uses a matrix. */
  readonly observed: readonly Observed[];
  /** Names of the other matrices, each with the reason. */
  readonly skipped: ReadonlyMap<string, string>;
  run(run: Run): Promise<void>;
  /**
   * Names of the observed weights in the order in which the model uses them for these inputs. Weights that read the same tensor form one
   * group, at the place of its first use.
   */
  order(tensors: readonly Tensor[]): Promise<readonly (readonly string[])[]>;
}
