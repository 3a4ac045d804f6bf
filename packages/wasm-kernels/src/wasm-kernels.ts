// The kernels of linear algebra in WebAssembly.
import type { Kernels } from '@gcompress/core';
import { portableKernels } from '@gcompress/linalg';
import { compiledModule } from './module/compiled-module.ts';
import { Workspace } from './module/workspace.ts';
import { doubleProducts } from './products/double-products.ts';
import { holdMatrix } from './products/held-matrix.ts';
import { rankOneUpdates } from './rank-one-updates.ts';
import { rotations } from './rotations.ts';

/** Memory above this, in bytes, is given back before the next call. */
const KEPT = 2 ** 23;

/**
 * Kernels in WebAssembly, of plain 128-bit SIMD: several times as fast as `portableKernels`, and the same bits on every engine. `multiply`,
 * `gram` and `rotateBack` give the bits of the portable kernels, too. Rank-one updates of matrices that `allocate` made add up in another
 * order, so their last digits differ, and `holdSingle` multiplies in float32.
 *
 * Resolves to `portableKernels` where WebAssembly or its SIMD is missing, or where a content security policy without
 * `'wasm-unsafe-eval'` forbids it. The module is compiled at the first call.
 */
export async function wasmKernels(): Promise<Kernels> {
  const module = await compiledModule();
  if (!module) return portableKernels;
  let shared: Workspace | undefined;
  const open = (): Workspace => {
    if (!shared || shared.byteLength > KEPT) shared = new Workspace(module);
    return shared;
  };
  return {
    ...portableKernels,
    ...doubleProducts(open),
    ...rotations(open),
    ...rankOneUpdates(module),
    holdSingle: (a) => holdMatrix(a, new Workspace(module)),
  };
}
