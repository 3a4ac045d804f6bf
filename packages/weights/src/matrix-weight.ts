// What a weight that is compressed as a matrix does in its model.

/** How a weight is used, by which a method may be chosen for it. */
export type WeightKind =
  | 'dense'
  | 'convolution'
  | 'depthwise'
  | 'transposed-convolution'
  | 'recurrent'
  | 'embedding'
  | 'other';

/** A weight that its model multiplies with, read as a matrix whose columns are its output channels. */
export interface MatrixWeight {
  readonly kind: WeightKind;
  /** Class of the layer, or op of the node, that uses it. */
  readonly usedBy: string;
  /** Whether the output channels are on the last axis but one, so that the last two are exchanged. */
  readonly swapped: boolean;
}
