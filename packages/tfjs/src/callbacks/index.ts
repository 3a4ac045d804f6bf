// The public names of the entry `./callbacks`.

export type { CheckpointProgress } from '../checkpoints/checkpoint-progress.ts';
export type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
export { restoreCheckpoint } from '../checkpoints/restore-checkpoint.ts';
export { saveCheckpoint } from '../checkpoints/save-checkpoint.ts';
export { operatorVariables, type Training, type TrainingState } from '../checkpoints/training-state.ts';
export { setLearningRate } from '../optimizers/set-learning-rate.ts';
export { CheckpointCallback, type CheckpointOptions, checkpointCallback } from './checkpoint-callback.ts';
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
export type { TrainingStep } from './step-callback.ts';
export { type SummaryCallbackOptions, summaryCallback } from './summary-callback.ts';
