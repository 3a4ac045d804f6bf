// Names of the TensorFlow.js backends that the program includes.

/** Names that `--backend` takes; the first one is the default. */
export const BACKENDS = ['wasm', 'cpu'] as const;
export type Backend = (typeof BACKENDS)[number];
