// What a user is told about a compressed model.
import type { JsonObject } from '@gcompress/core';
import type { PackedWeight } from '@gcompress/packed';

/** How one weight is stored, and what it lost. */
export interface CompressedWeight extends PackedWeight {
  /** Class of the layer, or op of the node, that uses it; undefined for what is no kernel. */
  readonly usedBy?: string;
  /** Name of the method; undefined where it is not compressed. */
  readonly method?: string;
  /** Hyperparameters of the method. */
  readonly options?: JsonObject;
  /** `‖X(W − Ŵ)‖ / ‖XW‖` for the inputs X of the weight, where their moments were given. */
  readonly outputError?: number;
}

/** What {@link compressNow} tells of its model. */
export interface CompressionReport {
  /** Bytes of the packed file. */
  readonly bytes: number;
  /** Bytes of it that come before the weights: topology, names, checksums. */
  readonly headerBytes: number;
  /** Bytes of the weights that were given, as they were given. */
  readonly originalBytes: number;
  /** All weights in the order of the model. */
  readonly weights: readonly CompressedWeight[];
}
