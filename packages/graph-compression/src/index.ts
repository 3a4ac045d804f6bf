// The public names of the Python port.
export { ApplyCompression, type ApplyCompressionOptions } from './apply-compression.ts';
export { CompressionWrapper } from './compression-wrapper.ts';
export { compressorFromHParams } from './compressor-from-hparams.ts';
export {
  type BlockMethod,
  type BlockPoolingFunction,
  type CompressionHParams,
  defaultHParams,
  formatHParams,
  parseHParams,
  type UpdateOption,
} from './hparams/hparams.ts';
export { METHOD_OPTIONS, type MethodOptions } from './method-options.ts';
export { type PruningSchedule, pruningScheduleFromHParams } from './pruning-schedule.ts';
export {
  type ReferenceGraphOptions,
  type ReferenceRuleOptions,
  referenceEager,
  referenceGraph,
  referenceHost,
} from './reference-schedules.ts';
export { scheduleFromHParams } from './schedule-from-hparams.ts';
