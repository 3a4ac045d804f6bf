// The kernels that a verb compresses with.
import type { KernelsOption } from '@gcompress/wasm-kernels/load';
import type { KernelsName } from './kernel-names.ts';

/** Options of verbs that compress. */
export interface KernelOptions {
  /** The hot loops: `wasm`, which falls back to plain JavaScript where WebAssembly is missing, or `portable`. */
  readonly kernels: KernelsName;
}

/** The kernels as an option of the packages' functions, whose default is WebAssembly. */
export function kernelsOf({ kernels }: KernelOptions): { readonly kernels?: KernelsOption } {
  return kernels === 'portable' ? { kernels } : {};
}
