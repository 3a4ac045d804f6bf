// The public names of the test kit for authors of methods, formats and hosts.

export { assertClose, type CloseOptions } from './assertions/assert-close.ts';
export { ConformanceError } from './assertions/assertions.ts';
export type { CheckResult, SkipReasons, TestRunner } from './assertions/check.ts';
export { type FuzzOptions, type FuzzReport, fuzzFile } from './damage/fuzz-file.ts';
export { type TestDamagedFilesOptions, testDamagedFiles } from './damage/test-damaged-files.ts';
export {
  anyMatrices,
  denseMatrices,
  lowRankMatrices,
  type SizeLimits,
  scaledMatrices,
  shapes,
  sparseMatrices,
} from './samples/arbitraries.ts';
export { type ClaimText, type CompressorClaims, claimTexts, describeClaims } from './samples/claims.ts';
export { hardMatrices, type NonFiniteMatrix, nonFiniteMatrices, normalMatrix } from './samples/matrices.ts';
export type { CompressorSubject } from './samples/workbench.ts';
export { type GradientCheckOptions, gradientCheck, type NamedValues } from './tensor-ops/gradient-check.ts';
export {
  type CheckTensorOpsOptions,
  checkTensorOps,
  type TensorOpsSubject,
  type TestTensorOpsOptions,
  testTensorOps,
} from './tensor-ops/test-tensor-ops.ts';
export {
  type CheckCompressorOptions,
  checkCompressor,
  type TestCompressorOptions,
  testCompressor,
} from './test-compressor.ts';
export { type CheckFormatOptions, checkFormat, type TestFormatOptions, testFormat } from './test-format.ts';
