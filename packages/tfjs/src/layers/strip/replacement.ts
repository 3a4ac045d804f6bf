// The new layers that replace an old layer.
import type { Layer } from '../weights/clone-layer.ts';

/** The new layers that replace an old layer. */
export interface Replacement {
  /** Applied one after the other. The last layer has the name of the old layer. */
  readonly layers: readonly Layer[];
  /** Copies the weights. Call it after the layers are built. */
  initialize(): void;
}
