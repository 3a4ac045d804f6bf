export { ApplyCompression, type ApplyCompressionOptions } from './apply-compression.ts';
export {
  type ApplyOptions,
  TfCompressionOp,
  type TfCompressionOpOptions,
  type ToCompressedMatrixOptions,
} from './compression-op.ts';
export { type CompressionVariables, type VariableSpec, variableSpecs } from './compression-variables.ts';
export { CompressionWrapper } from './compression-wrapper.ts';
export type { StepState } from './step-state.ts';
export { tfOps } from './tensor-ops.ts';
