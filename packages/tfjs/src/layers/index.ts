// The public names of the entry `./layers`: layers and models that are compressed while they train.

export type { ByteAllocation, ByteShares } from '../training/size/byte-allocation.ts';
export type { Execution, Preference } from '../weight/choose-execution.ts';
export type { BatchRange, InferenceKernel, KernelSource, StoredForm, TakenOver } from '../weight/inference-kernel.ts';
export type { KernelSplit } from '../weight/weight-views.ts';
export { executionReport, type MatrixExecution } from './inference/execution-report.ts';
export { type CompressedModel, type CompressModelOptions, compressModel } from './model/compress-model.ts';
export { compressedLayers } from './model/compressed-layers.ts';
export {
  CompressionCallback,
  type CompressionCallbackOptions,
  type CompressionUpdate,
  compressionCallback,
} from './model/compression-callback.ts';
export {
  type CompressedMatrixReport,
  type CompressionReport,
  compressionReport,
  type SkippedLayerReport,
} from './model/compression-report.ts';
export type { FileTargetOptions, PackFunction } from './model/file-target.ts';
export type { LayerChoice, LayerRule } from './model/layer-rules.ts';
export { type AnyMethod, registerCompressedLayers } from './model/load-layers.ts';
export { assertUsableModel } from './model/model-checks.ts';
export { type PackableModel, packableModel } from './model/packable-model.ts';
export { type Replace, rebuildModel } from './model/rebuild-model.ts';
export { type StripOptions, stripCompression } from './model/strip-compression.ts';
export type { MomentsByName, MomentsSource } from './moments/training-moments.ts';
export {
  type LoadedMatrixReport,
  type PackedLayersModelOptions,
  packedLayersModel,
  type StoredModelSource,
} from './packed-file/packed-layers-model.ts';
export type { FileMatrix } from './packed-file/packed-places.ts';
export type { PackedForm } from './saved/packed-form.ts';
export type { StartOptions } from './start/start-condition.ts';
export type { Replacement } from './strip/replacement.ts';
export { type TeacherOptions, teacherTargets } from './teacher/teacher-targets.ts';
export { type BatchDataset, type TaughtModel, type WithTeacherOptions, withTeacher } from './teacher/with-teacher.ts';
export type { CompressibleLayer, CompressibleMatrix } from './weights/compressible-layer.ts';
export {
  CompressedLayer,
  type CompressedLayerArgs,
  type LayerCompression,
} from './wrapper/compressed-layer.ts';
export {
  PackedLayer,
  type PackedLayerArgs,
  type PackedLayerMatrix,
  type PackedMatrixExecution,
} from './wrapper/packed-layer.ts';
