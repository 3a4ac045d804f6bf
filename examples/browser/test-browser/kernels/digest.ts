// A digest of decompositions by WebAssembly kernels: it runs in Chromium and in Node.
import { createRandom } from '@gcompress/core';
import { portableKernels, truncatedSvd } from '@gcompress/linalg';
import { wasmKernels } from '@gcompress/wasm-kernels';

/** Whether WebAssembly is used, and FNV-1a of the bits of two truncated decompositions, by Krylov iteration and by the Gram matrix. */
export async function kernelDigest(): Promise<{ readonly wasm: boolean; readonly digest: number }> {
  const kernels = await wasmKernels();
  const random = createRandom(1);
  const data = Float32Array.from({ length: 260 * 250 }, () => random.normal());
  let digest = 0x811c9dc5;
  for (const rank of [8, 60]) {
    for (const part of Object.values(truncatedSvd({ shape: [260, 250], data }, rank, { kernels }))) {
      for (const byte of new Uint8Array(part.buffer)) digest = Math.imul(digest ^ byte, 0x01000193);
    }
  }
  return { wasm: kernels !== portableKernels, digest: digest >>> 0 };
}
