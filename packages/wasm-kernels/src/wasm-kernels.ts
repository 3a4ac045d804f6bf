// Creates the linear-algebra kernels in WebAssembly, or returns the portable ones.
import type { Kernels } from '@gcompress/core';
import { portableKernels } from '@gcompress/linalg';
import { holdAtoms } from './held-atoms.ts';
import { holdPoints } from './held-points.ts';
import { holdResiduals } from './held-residuals.ts';
import { holdRotations } from './held-rotations.ts';
import { compiledModule } from './module/compiled-module.ts';
import { Workspace } from './module/workspace.ts';
import { doubleProducts } from './products/double-products.ts';
import { holdMatrix } from './products/held-matrix.ts';
import { rankOneUpdates } from './rank-one-updates.ts';
import { rotations } from './rotations.ts';

/** Memory above this many bytes is freed before the next call. */
const KEPT = 2 ** 23;

/**
 * Kernels in WebAssembly with plain 128-bit SIMD: several times as fast as `portableKernels`, with the same bits on every engine. `multiply`,
 * `gram`, `rotateBack` and `holdRotations` compute the same bits as the portable kernels. Rank-one updates of matrices from `allocate` add in another order, so
 * their last digits differ. `holdSingle` multiplies, `holdPoints` compares, `holdAtoms`
 * chooses and `holdResiduals` fits in float32.
 *
 * Resolves to `portableKernels` if WebAssembly or its SIMD is missing, or if a content security policy without
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
    name: 'wasm',
    ...doubleProducts(open),
    ...rotations(open),
    ...rankOneUpdates(module),
    holdSingle: (a) => holdMatrix(a, new Workspace(module)),
    holdPoints: (points, size) => holdPoints(points, size, new Workspace(module)),
    holdAtoms: (atoms, length, products) => holdAtoms(atoms, length, products, new Workspace(module)),
    holdRotations: (turned, rows, cols) => holdRotations(turned, rows, cols, new Workspace(module)),
    holdResiduals: (rest, length) => holdResiduals(rest, length, new Workspace(module)),
  };
}
