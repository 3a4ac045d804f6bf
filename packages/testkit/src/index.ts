export {
  anyMatrices,
  denseMatrices,
  lowRankMatrices,
  type SizeLimits,
  scaledMatrices,
  shapes,
  sparseMatrices,
} from './arbitraries.ts';
export { assertClose, type CloseOptions } from './assert-close.ts';
export { ConformanceError } from './assertions.ts';
export type { CheckResult, SkipReasons, TestRunner } from './check.ts';
export { type ClaimText, type CompressorClaims, claimTexts, describeClaims } from './claims.ts';
export { type FuzzOptions, type FuzzReport, fuzzFile } from './fuzz-file.ts';
export { type GradientCheckOptions, gradientCheck, type NamedValues } from './gradient-check.ts';
export { hardMatrices, type NonFiniteMatrix, nonFiniteMatrices, normalMatrix } from './matrices.ts';
export {
  type CheckCompressorOptions,
  checkCompressor,
  type TestCompressorOptions,
  testCompressor,
} from './test-compressor.ts';
export { type TestDamagedFilesOptions, testDamagedFiles } from './test-damaged-files.ts';
export { type CheckFormatOptions, checkFormat, type TestFormatOptions, testFormat } from './test-format.ts';
export {
  type CheckTensorOpsOptions,
  checkTensorOps,
  type TensorOpsSubject,
  type TestTensorOpsOptions,
  testTensorOps,
} from './test-tensor-ops.ts';
export type { CompressorSubject } from './workbench.ts';
