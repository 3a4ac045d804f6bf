// The interface of a weight as a layer uses it: dense, as factors, or a blend of both.
import type { Tensor } from '@tensorflow/tfjs-core';

/** A weight in use. The caller owns every result. */
export interface Weight {
  /** The weight in the layer's own shape. */
  read(): Tensor;
  /** `x [..., m] → [..., n]`; with `transpose` `x [..., n] → [..., m]`. */
  matMul(x: Tensor, transpose?: boolean): Tensor;
  /** Rows by int32 `ids [...] → [..., n]`. */
  lookup(ids: Tensor): Tensor;
  /** Disposes the tensors that the weight made. May be called again. */
  dispose(): void;
}
