// The backends of TensorFlow.js that the program brings along.

/** Names that `--backend` takes; the first one is the default. */
export const BACKENDS = ['wasm', 'cpu'] as const;
export type Backend = (typeof BACKENDS)[number];
