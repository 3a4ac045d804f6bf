// The sets of kernels that the program can compress with.

/** `wasm` falls back to `portable`, plain JavaScript, where WebAssembly is missing. */
export const KERNELS = ['wasm', 'portable'] as const;

/** One of {@link KERNELS}. */
export type KernelsName = (typeof KERNELS)[number];
