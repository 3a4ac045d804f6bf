// Public API: dense linear algebra in float64 for the other packages.

export type { Kernels } from '@gcompress/core';
export { createRandom, type Random } from '@gcompress/core';
export type { Sweep } from '@gcompress/core/hosts';
export { choleskyFactor } from './decompositions/cholesky.ts';
export { type ThinQr, thinQr } from './decompositions/qr.ts';
export { type Svd, singularValues, thinSvd } from './decompositions/svd.ts';
export { type SymmetricEigen, symmetricEigen } from './decompositions/symmetric-eigen.ts';
export { solveLower, solveLowerTransposed } from './decompositions/triangular-solves.ts';
export { type TruncatedSvdOptions, truncatedSvd } from './decompositions/truncated-svd.ts';
export {
  type Compensated,
  type RoundingOrder,
  type RoundRow,
  roundCompensated,
  roundingOrder,
} from './inputs/compensated-rounding.ts';
export { type InputMetric, momentsWeakness, whitening } from './inputs/input-metric.ts';
export { rowImportance } from './inputs/row-importance.ts';
export { shrunkMoments } from './inputs/shrunk-moments.ts';
export { portableKernels } from './kernels/portable.ts';
export { gram, multiply, multiplyTransposed } from './products/gemm.ts';
export { columnNorms, norm, rowNorms } from './products/norms.ts';
export { block, transposed } from './views/checked-views.ts';
export { type Dense, type Values, type View, type View64, viewOf } from './views/view.ts';
