export { CheckpointCallback, type CheckpointOptions, checkpointCallback } from './checkpoint-callback.ts';
export type { CheckpointProgress } from './checkpoint-progress.ts';
export type { CheckpointStore } from './checkpoint-store.ts';
export { type EarlyStopOptions, earlyStopCallback } from './early-stop-callback.ts';
export {
  type CosineDecayOptions,
  constantRate,
  cosineDecay,
  type ExponentialDecayOptions,
  exponentialDecay,
  type LearningRate,
  warmUp,
} from './learning-rate.ts';
export { learningRateCallback } from './learning-rate-callback.ts';
export { type ProgressOptions, progressCallback, type TrainingProgress } from './progress-callback.ts';
export { restoreCheckpoint } from './restore-checkpoint.ts';
export { saveCheckpoint } from './save-checkpoint.ts';
export { setLearningRate } from './set-learning-rate.ts';
export type { TrainingStep } from './step-callback.ts';
export { type SummaryCallbackOptions, summaryCallback } from './summary-callback.ts';
export { operatorVariables, type Training, type TrainingState } from './training-state.ts';
