// What folding BatchNorm changed.
import type { KeptWeight } from '../low-rank/places.ts';

/** A BatchNorm that became part of the layer or node before it. */
export interface FoldedBatchNorm {
  /** Name of the BatchNorm layer or node that is gone. */
  readonly name: string;
  /** Class of the layer, or op of the node, that computes it now. */
  readonly into: string;
  /** Name of the kernel whose output channels were scaled. */
  readonly kernel: string;
  /** The scales `[n]` of these channels, γ/√(σ² + ε). */
  readonly scale: Float64Array;
}

/** What was folded, and what not. */
export interface Folds {
  readonly folded: readonly FoldedBatchNorm[];
  /** The BatchNorms that stay, with the reasons. */
  readonly kept: readonly KeptWeight[];
}
