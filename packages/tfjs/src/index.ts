export { TfCompressionOp } from './compression-op.ts';
export type { ApplyOptions, TfCompressionOpOptions, ToCompressedMatrixOptions } from './compression-op-options.ts';
export { type CompressionVariables, type VariableSpec, variableSpecs } from './compression-variables.ts';
export type { StepState } from './step-state.ts';
export { tfOps } from './tensor-ops.ts';
