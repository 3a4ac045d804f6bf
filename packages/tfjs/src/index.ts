// What custom training loops need: an operator for each variable.
export { TfCompressionOp } from './training/compression-op.ts';
export { type CompressionVariables, type VariableSpec, variableSpecs } from './training/compression-variables.ts';
export type {
  ApplyMatMulOptions,
  ApplyOptions,
  NextUpdate,
  TfCompressionOpOptions,
  ToCompressedMatrixOptions,
  UpdateOptions,
  UpdateResult,
} from './training/op-options.ts';
export { productSquaredNorm } from './training/product-squared-norm.ts';
export type { ByteAllocation, ByteShares } from './training/size/byte-allocation.ts';
export { SizeTarget, type SizeTargetOptions } from './training/size/size-target.ts';
export type { StepState } from './training/step-state.ts';
export { tfOps } from './weight/tf-ops.ts';
export type { Weight } from './weight/weight.ts';
