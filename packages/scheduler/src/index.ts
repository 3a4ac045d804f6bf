export { assertSchedule } from './assert-schedule.ts';
export { type CompressAtOnceOptions, compressAtOnce } from './compress-at-once.ts';
export { type CosineAlphaOptions, cosineAlpha } from './cosine-alpha.ts';
export {
  defineSchedule,
  type ScheduleDefinition,
  type ScheduleFactory,
  type ScheduleOptions,
  type ScheduleRule,
} from './define-schedule.ts';
export { type ExponentialAlphaOptions, exponentialAlpha } from './exponential-alpha.ts';
export { scheduleFromConfig } from './from-config.ts';
export { type LinearAlphaOptions, linearAlpha } from './linear-alpha.ts';
export { neverUpdate } from './never-update.ts';
export { type PolynomialAlphaOptions, polynomialAlpha } from './polynomial-alpha.ts';
export {
  type CompressionSchedule,
  initialScheduleState,
  type ScheduleState,
  type ScheduleUpdate,
} from './schedule.ts';
export type { StaggerOptions } from './stagger.ts';
export { type StepwiseAlphaOptions, stepwiseAlpha } from './stepwise-alpha.ts';
export type { WindowOptions } from './update-window.ts';
