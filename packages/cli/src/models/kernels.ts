// The kernels that a verb compresses with.
import type { Kernels } from '@gcompress/core';
import type { KernelsName } from './kernel-names.ts';

/** Options of verbs that compress. */
export interface KernelOptions {
  /** The hot loops: `wasm`, which falls back to plain JavaScript where WebAssembly is missing, or `portable`. */
  readonly kernels: KernelsName;
}

/** The kernels as an option of the packages' functions; empty for `portable`. */
export async function kernelsOf({ kernels }: KernelOptions): Promise<{ readonly kernels?: Kernels }> {
  return kernels === 'wasm' ? { kernels: await (await import('@gcompress/wasm-kernels')).wasmKernels() } : {};
}
