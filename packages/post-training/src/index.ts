// One call that compresses a trained model, and what helps to choose sizes for its weights.

export { compressNow, type SmallModel } from './compress-now.ts';
export type { CompressNowOptions } from './compress-options.ts';
export type { Candidate, Candidates, SizedMethod } from './forms/candidates.ts';
export type { SavableModel, TrainedModel } from './model/model-artifacts.ts';
export type { RunnableModel } from './model/model-outputs.ts';
export type { CompressedWeight, CompressionReport } from './model/report.ts';
export { type SensitivityOptions, sensitivities } from './sensitivities.ts';
