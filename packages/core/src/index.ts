// The contract: what users, authors of methods and hosts share. Checks, storage and hosts have entries of their own.

export type { InputMoments } from './aids/input-moments.ts';
export type { Kernels } from './aids/kernels.ts';
export { type ErrorCode, type ErrorDetails, GCompressError, isGCompressError } from './checks/errors.ts';
export {
  type Pace,
  type ProgressOptions,
  pacedProgress,
  partialProgress,
  reportProgress,
} from './checks/progress.ts';
export type { ReadLimits } from './checks/size-limit.ts';
export type { Algorithm, FactorizeOptions, MethodDefinition } from './contract/algorithm.ts';
export type { CompressedFormat } from './contract/compressed-format.ts';
export type { CompressedMatrix } from './contract/compressed-matrix.ts';
export { type CompressionMethod, defineMethod } from './contract/define-method.ts';
export {
  type Factor,
  type Factorization,
  type FactorizationPlan,
  type FactorSpec,
  floatFactor,
  indexFactor,
  type JsonObject,
  type JsonValue,
  type MatrixForm,
} from './contract/factors.ts';
export type { Sharing } from './contract/format-abilities.ts';
export type { CompressOptions, MatrixCompressor, SyncMatrixCompressor } from './contract/matrix-compressor.ts';
export type { PackedMatrix, PackedTensor } from './contract/packed-matrix.ts';
export { fromRows, type Matrix, matrix, type Shape2D } from './matrix/matrix.ts';
export { frobeniusNorm, relativeError, signalToNoise } from './matrix/metrics.ts';
export { createRandom, type Random } from './matrix/random.ts';
export { type StackOptions, stack } from './stack/stack.ts';
export { stackFormats } from './stack/stack-formats.ts';
export { deserialize } from './storage/deserialize.ts';
export { createFormatRegistry, type FormatRegistry, type LazyFormat } from './storage/format-registry.ts';
export { serialize } from './storage/serialize.ts';
export type { CpuTensor } from './tensors/cpu-loops.ts';
export { cpuOps } from './tensors/cpu-ops.ts';
export { elementCount } from './tensors/element-count.ts';
export type { TensorOps } from './tensors/tensor-ops.ts';
