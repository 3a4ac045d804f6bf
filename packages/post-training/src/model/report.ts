// The report about a compressed model: method, bytes and errors of each weight.
import type { JsonObject } from '@gcompress/core';
import type { PackedWeight } from '@gcompress/packed';
import type { Folds, KeptWeight, SplitWeight } from '@gcompress/rewrite';

/** The stored form of one weight, and its errors. */
export interface CompressedWeight extends PackedWeight {
  /** Class of the layer, or op of the node, that uses it; undefined for weights that are no kernels. */
  readonly usedBy?: string;
  /** Name of the method; undefined if the weight is not compressed. */
  readonly method?: string;
  /** Hyperparameters of the method. */
  readonly options?: JsonObject;
  /** `‖X(W − Ŵ)‖ / ‖XW‖` for the inputs X of the weight; undefined without their moments. */
  readonly outputError?: number;
  /** Name of the weight of which this one is a factor, in a graph model with low-rank nodes. */
  readonly factorOf?: string;
}

/** What a new constant is a factor of, and the method that made it. */
export type Factor = Required<Pick<CompressedWeight, 'factorOf' | 'method' | 'options'>>;

/** The low-rank nodes of a graph model. */
export interface LowRankNodes {
  /** Weights that became two constants, and their nodes two nodes. */
  readonly split: readonly SplitWeight[];
  /** Low-rank weights that stay one constant, with the reasons. */
  readonly kept: readonly KeptWeight[];
}

/** The report of {@link compressNow}. */
export interface CompressionReport {
  /** Bytes of the packed file. */
  readonly bytes: number;
  /** Bytes of the file before the weights: topology, names, checksums. */
  readonly headerBytes: number;
  /** Bytes of the given weights, before compression. */
  readonly originalBytes: number;
  /** The kernels that methods could use: `'wasm'`, `'portable'`, or the name of those that were passed, `'given'` if they have none. */
  readonly kernels: string;
  /** All weights in the order of the model. */
  readonly weights: readonly CompressedWeight[];
  /** The low-rank nodes of a graph model, if a method made some. */
  readonly lowRank?: LowRankNodes;
  /** The BatchNorms that were folded and those that stay, with the option `foldBatchNorm`. */
  readonly batchNorm?: Folds;
}
