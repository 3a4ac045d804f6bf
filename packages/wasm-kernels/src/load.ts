// The kernels that functions for whole models compute with: those of an option, or the WebAssembly kernels where they load.
import { GCompressError, type Kernels } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';

/**
 * Kernels as an option of functions for whole models: these kernels, or `'portable'` for plain JavaScript. Without the option these functions
 * use the WebAssembly kernels where they load, and plain JavaScript elsewhere. Results of different kernels may
 * differ in the last digits.
 */
export type KernelsOption = Kernels | 'portable';

/**
 * Checks an option `kernels`.
 *
 * @param where the function that the error names.
 * @throws GCompressError `invalid-option` for anything but kernels, `'portable'` and undefined.
 */
export function assertKernelsOption(where: string, kernels: unknown): asserts kernels is KernelsOption | undefined {
  if (kernels === undefined || kernels === 'portable') return;
  if (typeof kernels === 'object' && kernels !== null && typeof (kernels as Kernels).multiply === 'function') return;
  throw new GCompressError('invalid-option', {
    where: `${String(where)} kernels`,
    expected: "kernels or 'portable'",
    actual: describeValue(kernels),
    hint: "Pass the result of wasmKernels(), pass 'portable', or leave the option out.",
  });
}

/**
 * The kernels of an option; without one, the WebAssembly kernels. Their module is imported and compiled only then, so that a bundler can put it
 * into a file of its own.
 *
 * @returns undefined for the portable kernels, which methods use unless others are passed: with the option `'portable'`, and if the module
 *   cannot be loaded. Where WebAssembly or its SIMD is missing or forbidden, the portable kernels themselves.
 * @throws GCompressError as {@link assertKernelsOption}.
 */
export async function loadKernels(kernels?: KernelsOption): Promise<Kernels | undefined> {
  assertKernelsOption('loadKernels', kernels);
  if (kernels === 'portable') return undefined;
  if (kernels !== undefined) return kernels;
  try {
    const { wasmKernels } = await import('./wasm-kernels.ts');
    return await wasmKernels();
  } catch {
    // The file could not be fetched: compression still works, and the report names the portable kernels
    return undefined;
  }
}

/**
 * The name of kernels in reports: `'wasm'`, `'portable'`, the name of others, or `'given'` for kernels without a name.
 *
 * @param kernels a result of {@link loadKernels}.
 * @throws GCompressError as {@link assertKernelsOption}.
 */
export function kernelsName(kernels: KernelsOption | undefined): string {
  assertKernelsOption('kernelsName', kernels);
  return kernels === undefined || kernels === 'portable' ? 'portable' : (kernels.name ?? 'given');
}
