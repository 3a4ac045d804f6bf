export { type CompressedModel, type CompressModelOptions, compressModel } from './compress-model.ts';
export {
  CompressedLayer,
  type CompressedLayerArgs,
  compressedLayers,
  type LayerCompression,
} from './compressed-layer.ts';
export {
  CompressionCallback,
  type CompressionCallbackOptions,
  type CompressionUpdate,
  compressionCallback,
} from './compression-callback.ts';
export {
  type CompressedMatrixReport,
  type CompressionReport,
  compressionReport,
  type SkippedLayerReport,
} from './compression-report.ts';
export type { KernelSplit } from './layer-kinds.ts';
export type { CompressibleLayer, CompressibleMatrix } from './layer-matrix.ts';
export type { LayerChoice, LayerRule } from './layer-rules.ts';
export {
  type PackedForm,
  PackedLayer,
  type PackedLayerArgs,
  type PackedLayerMatrix,
  type Preference,
} from './packed-layer.ts';
export { type AnyMethod, registerCompressedLayers } from './register.ts';
export { type StripOptions, stripCompression } from './strip-compression.ts';
