// The type of values that models get and give.

/** Values in row-major order with their shape; the first axis counts examples. */
export interface PlainTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}
