// The report about a compressed model: method, bytes and errors of each weight.
import type { JsonObject } from '@gcompress/core';
import type { PackedWeight } from '@gcompress/packed';

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
}

/** The report of {@link compressNow}. */
export interface CompressionReport {
  /** Bytes of the packed file. */
  readonly bytes: number;
  /** Bytes of the file before the weights: topology, names, checksums. */
  readonly headerBytes: number;
  /** Bytes of the given weights, before compression. */
  readonly originalBytes: number;
  /** All weights in the order of the model. */
  readonly weights: readonly CompressedWeight[];
}
