// The public names of the schedules: when a model is compressed while it trains, and how alpha falls.
export { assertSchedule } from './contract/assert-schedule.ts';
export {
  defineSchedule,
  type ScheduleDefinition,
  type ScheduleFactory,
  type ScheduleOptions,
  type ScheduleRule,
} from './contract/define-schedule.ts';
export {
  type CompressionSchedule,
  initialScheduleState,
  type ScheduleState,
  type ScheduleUpdate,
} from './contract/schedule.ts';
export {
  initialSettlingState,
  type Settling,
  type SettlingMode,
  type SettlingOptions,
  type SettlingState,
  settling,
} from './contract/settling.ts';
export type { StaggerOptions } from './contract/stagger.ts';
export type { WindowOptions } from './contract/update-window.ts';
export { type CompressAtOnceOptions, compressAtOnce } from './schedules/compress-at-once.ts';
export { type CosineAlphaOptions, cosineAlpha } from './schedules/cosine-alpha.ts';
export { type ExponentialAlphaOptions, exponentialAlpha } from './schedules/exponential-alpha.ts';
export { scheduleFromConfig } from './schedules/from-config.ts';
export { type LinearAlphaOptions, linearAlpha } from './schedules/linear-alpha.ts';
export { neverUpdate } from './schedules/never-update.ts';
export { type PolynomialAlphaOptions, polynomialAlpha } from './schedules/polynomial-alpha.ts';
export { type StepwiseAlphaOptions, stepwiseAlpha } from './schedules/stepwise-alpha.ts';
