// Types for a weight that is a matrix, and for its role in the model.

/** The role of a weight in the model, for choosing its method. */
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
  /** Whether the output channels are on the last axis but one, so that the last two axes must be swapped. */
  readonly swapped: boolean;
}
