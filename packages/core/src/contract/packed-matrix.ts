// A compressed matrix as it is stored: plain tensors in the smallest types.
import type { Shape2D } from '../matrix/matrix.ts';
import type { JsonObject } from './factors.ts';

/** A tensor as it is stored, in the smallest type that holds its values. */
export interface PackedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;
}

/** A compressed matrix as it is stored. */
export interface PackedMatrix {
  /** Id of the {@link CompressedFormat}. */
  readonly format: string;
  /** Version of the stored form. */
  readonly version: number;
  readonly shape: Shape2D;
  readonly config: JsonObject;
  readonly tensors: Readonly<Record<string, PackedTensor>>;
}
