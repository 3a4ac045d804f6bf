/** Pixels of a side of a picture. */
export const SIDE = 28;

/** Pixels of a picture: the inputs of the network. */
export const PIXELS = SIDE * SIDE;

/** The fully connected layers of the network, in order; each `[inputs, outputs]`. */
export const LAYERS = [
  { name: 'fc1', shape: [PIXELS, 128], compressed: true },
  { name: 'fc2', shape: [128, 64], compressed: true },
  { name: 'out', shape: [64, 10], compressed: false },
] as const;

/** Name of a layer. */
export type LayerName = (typeof LAYERS)[number]['name'];
