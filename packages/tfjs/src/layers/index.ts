export { type CompressedModel, type CompressModelOptions, compressModel } from './compress-model.ts';
export { CompressedDense, type CompressedDenseArgs, type DenseArgs } from './compressed-dense.ts';
export { type CompressedLayer, compressedLayers, type LayerCompression } from './compressed-layer.ts';
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
export type { LayerChoice, LayerRule } from './layer-rules.ts';
export { PackedDense, type PackedDenseArgs, type PackedForm } from './packed-dense.ts';
export { type AnyMethod, registerCompressedLayers } from './register.ts';
export { stripCompression } from './strip-compression.ts';
