export { assertCompressedMatrix } from './assert-compressed-matrix.ts';
export { bitsFor, packBits, packedBytes, unpackBits } from './bits.ts';
export type { CompressedFormat, PackedMatrix, PackedTensor, Sharing } from './compressed-format.ts';
export { type CompressedMatrix, createCompressedMatrix } from './compressed-matrix.ts';
export type { ApplyMatMulOptions, CompressionOp, UpdateResult } from './compression-op.ts';
export { type CpuTensor, cpuOps } from './cpu-ops.ts';
export { crc32 } from './crc32.ts';
export {
  type Algorithm,
  type CompressionMethod,
  defineMethod,
  type FactorizeOptions,
  type MethodDefinition,
} from './define-method.ts';
export { type ErrorCode, type ErrorDetails, GCompressError, isGCompressError } from './errors.ts';
export {
  elementCount,
  type Factor,
  type Factorization,
  type FactorizationPlan,
  type FactorSpec,
  floatFactor,
  indexFactor,
  type JsonObject,
  type JsonValue,
  type MatrixForm,
  padFactor,
} from './factors.ts';
export { createFormatRegistry, type FormatRegistry, type LazyFormat } from './format-registry.ts';
export {
  type BlockMethod,
  type BlockPoolingFunction,
  type CompressionHParams,
  defaultHParams,
  formatHParams,
  parseHParams,
  type UpdateOption,
} from './hparams.ts';
export { assertElementLimit, MAX_ELEMENTS, type ReadLimits } from './limits.ts';
export { assertFinite, assertMatrix, assertShape2D, fromRows, type Matrix, matrix, type Shape2D } from './matrix.ts';
export type { CompressOptions, MatrixCompressor, SyncMatrixCompressor } from './matrix-compressor.ts';
export { frobeniusNorm, relativeError, signalToNoise } from './metrics.ts';
export {
  assertKnownOptions,
  assertNumber,
  assertOneOf,
  assertType,
  describeValue,
  type ExactlyOne,
  exactlyOneOption,
  type NumberRange,
} from './options.ts';
export { assertVersion, type PackedDtype, packedDtype, packedTensor } from './packed-tensor.ts';
export { plannedByteLength } from './planned-byte-length.ts';
export { type Pace, type ProgressOptions, pacedProgress, partialProgress, reportProgress } from './progress.ts';
export { assertSeed, createRandom, type Random } from './random.ts';
export { deserialize, serialize } from './serialize.ts';
export { type StackOptions, stack } from './stack.ts';
export { type InnerFormats, type StackedPart, stackFormats } from './stack-formats.ts';
export type { TensorOps } from './tensor-ops.ts';
export { dequantizeUint8, quantizeUint8, type Uint8Quantization } from './uint8-baseline.ts';
