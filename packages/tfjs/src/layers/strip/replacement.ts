// New layers that stand for an old one.
import type { Layer } from '../weights/clone-layer.ts';

/** New layers in the place of an old one. */
export interface Replacement {
  /** Applied one after the other; the last has the name of the old layer. */
  readonly layers: readonly Layer[];
  /** Puts the weights in, once the layers are built. */
  initialize(): void;
}
